//! The values of the outbox that a store takes and returns.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use incs_model::delivery::Stage;
use incs_model::{Channel, Document, Invalid, OutboundMessage, Timestamp, validate};

use super::keys::{ContentKey, RecipientKey};

/// The number of a message in the outbox. A later message has a larger number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutboxId(pub u64);

impl fmt::Display for OutboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message to send, stored under a key of the caller. `Debug` shows neither body nor key.
///
/// The key is what makes an enqueue repeatable: a message with a key that is known is not stored again. Use the id of the order, the
/// booking or the row that the message is about, such as `order-17-paid`. It is shown to operators, so put no personal data into it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxMessage {
    /// The caller's key.
    pub key: String,
    /// The channel: `whatsapp`, `viber` or `rcs`.
    pub channel: String,
    /// The JSON of the message.
    pub body: Arc<[u8]>,
    /// The recipient. `None` if the body could not be read.
    pub recipient: Option<RecipientKey>,
    /// The content, if it is a text.
    pub content: Option<ContentKey>,
    /// True if messages to the recipient on the channel are sent one after the other, in the order in which they were enqueued.
    pub is_ordered: bool,
    /// True if the platform allows the message only within 24 hours of the customer's last message.
    pub is_free_form: bool,
    /// The time after which the message is not sent any more.
    pub not_after: Option<Timestamp>,
}

impl OutboxMessage {
    /// Creates a message that is sent in order with the others to its recipient.
    ///
    /// # Errors
    ///
    /// Returns the violations of a message that the platform would reject.
    pub fn try_new(key: impl Into<String>, message: impl Into<OutboundMessage>) -> Result<Self, Invalid> {
        let message = message.into();
        validate(&message)?;
        // A typed message is made of texts and numbers, which JSON can hold.
        let body = incs_model::encode(&message).unwrap_or_default();
        Ok(Self::unchecked(key.into(), &message.channel(), body.into(), Some(&message)))
    }

    /// Creates a message of a document. Its bytes are sent as they are, whatever its report says.
    pub fn of_document(key: impl Into<String>, document: &Document) -> Self {
        Self::unchecked(key.into(), document.channel(), document.bytes().into(), document.message())
    }

    fn unchecked(key: String, channel: &Channel, body: Arc<[u8]>, message: Option<&OutboundMessage>) -> Self {
        Self {
            key,
            channel: channel.to_string(),
            body,
            recipient: message.and_then(|message| RecipientKey::of_phone(message.to())),
            content: message.and_then(ContentKey::of),
            is_ordered: true,
            is_free_form: message.is_some_and(is_free_form),
            not_after: None,
        }
    }

    /// Sets the time after which the message is not sent any more, as for a one-time password.
    #[must_use]
    pub fn with_not_after(self, time: Timestamp) -> Self {
        Self { not_after: Some(time), ..self }
    }

    /// Sends the message without waiting for earlier ones to the same recipient, and later ones do not wait for it.
    #[must_use]
    pub fn unordered(self) -> Self {
        Self { is_ordered: false, ..self }
    }
}

/// Reports whether the platform allows a message only within 24 hours of the customer's last message (documented for WhatsApp and RCS).
fn is_free_form(message: &OutboundMessage) -> bool {
    matches!(message.channel(), Channel::WhatsApp | Channel::Rcs) && message.kind() != "template"
}

impl fmt::Debug for OutboxMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxMessage").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// The result of enqueuing one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// The message is new. It has this number.
    New(OutboxId),
    /// The same message is stored under this key.
    Seen(OutboxId),
    /// Another message is stored under this key. Nothing was stored.
    KeyReused(OutboxId),
}

/// The state of a message in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutboxState {
    /// Waits to be sent. Nothing was sent.
    Queued,
    /// Is being sent. If the process ends now, it becomes [`Unknown`](Self::Unknown).
    Sending,
    /// The platform accepted it.
    Accepted,
    /// The platform rejected it.
    Rejected,
    /// It was given up before it was sent: its attempts were used up, or it breaks the platform's rules.
    Dead,
    /// Its time was over before it was sent.
    Expired,
    /// A person or the program cancelled it before it was sent.
    Cancelled,
    /// Nobody knows whether it was sent. Evidence is looked for.
    Unknown,
    /// Nobody knows whether it was sent, and no evidence came in time. A person has to decide.
    Unresolved,
    /// A person decided that an unknown message is not sent again.
    Abandoned,
}

