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

/// Which way a message went.
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
    /// Its place in the log; unique for the run.
    pub(crate) number: u64,
    /// The id that the platform gives: `msg_id`.
    pub(crate) id: String,
    /// The INCS message id of the workbench.
    pub(crate) incs_id: u64,
    pub(crate) channel: Channel,
    /// The customer's number, digits only.
    pub(crate) customer: String,
    pub(crate) direction: Direction,
    /// What it is: `text`, `template`, `interactive.carousel`, `list_reply`.
    pub(crate) kind: String,
    /// Outbound: the body of the send. Inbound: what the customer did, see [`Reply`](crate::Reply).
    #[serde(serialize_with = "json")]
    #[schemars(with = "Value")]
    pub(crate) content: Bytes,
    /// What a template looks like with its variables filled, for the console.
    pub(crate) rendered: Option<Value>,
    pub(crate) state: State,
    pub(crate) failure: Option<Failure>,
    /// The future of the message, drawn when it was accepted.
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
    /// The request that sent it, by number.
    pub(crate) exchange: Option<u64>,
    /// The id of the message that a reply answers.
    pub(crate) answers: Option<String>,
}

impl Message {
    /// A message that was just accepted, with nothing in it yet and nothing that happened to it.
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
        // What a record takes besides its content, roughly.
        self.content.len() + rendered + 512
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// It was accepted.
    Created,
    /// It was handed to the carrier.
    Sent,
    /// It is on the customer's phone.
    Delivered,
    /// The customer saw it.
    Read,
    /// It will never arrive.
    Failed,
    /// The customer wrote it.
    Received,
}

impl State {
    /// The state as the platform names it in webhooks and status replies; `None` for what it does not name there.
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

/// Why a message failed: the provider's number and words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Failure {
    /// The provider's number: 131047.
    pub code: i64,
    /// The provider's words.
    pub title: String,
}

impl Failure {
    /// Returns Meta's error when the 24 hours are over (INCS documents the rule, not its error: inferred).
    pub(crate) fn window() -> Self {
        Self { code: 131_047, title: "Re-engagement message".to_owned() }
    }

    /// Returns Meta's error when a message cannot be delivered (inferred likewise).
    pub(crate) fn undeliverable() -> Self {
        Self { code: 131_026, title: "Message undeliverable".to_owned() }
    }
}

/// The future steps of a message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) sent: Duration,
    pub(crate) delivered: Duration,
    /// `None` when the customer does not read it by itself.
    pub(crate) read: Option<Duration>,
    /// It fails where it would be sent or delivered.
    pub(crate) failure: Option<Failure>,
}

impl Plan {
    /// Draws what becomes of a message, by its number.
    pub(crate) fn draw(config: &Config, seed: Seed, message: u64) -> Self {
        let mut rng = seed.rng(Purpose::Plan, message);
        let pace = &config.pace;
        let sent = duration(&mut rng, &pace.sent);
        let delivered = duration(&mut rng, &pace.delivered);
        let read = duration(&mut rng, &pace.read);
        let read = (rng.f64() < pace.read_share).then_some(read);
        Self { sent, delivered, read, failure: None }
    }
}

/// The time after the customer's last message in which anything may be sent (documented for WhatsApp and RCS).
pub(crate) const WINDOW: Duration = Duration::from_hours(24);

/// A conversation: one customer on one channel.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Conversation {
    pub(crate) id: u64,
    pub(crate) channel: Channel,
    pub(crate) customer: String,
    /// The name that the customer goes by.
    pub(crate) name: String,
    /// When the customer wrote last.
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) last_inbound_at: Option<Timestamp>,
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) last_at: Option<Timestamp>,
    /// Messages that are remembered.
    pub(crate) count: usize,
    /// Their numbers, oldest first.
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

    /// Forgets the oldest message, and says whether that was the last.
    pub(crate) fn forget_oldest(&mut self) -> bool {
        self.messages.pop_front();
        self.count = self.messages.len();
        self.messages.is_empty()
    }

    /// Returns whether anything may be sent now. Viber documents no window.
    pub(crate) fn window_is_open(&self, now: Timestamp) -> bool {
        self.channel == Channel::Viber
            || self
                .last_inbound_at
                .is_some_and(|at| Duration::try_from(now.duration_since(at)).unwrap_or_default() < WINDOW)
    }
}

/// JSON as it came, not written as a list of numbers.
pub(crate) fn json<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_slice::<&serde_json::value::RawValue>(bytes) {
        Ok(raw) => raw.serialize(serializer),
        Err(_) => String::from_utf8_lossy(bytes).serialize(serializer),
    }
}
