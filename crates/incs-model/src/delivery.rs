//! The state machine of a sent message.
//!
//! Receipts arrive late, more than once and in any order, from webhooks and from the status query. [`DeliveryState::merge`]
//! combines them: the same updates give the same state in every order, a stage never goes back, and a known time is never lost.
//!
//! ```
//! use incs_model::delivery::{DeliveryState, DeliveryUpdate, Stage};
//! use incs_model::event::MessageStatusUpdate;
//! use incs_model::status::State;
//!
//! let read = MessageStatusUpdate::new("wamid.HBgN", State::Read);
//! let sent = MessageStatusUpdate::new("wamid.HBgN", State::Sent);
//!
//! let mut delivery = DeliveryState::default();
//! assert!(delivery.merge(&DeliveryUpdate::from(&read)).stage_changed());
//! assert!(delivery.merge(&DeliveryUpdate::from(&sent)).is_empty()); // late, and nothing new
//! assert_eq!(delivery.stage(), Some(Stage::Read));
//! assert!(delivery.is_delivered());
//! ```

mod sources;

use incs_model_derive::{ReadStruct, WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::errors::{Explanation, Family, explain_named};
use crate::id::{IncsMessageId, MessageId};
use crate::party::Party;
use crate::time::Timestamp;

/// The stage of a message. Later stages include the earlier ones: a read message was delivered.
///
/// `Failed` comes before `Delivered`: proof that a message arrived overrides a report that it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Accepted, not yet sent to the provider.
    Created,
    /// Sent to the customer.
    Sent,
    /// Not delivered.
    Failed,
    /// Delivered.
    Delivered,
    /// Opened by the customer.
    Read,
}

/// The source of a time. The status query reports on the message itself; a webhook may carry the time at which it was
/// received, so it counts less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Witness {
    /// The status query.
    Query,
    /// A webhook.
    Webhook,
}

impl crate::masked::Masked for Stage {}
impl crate::masked::Masked for Witness {}

/// A time and its source. The smaller one counts: the better source, then the earlier time.
#[derive(Clone, PartialEq, Copy, Eq, PartialOrd, Ord, Hash, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Moment {
    /// The source of the time.
    pub witness: Witness,
    /// The time.
    #[serde(deserialize_with = "crate::time::read_timestamp")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::time::TimestampSchema"))]
    pub at: Timestamp,
}

/// The reason of a failed delivery, in the provider's words.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DeliveryFailure {
    /// The provider's number: Meta's, or Exotel's.
    pub code: Option<i64>,
    /// The provider's name for it, like `EX_SYSTEM_ERROR`.
    pub name: Option<String>,
    /// A text for people.
    pub text: Option<String>,
    /// The owner of the code, if the receipt shows it. Absent for a family that this version does not know.
    #[serde(deserialize_with = "Family::read_known")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub family: Option<Family>,
}

impl DeliveryFailure {
    /// Returns the meaning of the code, what to do about it, and when another try makes sense. `None` when the catalogue has no
    /// source for the code, or when the receipt does not show whose code it is.
    ///
    /// ```
    /// use incs_model::delivery::DeliveryUpdate;
    /// use incs_model::errors::NextTry;
    /// use incs_model::{decode, event::MessageStatusUpdate};
    ///
    /// # fn main() -> Result<(), incs_model::DecodeError> {
    /// let receipt: MessageStatusUpdate = decode(
    ///     br#"{"message_id": "wamid.HBgN", "message_status": "failed", "error": {"code": 131049, "title": "Not delivered"}}"#,
    /// )?;
    /// let failure = DeliveryUpdate::from(&receipt).failure.unwrap();
    /// assert_eq!(failure.explanation().map(|known| known.next_try()), Some(NextTry::AfterAWait));
    /// # Ok(())
    /// # }
    /// ```
    pub fn explanation(&self) -> Option<&'static Explanation> {
        explain_named(self.family?, self.name.as_deref(), self.code)
    }
}

