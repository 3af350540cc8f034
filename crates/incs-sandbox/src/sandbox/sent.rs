//! A message as a test sees it.

use std::fmt;

use incs_model::Timestamp;

use crate::channel::Channel;
use crate::life::{Failure, State};
use crate::world::message::Message;

/// A message that the sandbox accepted, as it stands at the moment. It does not change by itself; ask again.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct SentMessage {
    /// The id that the send was answered with.
    pub id: String,
    /// The channel that it was sent on.
    pub channel: Channel,
    /// The customer's number, digits only.
    pub to: String,
    /// What it is: `text`, `template`, `interactive.carousel`.
    pub kind: String,
    /// The body of the request, as it came.
    pub body: String,
    /// Where it stands.
    pub state: State,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When the customer saw it.
    pub read_at: Option<Timestamp>,
    /// When it failed.
    pub failed_at: Option<Timestamp>,
}

impl SentMessage {
    pub(crate) fn of(message: &Message) -> Self {
        Self {
            id: message.id.clone(),
            channel: message.channel,
            to: message.customer.clone(),
            kind: message.kind.clone(),
            body: String::from_utf8_lossy(&message.content).into_owned(),
            state: message.state,
            failure: message.failure.clone(),
            created_at: message.created_at,
            sent_at: message.sent_at,
            delivered_at: message.delivered_at,
            read_at: message.read_at,
            failed_at: message.failed_at,
        }
    }
}

/// Without the number and what was written; the id of a WhatsApp message holds the number, so it is left out too.
impl fmt::Debug for SentMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentMessage")
            .field("channel", &self.channel)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}
