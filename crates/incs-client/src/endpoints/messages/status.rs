//! `GET /external/messages/status`.

use std::borrow::Cow;

use incs_model::envelope::Frame;
use incs_model::status::{StatusList, StatusQuery};
use incs_model::{Channel, DecodeError, Report};

use crate::endpoint::{Endpoint, Host, Query};

/// Asks what became of up to 100 messages (INCS: message status). For more, and to learn which were not answered, there is
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