/// The content of one receipt, or of one row of a status query, about a message.
///
/// Created by `DeliveryUpdate::from(&update)` or [`DeliveryUpdate::of_event`]. Look the message up by `message_id`, then
/// [`merge`](DeliveryState::merge). For a message to a group, keep one [`DeliveryState`] for each [`recipient`](Self::recipient).
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DeliveryUpdate {
    /// The provider's id of the message. Absent until the provider has accepted the message.
    pub message_id: Option<MessageId>,
    /// The INCS id of the message.
    pub incs_id: Option<IncsMessageId>,
    /// The recipient, if the receipt names one. The receipts of a group message differ by it.
    pub recipient: Option<Party>,
    /// The stage. Absent for a state that this version does not know: such an update changes no stage.
    pub stage: Option<Stage>,
    /// The time of creation.
    pub created: Option<Moment>,
    /// The time of sending.
    pub sent: Option<Moment>,
    /// The time of the failure.
    pub failed: Option<Moment>,
    /// The time of delivery.
    pub delivered: Option<Moment>,
    /// The time at which the customer opened it.
    pub read: Option<Moment>,
    /// The reason of a failure.
    pub failure: Option<DeliveryFailure>,
}

impl DeliveryUpdate {
    /// Sets the time of the update for its stage.
    fn at(mut self, moment: Option<Moment>) -> Self {
        match self.stage {
            Some(Stage::Created) => self.created = moment,
            Some(Stage::Sent) => self.sent = moment,
            Some(Stage::Failed) => self.failed = moment,
            Some(Stage::Delivered) => self.delivered = moment,
            Some(Stage::Read) => self.read = moment,
            None => {}
        }
        self
    }
}

/// The known state of a sent message. Can be stored as JSON and merged into later.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DeliveryState {
    /// The stage.
    pub stage: Option<Stage>,
    /// The time of creation.
    pub created: Option<Moment>,
    /// The time of sending.
    pub sent: Option<Moment>,
    /// The time of the failure.
    pub failed: Option<Moment>,
    /// The time of delivery. May be unknown although the message was read: the platform omits it when `read` arrives
    /// before the delivery report.
    pub delivered: Option<Moment>,
    /// The time at which the customer opened it.
    pub read: Option<Moment>,
    /// The reason of a failure. Kept even if the message turns out to be delivered.
    pub failure: Option<DeliveryFailure>,
}

/// The changes that an update made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Change {
    /// The stage before and after, if it moved.
    pub stage: Option<(Option<Stage>, Stage)>,
    /// True when a time became known, or known from a better source.
    pub times: bool,
    /// True when a failure reason became known, or known in more detail.
    pub failure: bool,
}

impl Change {
    /// Returns true when the update contained nothing new.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns true when the message reached a later stage.
    pub fn stage_changed(&self) -> bool {
        self.stage.is_some()
    }
}

impl DeliveryState {
    /// Returns the stage that the message reached; `None` before the first update.
    pub fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// Returns true when the message was delivered. A read message was, even without a delivery report.
    pub fn is_delivered(&self) -> bool {
        self.stage >= Some(Stage::Delivered)
    }

    /// Returns true when the message was opened.
    pub fn is_read(&self) -> bool {
        self.stage == Some(Stage::Read)
    }

    /// Returns true when the message was not delivered, as far as is known.
    pub fn is_failed(&self) -> bool {
        self.stage == Some(Stage::Failed)
    }

    /// Merges one update, and returns the changes.
    ///
    /// The order of updates does not matter, and neither do duplicates: the later of two stages is kept, of two times the one
    /// from the better source, then the earlier one, of two reasons the more detailed one.
    pub fn merge(&mut self, update: &DeliveryUpdate) -> Change {
        let mut change = Change::default();
        if let Some(stage) = update.stage.filter(|&stage| self.stage < Some(stage)) {
            change.stage = Some((self.stage, stage));
            self.stage = Some(stage);
        }
        for (known, new) in [
            (&mut self.created, update.created),
            (&mut self.sent, update.sent),
            (&mut self.failed, update.failed),
            (&mut self.delivered, update.delivered),
            (&mut self.read, update.read),
        ] {
            change.times |= keep_better(known, new, |moment| *moment);
        }
        change.failure = keep_better(&mut self.failure, update.failure.clone(), rank);
        change
    }
}

/// Ranks the more detailed reasons first; among equals any fixed order works.
fn rank(failure: &DeliveryFailure) -> ([bool; 4], DeliveryFailure) {
    let DeliveryFailure { code, name, text, family } = failure;
    ([code.is_none(), name.is_none(), text.is_none(), family.is_none()], failure.clone())
}

/// Keeps the smaller of both, and returns true when that is the new one.
fn keep_better<T, K: Ord>(known: &mut Option<T>, new: Option<T>, key: impl Fn(&T) -> K) -> bool {
    let Some(new) = new else { return false };
    let better = known.as_ref().is_none_or(|known| key(&new) < key(known));
    if better {
        *known = Some(new);
    }
    better
}