impl OutboxState {
    /// All states.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Sending,
        Self::Accepted,
        Self::Rejected,
        Self::Dead,
        Self::Expired,
        Self::Cancelled,
        Self::Unknown,
        Self::Unresolved,
        Self::Abandoned,
    ];

    /// Returns the name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Dead => "dead",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
            Self::Unresolved => "unresolved",
            Self::Abandoned => "abandoned",
        }
    }

    /// Returns true if the message may have been sent, and nobody knows.
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::Unknown | Self::Unresolved)
    }

    /// Returns true if no program changes the state any more.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Sending | Self::Unknown | Self::Unresolved)
    }
}

/// The reason why a message counts as accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proof {
    /// The platform's reply to the send.
    Reply,
    /// A webhook that fits this message and no other, with the same text.
    Confirmed,
    /// A webhook that fits this message and no other, whose content cannot be compared.
    Likely,
    /// A person decided it.
    Person,
}

impl Proof {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::Reply, Self::Confirmed, Self::Likely, Self::Person];

    /// Returns the name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Confirmed => "confirmed",
            Self::Likely => "likely",
            Self::Person => "person",
        }
    }
}

/// The description of a message in the outbox, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct OutboxEntry {
    /// The number.
    pub id: OutboxId,
    /// The caller's key.
    pub key: String,
    /// The channel.
    pub channel: String,
    /// The state.
    pub state: OutboxState,
    /// The number of attempts.
    pub attempts: u32,
    /// The time at which it was enqueued.
    pub enqueued_at: Timestamp,
    /// The time of the last change of the state.
    pub changed_at: Timestamp,
    /// The time of the next attempt of a queued message. `None` while it waits for an earlier one to the same recipient.
    pub next_at: Option<Timestamp>,
    /// The time after which it is not sent any more.
    pub not_after: Option<Timestamp>,
    /// The time at which the last attempt was marked, before its first byte.
    pub sending_at: Option<Timestamp>,
    /// The provider's id, once it is known.
    pub message_id: Option<String>,
    /// The reason why it counts as accepted.
    pub proof: Option<Proof>,
    /// The person who decided about it.
    pub decided_by: Option<String>,
    /// The reason in one word why it is dead or expired.
    pub reason: Option<String>,
    /// The description of the last failure. Contains no number and no text of the message.
    pub error: Option<String>,
    /// The provider's id in a late reply to an attempt after which a person had the message sent again: it was probably sent twice.
    pub second_message_id: Option<String>,
    /// True if a person had it sent again after an attempt with an unknown outcome.
    pub is_sent_again: bool,
    /// The stage of the delivery, by receipts and status queries.
    pub stage: Option<Stage>,
    /// The time of the first receipt.
    pub receipt_at: Option<Timestamp>,
    /// The time of the last status query.
    pub asked_at: Option<Timestamp>,
    /// The recipient.
    pub recipient: Option<RecipientKey>,
    /// The content, if it is a text.
    pub content: Option<ContentKey>,
    /// True if it waits for earlier messages to the same recipient.
    pub is_ordered: bool,
    /// True if it is allowed only within 24 hours of the customer's last message.
    pub is_free_form: bool,
    /// True when the body was erased.
    pub is_erased: bool,
    /// Grows with each change that is reported to a handler of outcomes.
    pub version: u64,
    /// The number of failed calls of the handler of outcomes for this version.
    pub report_attempts: u32,
}

impl OutboxEntry {
    /// Creates a queued message, for a store.
    pub fn new(id: OutboxId, key: String, channel: String, enqueued_at: Timestamp) -> Self {
        Self {
            id,
            key,
            channel,
            state: OutboxState::Queued,
            attempts: 0,
            enqueued_at,
            changed_at: enqueued_at,
            next_at: None,
            not_after: None,
            sending_at: None,
            message_id: None,
            proof: None,
            decided_by: None,
            reason: None,
            error: None,
            second_message_id: None,
            is_sent_again: false,
            stage: None,
            receipt_at: None,
            asked_at: None,
            recipient: None,
            content: None,
            is_ordered: false,
            is_free_form: false,
            is_erased: false,
            version: 0,
            report_attempts: 0,
        }
    }

    /// Returns true if certainly nothing was sent, and nothing will be.
    pub fn is_not_sent(&self) -> bool {
        let is_over = matches!(
            self.state,
            OutboxState::Rejected | OutboxState::Dead | OutboxState::Expired | OutboxState::Cancelled
        );
        // An earlier attempt may have been sent.
        is_over && !self.is_sent_again
    }
}

