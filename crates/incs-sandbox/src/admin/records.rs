//! `/conversations`, `/messages`, `/exchanges` and `/events`: lists, search, one record, and the stream of changes.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::header;
use incs_model::Timestamp;
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::route::Method::{Get, Post};
use super::route::{ApiError, Call, Json, Look, Nothing, OfCustomer, OfNumber, Route, limit, route};
use crate::channel::Channel;
use crate::lifecycle;
use crate::state::deliveries::Delivery;
use crate::state::exchanges::Exchange;
use crate::state::messages::{Conversation, Direction, Failure, Message, State};
use crate::state::notices::{Heard, Kind, Listener};
use crate::state::{Core, Records};

/// Messages that are looked at before the lock is given to others. A search looks at each remembered message once at most, so
/// [`Memory`](crate::Memory) bounds what it costs.
const AT_ONCE: usize = 256;

/// The longest silence of the stream, so that neither side takes the other for gone.
const SILENCE: Duration = Duration::from_secs(15);

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/conversations", "listConversations", "Conversations, most recent first")
            .by_later(async |core: Arc<Core>, call| list_conversations(&core, call).await),
        route(
            Get,
            "/conversations/{channel}/{customer}/messages",
            "listConversationMessages",
            "The last messages of a conversation, oldest first",
        )
        .by(conversation_messages),
        route(Get, "/messages", "listMessages", "Messages of all conversations, newest first")
            .by_later(async |core: Arc<Core>, call| list_messages(&core, call).await),
        route(Get, "/messages/{message}", "getMessage", "A message, the request that sent it, and its webhooks")
            .by(detail),
        route(
            Post,
            "/messages/{number}/state",
            "setMessageState",
            "Lets a message reach a state now, and all before it",
        )
        .refusals(&[409])
        .by(push),
        route(Get, "/exchanges", "listExchanges", "Requests with their replies, newest first").always(list_exchanges),
        route(Get, "/exchanges/{number}", "getExchange", "A request with its reply").by(get_exchange),
        route(
            Get,
            "/events",
            "listen",
            "What changes, as it changes: each event holds the thing as it is now; `lagged` says that some were missed",
        )
        .refusals(&[503])
        .handled(Look::Events(SchemaGenerator::subschema_for::<Notice>), async |core: Arc<Core>, call| {
            listen(&core, call)
        }),
    ]
}

/// Filters of a list of conversations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhichConversations {
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

async fn list_conversations(
    core: &Arc<Core>,
    call: Call<Nothing, WhichConversations>,
) -> Result<Vec<Listed>, ApiError> {
    let which = call.query;
    let wanted = Wanted { channel: which.channel, ..Wanted::text(which.q.as_deref()) };
    let mut found = HashSet::new();
    if !wanted.is_any_text() {
        let take = |message: Message| {
            found.insert((message.channel, message.customer));
            true
        };
        search(core, &wanted, None, take).await;
    }
    let records = core.records();
    let mut listed: Vec<&Conversation> = records
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
    Ok(listed.into_iter().map(|conversation| in_list(core, &records, conversation, now)).collect())
}

fn in_list(core: &Core, records: &Records, conversation: &Conversation, now: Timestamp) -> Listed {
    let last = conversation.messages.back().and_then(|number| records.messages.get(*number)).cloned();
    let window_open =
        lifecycle::window_is_open(records, core.config.window, conversation.channel, &conversation.customer, now);
    Listed { conversation: conversation.clone(), last, window_open }
}

/// Filters of the messages of a conversation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhichOfConversation {
    /// Only messages with a lower number.
    before: Option<u64>,
    /// At most so many; 50 unless given, never more than 200.
    limit: Option<usize>,
}

fn conversation_messages(core: &Core, call: Call<OfCustomer, WhichOfConversation>) -> Result<Vec<Message>, ApiError> {
    let records = core.records();
    let key = (call.path.channel, call.path.customer);
    let conversation = records.conversations.get(&key).ok_or_else(no_conversation)?;
    let older =
        conversation.messages.iter().rev().filter(|number| call.query.before.is_none_or(|before| **number < before));
    let mut messages: Vec<Message> =
        older.take(limit(call.query.limit)).filter_map(|number| records.messages.get(*number)).cloned().collect();
    messages.reverse();
    Ok(messages)
}

/// There is no such conversation.
pub(super) fn no_conversation() -> ApiError {
    ApiError::not_found("no conversation with this customer on this channel")
}

