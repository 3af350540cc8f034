//! Endpoints that send messages and query their status.

use std::borrow::Cow;

use http::Method;
use incs_model::envelope::Frame;
use incs_model::id::MessageId;
use incs_model::status::{StatusList, StatusQuery};
use incs_model::{
    Channel, DecodeError, Document, OutboundMessage, PhoneNumber, Report, Sent, Validate, rcs, viber, whatsapp,
};
use serde::Serialize;

use crate::endpoint::{Endpoint, Host, Query};

/// Sends a message (INCS: send WhatsApp message, send Viber message, send RCS message): a typed one, or a [`Document`], whose bytes
/// leave as they were written.
///
/// On WhatsApp and RCS, messages other than templates are accepted only within 24 hours after the customer wrote. The pages show the
/// RCS route under both hosts; this library uses [`Host::Chat`], unless
/// [`ClientBuilder::channel_base_url`](crate::ClientBuilder::channel_base_url) says otherwise.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SendMessage<M = Document> {
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

/// A message of one channel, or of any channel. Sealed, because the platform defines the routes.
pub trait ChannelMessage: Serialize + Validate + Send + Sync + sealed::Sealed {
    /// The channel that carries it.
    fn channel(&self) -> Channel;

    /// The phone number of the recipient. `None` for a document without a valid one.
    fn to(&self) -> Option<&PhoneNumber>;

    /// The JSON that is sent.
    ///
    /// # Errors
    ///
    /// Fails when the message is a document that is not JSON.
    fn body(&self) -> Result<Vec<u8>, serde_json::Error> {
        incs_model::encode(self)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for incs_model::Document {}
    impl Sealed for incs_model::OutboundMessage {}
    impl Sealed for incs_model::rcs::Message {}
    impl Sealed for incs_model::viber::Message {}
    impl Sealed for incs_model::whatsapp::Message {}
}

impl ChannelMessage for Document {
    fn channel(&self) -> Channel {
        self.channel().clone()
    }

    fn to(&self) -> Option<&PhoneNumber> {
        self.message().map(OutboundMessage::to)
    }

    /// Returns the bytes of the document, as they are.
    fn body(&self) -> Result<Vec<u8>, serde_json::Error> {
        if self.is_json() { Ok(self.bytes().to_vec()) } else { incs_model::encode(self) }
    }
}

impl ChannelMessage for OutboundMessage {
    fn channel(&self) -> Channel {
        self.channel()
    }

    fn to(&self) -> Option<&PhoneNumber> {
        Some(self.to())
    }
}

impl ChannelMessage for whatsapp::Message {
    fn channel(&self) -> Channel {
        Channel::WhatsApp
    }

    fn to(&self) -> Option<&PhoneNumber> {
        Some(&self.to)
    }
}

impl ChannelMessage for viber::Message {
    fn channel(&self) -> Channel {
        Channel::Viber
    }

    fn to(&self) -> Option<&PhoneNumber> {
        Some(&self.to)
    }
}

impl ChannelMessage for rcs::Message {
    fn channel(&self) -> Channel {
        Channel::Rcs
    }

    fn to(&self) -> Option<&PhoneNumber> {
        Some(&self.to)
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
        self.message.to()
    }

    fn sends_message(&self) -> bool {
        true
    }

    fn message_id<'reply>(&self, reply: &'reply Sent) -> Option<&'reply MessageId> {
        Some(&reply.message_id)
    }

    fn check(&self) -> Report {
        incs_model::check(&self.message)
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        self.message.body().map(Some)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Sent, DecodeError> {
        reply.data()
    }
}

/// Queries the status of up to 100 messages: `GET /external/messages/status` (INCS: message status).
///
/// For more, and to learn which were not answered, there is
/// [`Messages::status`](crate::Messages::status).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GetStatus {
    /// The messages.
    pub query: StatusQuery,
    /// The channel of the messages, whose certification code is used. It is inferred that the code matters here.
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

    fn check(&self) -> Report {
        incs_model::check(&self.query)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<StatusList, DecodeError> {
        reply.data()
    }
}