/// The selection of [`Store::messages`](super::Store::messages).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutboxFilter {
    /// Only messages with this state.
    pub state: Option<OutboxState>,
    /// Only this message.
    pub id: Option<OutboxId>,
    /// Only the message with this key.
    pub key: Option<String>,
    /// Only messages with an id that were accepted in this time and have no receipt from a webhook.
    pub without_receipt: Option<Range<Timestamp>>,
    /// Only messages about which no status query was made since this time.
    pub not_asked_since: Option<Timestamp>,
    /// Only messages after this one.
    pub after: Option<OutboxId>,
    /// The largest number of messages.
    pub limit: usize,
}

/// One run of a sender. Random, so that two runs never have the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SenderId(pub u64);

/// The messages that a sender takes, and how it marks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendLimits {
    /// The sender.
    pub sender: SenderId,
    /// The largest number of messages to mark. Never more than the sender can send at once.
    pub limit: usize,
    /// The time after which the sender counts as gone, unless it renews its lease.
    pub lease: Duration,
    /// The time for which an unknown message holds later ones to the same recipient.
    pub hold: Duration,
    /// True if the outcomes are reported to a handler.
    pub is_reported: bool,
}

/// A message that was marked as `sending` and may leave now.
#[derive(Clone)]
pub struct SendingMessage {
    /// The number.
    pub id: OutboxId,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// The caller's key.
    pub key: String,
    /// The channel.
    pub channel: String,
    /// The JSON of the message.
    pub body: Arc<[u8]>,
    /// The number of attempts that sent nothing, in a row.
    pub retries: u32,
}

impl fmt::Debug for SendingMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendingMessage").field("id", &self.id).field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

/// The result of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendResult {
    /// The message.
    pub id: OutboxId,
    /// The attempt.
    pub attempt: u32,
    /// The outcome.
    pub outcome: SendOutcome,
}

/// The outcome of an attempt. Its texts contain no number and no text of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The platform accepted the message. Without an id if its reply could not be read.
    Accepted {
        /// The provider's id.
        message_id: Option<String>,
        /// The description of a reply that could not be read.
        error: Option<String>,
    },
    /// The platform rejected the message, and would reject it again.
    Rejected {
        /// A short description for an operator.
        error: String,
    },
    /// Certainly nothing was done. The message is queued again.
    Retry {
        /// The time to wait.
        delay: Duration,
        /// A short description for an operator.
        error: String,
        /// False if the attempt does not count, such as one with a credential that was refused.
        is_counted: bool,
    },
    /// Certainly nothing was done, and there is no further attempt.
    Dead {
        /// The reason in one word.
        reason: &'static str,
        /// A short description for an operator.
        error: String,
    },
    /// Nobody knows whether the message was sent.
    Unknown {
        /// A short description for an operator.
        error: String,
    },
}

/// Reports whether an outcome changed the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// The outcome is recorded. The message has this state.
    Applied(OutboxState),
    /// An outcome of this attempt was recorded before, or there is no such attempt. Nothing was changed.
    Final,
}

/// The result of [`Store::advance`](super::Store::advance).
#[derive(Debug, Clone, Default)]
pub struct Advanced {
    /// The result for each outcome, in the order of the input.
    pub recorded: Vec<Recorded>,
    /// The messages that were marked.
    pub sending: Vec<SendingMessage>,
    /// The number of messages that expired instead.
    pub expired: u64,
}

/// The messages that changed because their time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExpiredSends {
    /// Messages of senders that are gone. They are unknown now.
    pub unknown: u64,
    /// Messages that were unknown for too long. They are unresolved now.
    pub unresolved: u64,
}

/// A decision about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Evidence shows that an unknown message was accepted.
    Found {
        /// The provider's id.
        message_id: String,
        /// [`Confirmed`](Proof::Confirmed) or [`Likely`](Proof::Likely).
        proof: Proof,
    },
    /// A person knows that an unknown message was accepted.
    Accept {
        /// The provider's id, if it is known.
        message_id: Option<String>,
        /// The person.
        by: String,
    },
    /// A person has an unknown message sent again. The customer may get it twice.
    SendAgain {
        /// The person.
        by: String,
    },
    /// A person leaves an unknown message as it is.
    Abandon {
        /// The person.
        by: String,
    },
    /// A queued message is not sent.
    Cancel {
        /// The person.
        by: Option<String>,
    },
    /// A queued message cannot be sent, since it breaks the platform's rules. It is dead, with the reason `invalid`.
    Refuse {
        /// A short description for an operator.
        error: String,
    },
}

