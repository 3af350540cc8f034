//! `/customers`: lets customers write, tap, read and change their name.

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::records::no_conversation;
use super::route::Method::{Post, Put};
use super::route::{ApiError, Call, Describe, Json, Nothing, OfCustomer, Own, Parse, Route, route};
use crate::customers;
use crate::customers::reply::{Reply, ReplyError};
use crate::state::Core;
use crate::state::messages::{Conversation, Message};

/// Characters of a name.
const LONGEST_NAME: usize = 100;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(
            Post,
            "/customers/{channel}/{customer}/messages",
            "act",
            "Lets a customer write, send a file or a place, or tap; what was delivered to them is read by that",
        )
        .status(StatusCode::CREATED)
        .by(act),
        route(Post, "/customers/{channel}/{customer}/read", "read", "Lets a customer read all that was sent to them")
            .refusals(&[422])
            .by(read),
        route(Put, "/customers/{channel}/{customer}", "nameCustomer", "Gives a customer another name").by(name),
    ]
}

/// How a customer is called.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Name {
    /// 1 to 100 characters.
    #[schemars(length(min = 1, max = 100))]
    name: String,
}

fn name(core: &Core, call: Call<OfCustomer, Nothing, Json<Name>>) -> Result<Conversation, ApiError> {
    let name = call.body.0.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(ApiError::unprocessable("/name", format!("a name has 1 to {LONGEST_NAME} characters")));
    }
    core.change(|records, _| {
        let OfCustomer { channel, customer } = call.path;
        if !customers::rename(records, channel, &customer, &name) {
            return Err(no_conversation());
        }
        records.conversations.get(&(channel, customer)).cloned().ok_or_else(no_conversation)
    })
}

impl Parse for Reply {
    const DESCRIBE: Describe = Self::DESCRIBE;

    fn parse(json: &[u8]) -> Result<Self, ApiError> {
        Ok(Self::decode(json)?)
    }
}

impl From<ReplyError> for ApiError {
    fn from(error: ReplyError) -> Self {
        Self::unprocessable(error.pointer(), error.to_string())
    }
}

fn act(core: &Core, call: Call<OfCustomer, Nothing, Own<Reply>>) -> Result<Message, ApiError> {
    let OfCustomer { channel, customer } = call.path;
    core.change(|records, now| {
        let number = customers::act(records, now, channel, &customer, &call.body.0)?;
        records.messages.get(number).cloned().ok_or_else(no_conversation)
    })
}

/// How many messages were read by that.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReadCount")]
struct Count {
    read: usize,
}

fn read(core: &Core, call: Call<OfCustomer>) -> Result<Count, ApiError> {
    let OfCustomer { channel, customer } = call.path;
    let read = core.change(|records, now| customers::read(records, now, channel, &customer))?;
    Ok(Count { read })
}