/// Filters of a list of messages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhichMessages {
    /// Only those with this text in the message, the name, the number or the id, in whatever case.
    q: Option<String>,
    /// Only those on this channel.
    channel: Option<Channel>,
    /// Only those in this state.
    state: Option<State>,
    /// Only those that went this way.
    direction: Option<Direction>,
    /// Only those with a lower number.
    before: Option<u64>,
    /// At most so many; 50 unless given, never more than 200.
    limit: Option<usize>,
}

async fn list_messages(core: &Arc<Core>, call: Call<Nothing, WhichMessages>) -> Result<Vec<Message>, ApiError> {
    let WhichMessages { q, channel, state, direction, before, limit: most } = call.query;
    let wanted = Wanted { channel, state, direction, ..Wanted::text(q.as_deref()) };
    let most = limit(most);
    let mut found = Vec::new();
    if most > 0 {
        let take = |message| {
            found.push(message);
            found.len() < most
        };
        search(core, &wanted, before, take).await;
    }
    Ok(found)
}

/// One message.
#[derive(Debug, Deserialize, JsonSchema)]
struct OfMessage {
    /// The message's number, or the platform's id.
    message: String,
}

/// A message and what stands behind it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MessageInDetail")]
struct Detail {
    #[serde(flatten)]
    message: Message,
    /// The request that sent it, if that is remembered.
    request: Option<Exchange>,
    /// The webhooks about it that are remembered, oldest first.
    deliveries: Vec<Delivery>,
}

fn detail(core: &Core, call: Call<OfMessage>) -> Result<Detail, ApiError> {
    let OfMessage { message: name } = call.path;
    let records = core.records();
    let message = find(&records, &name).ok_or_else(no_message)?.clone();
    let request = message.exchange.and_then(|number| records.exchanges.get(number)).cloned();
    let about = |delivery: &&Delivery| delivery.message == Some(message.number);
    let deliveries = records.deliveries.iter().filter(about).take(limit(Some(usize::MAX))).cloned().collect();
    Ok(Detail { message, request, deliveries })
}

/// A message by its number, or else by the platform's id.
fn find<'a>(records: &'a Records, name: &str) -> Option<&'a Message> {
    let by_number = name.parse().ok().and_then(|number| records.messages.get(number));
    by_number.or_else(|| records.message_by_id(name))
}

/// Where a message is to stand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Push {
    /// `sent`, `delivered`, `read` or `failed`.
    state: State,
    /// Why it fails; 131026 unless given.
    failure: Option<Failure>,
}

fn push(core: &Core, call: Call<OfNumber, Nothing, Json<Push>>) -> Result<Message, ApiError> {
    let Push { state, failure } = call.body.0;
    core.change(|records, now| reach(records, call.path.number, state, failure, now))
}

fn reach(
    records: &mut Records,
    number: u64,
    state: State,
    failure: Option<Failure>,
    now: Timestamp,
) -> Result<Message, ApiError> {
    if matches!(state, State::Created | State::Received) {
        return Err(ApiError::unprocessable("/state", "a message can be let reach sent, delivered, read or failed"));
    }
    if failure.is_some() && state != State::Failed {
        return Err(ApiError::unprocessable("/failure", "only a message that fails has one"));
    }
    let message = records.messages.get_mut(number).ok_or_else(no_message)?;
    if message.direction == Direction::Inbound {
        return Err(ApiError::conflict("a message of a customer has no state to reach"));
    }
    if message.state >= state {
        return Err(ApiError::conflict("the message is there already, or past it; none goes back"));
    }
    message.plan.failure = (state == State::Failed).then(|| failure.unwrap_or_else(Failure::undeliverable));
    let steps: &[State] =
        if state == State::Failed { &[State::Failed] } else { &[State::Sent, State::Delivered, State::Read] };
    for step in steps.iter().copied().filter(|step| *step <= state) {
        lifecycle::reach(records, number, step, now);
    }
    records.messages.get(number).cloned().ok_or_else(no_message)
}

fn no_message() -> ApiError {
    ApiError::not_found("no such message, or it is no longer remembered")
}

/// Filters of a list of requests.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhichExchanges {
    /// Only those with a lower number.
    before: Option<u64>,
    /// At most so many; 50 unless given, never more than 200.
    limit: Option<usize>,
}

fn list_exchanges(core: &Core, call: Call<Nothing, WhichExchanges>) -> Vec<Exchange> {
    let WhichExchanges { before, limit: most } = call.query;
    let records = core.records();
    let older = records.exchanges.iter().rev().filter(|exchange| before.is_none_or(|before| exchange.number < before));
    older.take(limit(most)).cloned().collect()
}

