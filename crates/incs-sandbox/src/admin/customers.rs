//! `/customers`: what customers do.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::call::{Call, OfCustomer};
use super::conversations::unknown;
use super::failure::Failure;
use super::part::{Json, Nothing};
use super::route::Method::Put;
use super::route::{Route, route};
use crate::core::Core;
use crate::notice::Kind;
use crate::world::conversation::Conversation;

/// Characters of a name.
const LONGEST_NAME: usize = 100;

pub(crate) fn routes() -> Vec<Route> {
    vec![route(Put, "/customers/{channel}/{customer}", "nameCustomer", "Gives a customer another name").by(name)]
}

/// How a customer is called.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Name {
    /// 1 to 100 characters.
    #[schemars(length(min = 1, max = 100))]
    name: String,
}

fn name(core: &Arc<Core>, call: Call<OfCustomer, Nothing, Json<Name>>) -> Result<Conversation, Failure> {
    let name = call.body.0.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Failure::unprocessable("/name", format!("a name has 1 to {LONGEST_NAME} characters")));
    }
    core.change(|world, _| {
        let key = (call.path.channel, call.path.customer);
        let conversation = world.conversations.get_mut(&key).ok_or_else(unknown)?;
        conversation.name = name;
        let conversation = conversation.clone();
        world.notices.tell(Kind::Conversation, &conversation);
        Ok(conversation)
    })
}