/// The result of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionResult {
    /// The decision was recorded.
    Done,
    /// The store has no such message.
    NotFound,
    /// The decision does not fit the state of the message. Nothing was changed.
    WrongState(OutboxState),
    /// Another message has this id of the provider. Nothing was changed.
    IdTaken(OutboxId),
    /// The body was erased, so the message cannot be sent again.
    Erased,
}

/// A webhook about a message that was sent through the API and whose id belongs to no message of the outbox: evidence for unknown sends.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sighting {
    /// The kind of webhook.
    pub kind: SightingKind,
    /// The provider's id of the message, once it is known.
    pub message_id: Option<String>,
    /// The INCS id of the message.
    pub incs_id: Option<u64>,
    /// The channel, if the id shows it.
    pub channel: Option<String>,
    /// The recipient, if the webhook names one.
    pub recipient: Option<RecipientKey>,
    /// The content, if it is a text.
    pub content: Option<ContentKey>,
    /// The time at which the message was created, or that of the receipt.
    pub at: Timestamp,
    /// False if the platform does not say that the message came through the API, or did not give the time.
    pub is_exact: bool,
}

impl Sighting {
    /// Creates a sighting without further data.
    pub fn new(kind: SightingKind, at: Timestamp) -> Self {
        let (message_id, incs_id, channel, recipient, content) = (None, None, None, None, None);
        Self { kind, message_id, incs_id, channel, recipient, content, at, is_exact: false }
    }
}

impl fmt::Debug for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sighting").field("kind", &self.kind).field("at", &self.at).finish_non_exhaustive()
    }
}

/// The kind of webhook of a [`Sighting`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SightingKind {
    /// `message_created`: it shows recipient and content.
    Created,
    /// A receipt.
    Receipt,
}

impl SightingKind {
    /// Returns the name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "message_created",
            Self::Receipt => "receipt",
        }
    }
}

/// A message whose outcome is unknown, with everything that may show it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Candidates {
    /// The message.
    pub entry: OutboxEntry,
    /// Other messages to the same recipient to which the evidence may belong: they are being sent, unknown, abandoned, accepted without an
    /// id, or were sent again.
    pub rivals: Vec<OutboxEntry>,
    /// Evidence that belongs to no other message, of the time around the attempt.
    pub sightings: Vec<Sighting>,
}

impl Candidates {
    /// Evidence may be this much older than the attempt, since the clocks differ.
    pub const BEFORE: Duration = Duration::from_secs(5);
    /// `message_created` comes from at most this long after the attempt.
    pub const AFTER: Duration = Duration::from_mins(10);
    /// A receipt comes from at most this long after the attempt.
    pub const RECEIPT_AFTER: Duration = Duration::from_hours(24);

    /// Collects the evidence about a message.
    pub fn new(entry: OutboxEntry, rivals: Vec<OutboxEntry>, sightings: Vec<Sighting>) -> Self {
        Self { entry, rivals, sightings }
    }
}

/// The end of one call of the handler of outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    /// The message.
    pub id: OutboxId,
    /// The version that was reported. If the message has changed since, it is reported again.
    pub version: u64,
    /// The time to wait before the next call, if this one failed.
    pub retry: Option<Duration>,
}

/// The customer's part of an item: it opens the 24-hour window.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CustomerContact {
    /// The channel.
    pub channel: String,
    /// All keys of the customer.
    pub customers: Vec<RecipientKey>,
    /// The time at which they wrote.
    pub at: Timestamp,
}

/// The time after a customer's last message in which free-form messages are allowed (documented for WhatsApp and RCS).
pub const CUSTOMER_WINDOW: Duration = Duration::from_hours(24);

/// The outbox in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OutboxStats {
    /// The number of messages in each state, in the order of [`OutboxState::ALL`].
    pub by_state: [u64; 10],
    /// The time at which the oldest queued message was enqueued.
    pub oldest_queued: Option<Timestamp>,
    /// The time of the last `message_created` of a sent message. Without this callback, unknown sends are never found.
    pub last_created_webhook: Option<Timestamp>,
}

impl OutboxStats {
    /// Returns the number of messages in a state.
    pub fn count(&self, state: OutboxState) -> u64 {
        self.by_state.get(state as usize).copied().unwrap_or_default()
    }
}
