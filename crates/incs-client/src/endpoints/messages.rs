//! Sending messages, and asking what became of them.

use std::borrow::Cow;

use http::Method;
use incs_model::envelope::Frame;
use incs_model::status::{StatusList, StatusQuery};
use incs_model::{Channel, DecodeError, OutboundMessage, PhoneNumber, Report, Sent, Validate, rcs, viber, whatsapp};
use serde::Serialize;

use crate::endpoint::{Endpoint, Host, Query};

/// Sends a message (INCS: send WhatsApp message, send Viber message, send RCS message): one of a channel, or, unless said
/// otherwise, whichever [`Messages::send`](crate::Messages::send) is given.
///
/// On WhatsApp and RCS, messages other than templates are taken only within 24 hours after the customer wrote. The pages show the
/// RCS route under both hosts; this library takes that of [`Host::Chat`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SendMessage<M = OutboundMessage> {
    /// The message.
    pub message: M,
}

/// Sends a WhatsApp message: `POST /external/messages/whatsapp`.
pub type SendWhatsApp = SendMessage<whatsapp::Message>;

/// Sends a Viber message: `POST /external/messages/viber`.
pub type SendViber = SendMessage<viber::Message>;

/// Sends an RCS message: `POST /external/messages/rcs`.
pub type SendRcs = SendMessage<rcs::Message>;

impl<M: ChannelMessage> SendMessage<M> {
    /// Sends this message.
    pub fn new(message: M) -> Self {
        Self { message }
    }
}

/// A message of one channel, or of whichever. Sealed: the routes are those of the platform.
pub trait ChannelMessage: Serialize + Validate + Send + Sync + sealed::Sealed {
    /// The channel that carries it.
    fn channel(&self) -> Channel;

    /// The phone number of the recipient.
    fn to(&self) -> &PhoneNumber;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for incs_model::OutboundMessage {}
    impl Sealed for incs_model::rcs::Message {}
    impl Sealed for incs_model::viber::Message {}
    impl Sealed for incs_model::whatsapp::Message {}
}

impl ChannelMessage for OutboundMessage {
    fn channel(&self) -> Channel {
        self.channel()
    }

    fn to(&self) -> &PhoneNumber {
        self.to()
    }
}

impl ChannelMessage for whatsapp::Message {
    fn channel(&self) -> Channel {
        Channel::WhatsApp
    }

    fn to(&self) -> &PhoneNumber {
        &self.to
    }
}

impl ChannelMessage for viber::Message {
    fn channel(&self) -> Channel {
        Channel::Viber
    }

    fn to(&self) -> &PhoneNumber {
        &self.to
    }
}

impl ChannelMessage for rcs::Message {
    fn channel(&self) -> Channel {
        Channel::Rcs
    }

    fn to(&self) -> &PhoneNumber {
        &self.to
    }
}

/// The operation and the path of a channel's send. A channel that this version does not know is refused before it is sent.
fn route(channel: &Channel) -> (&'static str, &'static str) {
    match channel {
        Channel::WhatsApp => ("send_whatsapp_message", "/external/messages/whatsapp"),
        Channel::Viber => ("send_viber_message", "/external/messages/viber"),
        Channel::Rcs => ("send_rcs_message", "/external/messages/rcs"),
        _ => ("send_message", ""),
    }
}

impl<M: ChannelMessage> Endpoint for SendMessage<M> {
    type Reply = Sent;

    fn operation(&self) -> &'static str {
        route(&self.message.channel()).0
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn host(&self) -> Host {
        Host::Chat
    }

    fn path(&self) -> Cow<'static, str> {
        route(&self.message.channel()).1.into()
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

/// Asks what became of up to 100 messages: `GET /external/messages/status` (INCS: message status).
///
/// For more, and to learn which were not answered, there is
/// [`Messages::status`](crate::Messages::status).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GetStatus {
    /// The messages.
    pub query: StatusQuery,
    /// The channel they went out on, whose certification code is used. That the code matters here is inferred.
    pub channel: Option<Channel>,
}

impl GetStatus {
    /// Asks with the code that is used for no channel in particular.
    pub fn new(query: StatusQuery) -> Self {
        Self { query, channel: None }
    }

    /// Sets the channel.
    #[must_use]
    pub fn with_channel(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }
}

impl Endpoint for GetStatus {
    type Reply = StatusList;

    fn operation(&self) -> &'static str {
        "get_message_status"
    }

    fn host(&self) -> Host {
        Host::Chat
    }

    fn path(&self) -> Cow<'static, str> {
        "/external/messages/status".into()
    }

    fn query(&self) -> Query {
        Query::new().raw("message_ids", &self.query.to_query_value())
    }

    fn channel(&self) -> Option<Channel> {
        self.channel.clone()
    }

    fn validate(&self) -> Result<(), Report> {
        incs_model::validate(&self.query)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<StatusList, DecodeError> {
        reply.data()
    }
}
