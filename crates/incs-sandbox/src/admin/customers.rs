//! `/customers`: lets customers write, tap, read and change their name.

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::records::no_conversation;
use super::route::Method::{Post, Put};
use super::route::{AdminRequest, ApiError, CustomerPath, Empty, Json, ParseJson, ParsedJson, Route, SchemaFn, route};
use crate::customers;
use crate::customers::reply::{Reply, ReplyError};
use crate::state::App;
use crate::state::messages::{Conversation, Message};

/// The most characters of a name.
const MAX_NAME: usize = 100;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(
            Post,
            "/customers/{channel}/{customer}/messages",
            "act",
            "Lets a customer write, send a file or a location, or tap; delivered messages count as read",
        )
        .status(StatusCode::CREATED)
        .handler(handle_reply),
        route(Post, "/customers/{channel}/{customer}/read", "read", "Lets a customer read all sent messages")
            .refusals(&[422])
            .handler(read),
        route(Put, "/customers/{channel}/{customer}", "nameCustomer", "Renames a customer").handler(name),
    ]
}

/// The new name of a customer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewName {
    /// 1 to 100 characters.
    #[schemars(length(min = 1, max = 100))]
    name: String,
}

fn name(app: &App, request: AdminRequest<CustomerPath, Empty, Json<NewName>>) -> Result<Conversation, ApiError> {
    let name = request.body.0.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(ApiError::unprocessable("/name", format!("a name has 1 to {MAX_NAME} characters")));
    }
    app.change(|records, _| {
        let CustomerPath { channel, customer } = request.path;
        if !customers::rename(records, channel, &customer, &name) {
            return Err(no_conversation());
        }
        records.conversations.get(&(channel, customer)).cloned().ok_or_else(no_conversation)
    })
}

impl ParseJson for Reply {
    const SCHEMA: SchemaFn = Self::SCHEMA;

    fn parse(json: &[u8]) -> Result<Self, ApiError> {
        Ok(Self::decode(json)?)
    }
}

impl From<ReplyError> for ApiError {
    fn from(error: ReplyError) -> Self {
        Self::unprocessable(error.pointer(), error.to_string())
    }
}

fn handle_reply(app: &App, request: AdminRequest<CustomerPath, Empty, ParsedJson<Reply>>) -> Result<Message, ApiError> {
    let CustomerPath { channel, customer } = request.path;
    app.change(|records, now| {
        let number = customers::handle_reply(records, now, channel, &customer, &request.body.0)?;
        records.messages.get(number).cloned().ok_or_else(no_conversation)
    })
}

/// The number of messages that were read.
#[derive(Debug, Serialize, JsonSchema)]
struct ReadCount {
    read: usize,
}

fn read(app: &App, request: AdminRequest<CustomerPath>) -> Result<ReadCount, ApiError> {
    let CustomerPath { channel, customer } = request.path;
    let read = app.change(|records, now| customers::read(records, now, channel, &customer))?;
    Ok(ReadCount { read })
}
