//! Sending a message on whichever channel it is of.

use std::borrow::Cow;

use http::Method;
use incs_model::envelope::Frame;
use incs_model::{Channel, DecodeError, OutboundMessage, PhoneNumber, Report, Sent};

use super::{SendRcs, SendViber, SendWhatsApp};
use crate::endpoint::{Endpoint, Host};

/// Sends a message on whichever channel it is of: what [`Messages::send`](crate::Messages::send) makes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SendMessage {
    /// The message.
    pub message: OutboundMessage,
}

impl SendMessage {
    /// Sends this message.
    pub fn new(message: impl Into<OutboundMessage>) -> Self {
        Self { message: message.into() }
    }
}

/// What the send of a message's channel calls itself. A channel that this version does not know is refused before it is sent.
fn route(message: &OutboundMessage) -> (&'static str, &'static str) {
    match message {
        OutboundMessage::WhatsApp(_) => (SendWhatsApp::OPERATION, SendWhatsApp::PATH),
        OutboundMessage::Viber(_) => (SendViber::OPERATION, SendViber::PATH),
        OutboundMessage::Rcs(_) => (SendRcs::OPERATION, SendRcs::PATH),
        _ => ("send_message", ""),
    }
}

impl Endpoint for SendMessage {
    type Reply = Sent;

    fn operation(&self) -> &'static str {
        route(&self.message).0
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn host(&self) -> Host {
        Host::Chat
    }

    fn path(&self) -> Cow<'static, str> {
        route(&self.message).1.into()
    }

    fn channel(&self) -> Option<Channel> {
        Some(self.message.channel())
    }

    fn recipient(&self) -> Option<&PhoneNumber> {
        Some(self.message.to())
    }

    fn validate(&self) -> Result<(), Report> {
        incs_model::validate(&self.message)
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        incs_model::encode(&self.message).map(Some)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Sent, DecodeError> {
        reply.data()
    }
}
