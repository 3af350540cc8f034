//! A message, in either direction.

use bytes::Bytes;
use incs_model::Timestamp;
use incs_model::time::TimestampSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::channel::Channel;
use crate::life::{Failure, Plan, State};
use crate::log::Weigh;

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
    /// Outbound: the body of the send. Inbound: what the customer did, see [`Reply`](crate::customer::Reply).
    #[serde(serialize_with = "json")]
    #[schemars(with = "Value")]
    pub(crate) content: Bytes,
    /// What a template looks like with its variables filled, for the console.
    pub(crate) rendered: Option<Value>,
    pub(crate) state: State,
    pub(crate) failure: Option<Failure>,
    /// What will become of it, drawn when it was accepted.
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

/// JSON as it came, not written as a list of numbers.
pub(crate) fn json<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_slice::<&serde_json::value::RawValue>(bytes) {
        Ok(raw) => raw.serialize(serializer),
        Err(_) => String::from_utf8_lossy(bytes).serialize(serializer),
    }
}
