//! Messages in both directions, their states and plans, and conversations.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use incs_model::time::TimestampSchema;
use incs_model::{Timestamp, status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::log::Weigh;
use crate::channel::Channel;
use crate::config::Config;
use crate::seed::{Purpose, Seed, duration};

/// The direction of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    /// From the business to the customer.
    Outbound,
    /// From the customer to the business.
    Inbound,
}

/// A message, in either direction.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Message {
    /// The number in the log; unique for the run.
    pub(crate) number: u64,
    /// The id that the platform gives: `msg_id`.
    pub(crate) id: String,
    /// The INCS message id of the workbench.
    pub(crate) incs_id: u64,
    pub(crate) channel: Channel,
    /// The customer's number, digits only.
    pub(crate) customer: String,
    pub(crate) direction: Direction,
    /// The kind: `text`, `template`, `interactive.carousel`, `list_reply`.
    pub(crate) kind: String,
    /// Outbound: the body of the send. Inbound: the action of the customer, see [`Reply`](crate::Reply).
    #[serde(serialize_with = "json")]
    #[schemars(with = "Value")]
    pub(crate) content: Bytes,
    /// The rendered template, for the console.
    pub(crate) rendered: Option<Value>,
    pub(crate) state: State,
    pub(crate) failure: Option<Failure>,
    /// The future steps of the message, chosen when it was accepted.
    #[serde(skip)]
    pub(crate) plan: Plan,
    #[schemars(with = "TimestampSchema")]
    pub(crate) created_at: Timestamp,
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) sent_at: Option<Timestamp>,
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) delivered_at: Option<Timestamp>,
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) read_at: Option<Timestamp>,
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) failed_at: Option<Timestamp>,
    /// The number of the request that sent it.
    pub(crate) exchange: Option<u64>,
    /// The id of the message that this one replies to.
    pub(crate) answers: Option<String>,
}

impl Message {
    /// Creates an accepted outbound message without content.
    pub(crate) fn numbered(number: u64, channel: Channel, customer: String, created_at: Timestamp) -> Self {
        Self {
            number,
            id: String::new(),
            incs_id: 260_500_000_000 + number,
            channel,
            customer,
            direction: Direction::Outbound,
            kind: String::new(),
            content: Bytes::new(),
            rendered: None,
            state: State::Created,
            failure: None,
            plan: Plan::default(),
            created_at,
            sent_at: None,
            delivered_at: None,
            read_at: None,
            failed_at: None,
            exchange: None,
            answers: None,
        }
    }
}

impl Weigh for Message {
    fn weight(&self) -> usize {
        let rendered = self.rendered.as_ref().map_or(0, |rendered| rendered.to_string().len());
        // 512 is roughly the size of a record without its content.
        self.content.len() + rendered + 512
    }
}

/// The state of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// It was accepted.
    Created,
    /// It was passed to the carrier.
    Sent,
    /// It is on the customer's phone.
    Delivered,
    /// The customer saw it.
    Read,
    /// It failed and will never arrive.
    Failed,
    /// The customer wrote it.
    Received,
}

impl State {
    /// The platform's name of the state in webhooks and status replies; `None` for a state that has none.
    pub(crate) fn on_wire(self) -> Option<status::State> {
        match self {
            Self::Created | Self::Received => None,
            Self::Sent => Some(status::State::Sent),
            Self::Delivered => Some(status::State::Delivered),
            Self::Read => Some(status::State::Read),
            Self::Failed => Some(status::State::Failed),
        }
    }
}

/// The reason of a failed message: the provider's code and text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Failure {
    /// The provider's code: 131047.
    pub code: i64,
    /// The provider's text.
    pub title: String,
}

impl Failure {
    /// Returns Meta's error for a closed 24-hour window (INCS documents the rule, not its error: inferred).
    pub(crate) fn window() -> Self {
        Self { code: 131_047, title: "Re-engagement message".to_owned() }
    }

    /// Returns Meta's error for an undeliverable message (inferred as well).
    pub(crate) fn undeliverable() -> Self {
        Self { code: 131_026, title: "Message undeliverable".to_owned() }
    }
}

/// The future steps of a message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) sent: Duration,
    pub(crate) delivered: Duration,
    /// `None` if the message is not read automatically.
    pub(crate) read: Option<Duration>,
    /// The failure that takes the place of the next step, if any.
    pub(crate) failure: Option<Failure>,
}

impl Plan {
    /// Chooses the steps of a message from the seed and its number.
    pub(crate) fn random(config: &Config, seed: Seed, message: u64) -> Self {
        let mut rng = seed.rng(Purpose::Plan, message);
        let pace = &config.pace;
        let sent = duration(&mut rng, &pace.sent);
        let delivered = duration(&mut rng, &pace.delivered);
        let read = duration(&mut rng, &pace.read);
        let read = (rng.f64() < pace.read_share).then_some(read);
        Self { sent, delivered, read, failure: None }
    }
}

/// The time after a customer's last message in which all kinds of message may be sent (documented for WhatsApp and RCS).
pub(crate) const WINDOW: Duration = Duration::from_hours(24);

/// A conversation: one customer on one channel.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Conversation {
    pub(crate) id: u64,
    pub(crate) channel: Channel,
    pub(crate) customer: String,
    /// The name of the customer.
    pub(crate) name: String,
    /// The time of the customer's last message.
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) last_inbound_at: Option<Timestamp>,
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) last_at: Option<Timestamp>,
    /// The number of remembered messages.
    pub(crate) count: usize,
    /// The numbers of the remembered messages, oldest first.
    #[serde(skip)]
    pub(crate) messages: VecDeque<u64>,
}

impl Conversation {
    pub(crate) fn new(id: u64, channel: Channel, customer: &str) -> Self {
        Self {
            id,
            channel,
            customer: customer.to_owned(),
            name: format!("Customer {}", id - 1000),
            last_inbound_at: None,
            last_at: None,
            count: 0,
            messages: VecDeque::new(),
        }
    }

    pub(crate) fn add(&mut self, message: u64, at: Timestamp) {
        self.messages.push_back(message);
        self.count = self.messages.len();
        self.last_at = Some(at);
    }

    /// Forgets the oldest message. Returns whether no message is left.
    pub(crate) fn forget_oldest(&mut self) -> bool {
        self.messages.pop_front();
        self.count = self.messages.len();
        self.messages.is_empty()
    }

    /// Returns the number of the last message.
    pub(crate) fn last(&self) -> u64 {
        self.messages.back().copied().unwrap_or_default()
    }

    /// Returns whether all kinds of message may be sent now. Viber documents no window.
    pub(crate) fn window_is_open(&self, now: Timestamp) -> bool {
        self.channel == Channel::Viber
            || self
                .last_inbound_at
                .is_some_and(|at| Duration::try_from(now.duration_since(at)).unwrap_or_default() < WINDOW)
    }
}

/// Serializes bytes as the JSON that they contain.
pub(crate) fn json<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_slice::<&serde_json::value::RawValue>(bytes) {
        Ok(raw) => raw.serialize(serializer),
        Err(_) => String::from_utf8_lossy(bytes).serialize(serializer),
    }
}