fn get_exchange(core: &Core, call: Call<OfNumber>) -> Result<Exchange, ApiError> {
    let unknown = || ApiError::not_found("no such request, or it is no longer remembered");
    core.records().exchanges.get(call.path.number).cloned().ok_or_else(unknown)
}

/// What stands in `data`.
#[derive(Debug, Serialize, JsonSchema)]
struct Notice {
    r#type: Kind,
    /// The thing as it is now; `{"id":…,"removed":true}` for one that is gone.
    data: Value,
}

fn listen(core: &Core, _: Call) -> Result<Response, ApiError> {
    let listener = core.records().notices.listen_from_outside();
    let listener = listener.ok_or_else(|| ApiError::busy("too many listen already"))?;
    // The first bytes let the client know at once that it is heard.
    let begin = stream::once(async { Ok::<_, Infallible>("retry: 1000\n\n".to_owned()) });
    let events = stream::unfold(listener, async |mut listener| {
        let event = next_event(&mut listener).await?;
        Some((Ok(event), listener))
    });
    let body = Body::from_stream(stream::StreamExt::chain(begin, events));
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

/// The next event as it is written; `None` at the end.
async fn next_event(listener: &mut Listener) -> Option<String> {
    match tokio::time::timeout(SILENCE, listener.hear()).await {
        Ok(Heard::Notice(text)) => Some(format!("data: {text}\n\n")),
        Ok(Heard::Lagged) => Some("event: lagged\ndata: {}\n\n".to_owned()),
        Ok(Heard::Over) => None,
        Err(_) => Some(": nothing new\n\n".to_owned()),
    }
}

/// The criteria of a search.
#[derive(Debug, Clone, Default)]
struct Wanted {
    /// In lower case; empty for anything.
    text: String,
    channel: Option<Channel>,
    state: Option<State>,
    direction: Option<Direction>,
}

impl Wanted {
    fn text(text: Option<&str>) -> Self {
        Self { text: text.unwrap_or_default().trim().to_lowercase(), ..Self::default() }
    }

    /// Returns whether any text matches.
    fn is_any_text(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns whether another text contains the wanted one, ignoring case.
    fn is_in(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.text)
    }

    fn fits(&self, message: &Message) -> bool {
        self.channel.is_none_or(|channel| channel == message.channel)
            && self.state.is_none_or(|state| state == message.state)
            && self.direction.is_none_or(|direction| direction == message.direction)
    }

    /// Returns whether the id, the number, the name or the content contains the text.
    fn is_about(&self, message: &Message, name: &str) -> bool {
        self.is_any_text()
            || self.is_in(&message.id)
            || self.is_in(&message.customer)
            || self.is_in(name)
            || message.rendered.as_ref().is_some_and(|rendered| self.is_within(rendered))
            || serde_json::from_slice(&message.content).is_ok_and(|content| self.is_within(&content))
    }

    /// Returns whether a string of a value contains the text. The value of `type` is skipped, since nobody wrote it.
    fn is_within(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_in(text),
            Value::Array(values) => values.iter().any(|value| self.is_within(value)),
            Value::Object(members) => members.iter().any(|(key, value)| key != "type" && self.is_within(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

/// Gives each message that is wanted to `take`, newest first, until it says that it has enough.
async fn search(core: &Arc<Core>, wanted: &Wanted, before: Option<u64>, mut take: impl FnMut(Message) -> bool) {
    let mut before = before.unwrap_or(u64::MAX);
    loop {
        let some = next_batch(&core.records(), wanted, before);
        let Some((last, _)) = some.last() else { return };
        before = last.number;
        for (message, name) in some {
            if wanted.is_about(&message, &name) && !take(message) {
                return;
            }
        }
        tokio::task::yield_now().await;
    }
}

/// The next messages before a number, with the names of their customers.
fn next_batch(records: &Records, wanted: &Wanted, before: u64) -> Vec<(Message, String)> {
    let name = |message: &Message| {
        let key = (message.channel, message.customer.clone());
        records.conversations.get(&key).map(|conversation| conversation.name.clone()).unwrap_or_default()
    };
    let older = records.messages.iter().rev().filter(|message| message.number < before && wanted.fits(message));
    older.take(AT_ONCE).map(|message| (message.clone(), name(message))).collect()
}
