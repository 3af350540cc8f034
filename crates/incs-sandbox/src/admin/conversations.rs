//! `/conversations`: who talks with the business, and what was said.

use std::collections::HashSet;
use std::sync::Arc;

use incs_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::{Call, OfCustomer};
use super::failure::Failure;
use super::part::{Nothing, limit};
use super::route::Method::Get;
use super::route::{Route, route};
use super::search::{self, Wanted};
use crate::channel::Channel;
use crate::core::Core;
use crate::life;
use crate::world::World;
use crate::world::conversation::Conversation;
use crate::world::message::Message;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/conversations", "listConversations", "Conversations, most recent first")
            .by_later(async |core: Arc<Core>, call| list(&core, call).await),
        route(
            Get,
            "/conversations/{channel}/{customer}/messages",
            "listConversationMessages",
            "The last messages of a conversation, oldest first",
        )
        .by(messages),
    ]
}

/// Which conversations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only those on this channel.
    channel: Option<Channel>,
    /// Only those with this text in the name, the number or a message, in whatever case.
    q: Option<String>,
    /// At most so many; 50 unless given, never more than 200.
    limit: Option<usize>,
}

/// A conversation as it stands in a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ConversationInList")]
struct Listed {
    #[serde(flatten)]
    conversation: Conversation,
    /// The last message.
    last: Option<Message>,
    /// Whether a message without a template would be delivered now.
    window_open: bool,
}

async fn list(core: &Arc<Core>, call: Call<Nothing, Which>) -> Result<Vec<Listed>, Failure> {
    let which = call.query;
    let wanted = Wanted { channel: which.channel, ..Wanted::text(which.q.as_deref()) };
    let mut found = HashSet::new();
    if !wanted.is_any_text() {
        let take = |message: Message| {
            found.insert((message.channel, message.customer));
            true
        };
        search::each(core, &wanted, None, take).await;
    }
    let world = core.world();
    let mut listed: Vec<&Conversation> = world
        .conversations
        .iter()
        .filter(|(key, conversation)| {
            which.channel.is_none_or(|channel| channel == conversation.channel)
                && (wanted.is_any_text()
                    || found.contains(key)
                    || wanted.is_in(&conversation.name)
                    || wanted.is_in(&conversation.customer))
        })
        .map(|(_, conversation)| conversation)
        .collect();
    listed.sort_by_key(|conversation| {
        std::cmp::Reverse((conversation.last_at, conversation.messages.back().copied(), conversation.id))
    });
    listed.truncate(limit(which.limit));
    let now = core.now();
    Ok(listed.into_iter().map(|conversation| in_list(core, &world, conversation, now)).collect())
}

fn in_list(core: &Core, world: &World, conversation: &Conversation, now: Timestamp) -> Listed {
    let last = conversation.messages.back().and_then(|number| world.messages.get(*number)).cloned();
    let window_open =
        life::window_is_open(world, core.config.window, conversation.channel, &conversation.customer, now);
    Listed { conversation: conversation.clone(), last, window_open }
}

/// Which messages of a conversation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// Only messages with a lower number.
    before: Option<u64>,
    /// At most so many; 50 unless given, never more than 200.
    limit: Option<usize>,
}

fn messages(core: &Core, call: Call<OfCustomer, Part>) -> Result<Vec<Message>, Failure> {
    let world = core.world();
    let key = (call.path.channel, call.path.customer);
    let conversation = world.conversations.get(&key).ok_or_else(unknown)?;
    let older =
        conversation.messages.iter().rev().filter(|number| call.query.before.is_none_or(|before| **number < before));
    let mut messages: Vec<Message> =
        older.take(limit(call.query.limit)).filter_map(|number| world.messages.get(*number)).cloned().collect();
    messages.reverse();
    Ok(messages)
}

/// There is no such conversation.
pub(crate) fn unknown() -> Failure {
    Failure::not_found("no conversation with this customer on this channel")
}
