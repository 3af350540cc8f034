//! `/conversations`, `/messages`, `/exchanges` and `/events`: lists, search, one record, and the stream of changes.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::header;
use incs_model::{Document, Timestamp, Violation};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::route::Method::{Get, Post};
use super::route::{AdminRequest, ApiError, CustomerPath, Empty, Json, NumberPath, ReplyBody, Route, limit, route};
use crate::channel::Channel;
use crate::lifecycle;
use crate::state::deliveries::Delivery;
use crate::state::events::{EventKind, Listener, Received};
use crate::state::exchanges::Exchange;
use crate::state::messages::{Conversation, Direction, Failure, Message, State};
use crate::state::{App, Records};

/// The number of messages that a search reads before it releases the lock. A search reads each remembered message at most once,
/// so [`Memory`](crate::Memory) bounds its cost.
const BATCH_SIZE: usize = 256;

/// The longest time without data in the stream, so that neither side considers the other gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/conversations", "listConversations", "Conversations, most recent first")
            .async_handler(async |app: Arc<App>, request| list_conversations(&app, request).await),
        route(
            Get,
            "/conversations/{channel}/{customer}/messages",
            "listConversationMessages",
            "The last messages of a conversation, oldest first",
        )
        .handler(conversation_messages),
        route(Get, "/messages", "listMessages", "Messages of all conversations, newest first")
            .async_handler(async |app: Arc<App>, request| list_messages(&app, request).await),
        route(Get, "/messages/{message}", "getMessage", "A message, the request that sent it, and its webhooks")
            .handler(detail),
        route(
            Post,
            "/messages/{number}/state",
            "setMessageState",
            "Moves a message to a state now, through all states before it",
        )
        .refusals(&[409])
        .handler(set_state),
        route(Get, "/exchanges", "listExchanges", "Requests with their replies, newest first")
            .infallible(list_exchanges),
        route(Get, "/exchanges/{number}", "getExchange", "A request with its reply").handler(get_exchange),
        route(
            Get,
            "/events",
            "listen",
            "Streams changes: each event contains the record as it is now; `lagged` means that events were missed",
        )
        .refusals(&[503])
        .response_handler(
            ReplyBody::Events(SchemaGenerator::subschema_for::<StreamEvent>),
            async |app: Arc<App>, request| listen(&app, request),
        ),
    ]
}

/// Filters of a list of conversations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ConversationFilter {
    /// Only conversations or messages on this channel.
    channel: Option<Channel>,
    /// Only the conversation with this customer.
    customer: Option<String>,
    /// Only conversations with this text in the name, the number or a message, ignoring case.
    q: Option<String>,
    /// Only conversations whose last message has a lower number.
    before: Option<u64>,
    /// The page size; 50 by default, at most 200.
    limit: Option<usize>,
}

/// A conversation in a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ConversationInList")]
struct ConversationRow {
    #[serde(flatten)]
    conversation: Conversation,
    /// The last message.
    last: Option<Message>,
    /// True if a message without a template would be delivered now.
    window_open: bool,
}

async fn list_conversations(
    app: &Arc<App>,
    request: AdminRequest<Empty, ConversationFilter>,
) -> Result<Vec<ConversationRow>, ApiError> {
    let filter = request.query;
    let criteria = Search { channel: filter.channel, ..Search::text(filter.q.as_deref()) };
    let mut found = HashSet::new();
    if !criteria.is_any_text() {
        let take = |message: Message| {
            found.insert((message.channel, message.customer));
            true
        };
        search(app, &criteria, None, take).await;
    }
    let records = app.records();
    let mut listed: Vec<&Conversation> = records
        .conversations
        .iter()
        .filter(|(key, conversation)| {
            filter.channel.is_none_or(|channel| channel == conversation.channel)
                && filter.customer.as_ref().is_none_or(|customer| *customer == conversation.customer)
                && filter.before.is_none_or(|before| conversation.last() < before)
                && (criteria.is_any_text()
                    || found.contains(key)
                    || criteria.is_in(&conversation.name)
                    || criteria.is_in(&conversation.customer))
        })
        .map(|(_, conversation)| conversation)
        .collect();
    // By number, not by time, which a clock may set back: so `before` continues where a list ended.
    listed.sort_by_key(|conversation| std::cmp::Reverse(conversation.last()));
    listed.truncate(limit(filter.limit));
    let now = app.now();
    Ok(listed.into_iter().map(|conversation| in_list(app, &records, conversation, now)).collect())
}

fn in_list(app: &App, records: &Records, conversation: &Conversation, now: Timestamp) -> ConversationRow {
    let last = records.messages.get(conversation.last()).cloned();
    let window_open =
        lifecycle::window_is_open(records, app.config.window, conversation.channel, &conversation.customer, now);
    ConversationRow { conversation: conversation.clone(), last, window_open }
}

/// Filters of the messages of a conversation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ThreadFilter {
    /// Only messages with a lower number.
    before: Option<u64>,
    /// The page size; 50 by default, at most 200.
    limit: Option<usize>,
}

fn conversation_messages(
    app: &App,
    request: AdminRequest<CustomerPath, ThreadFilter>,
) -> Result<Vec<Message>, ApiError> {
    let records = app.records();
    let key = (request.path.channel, request.path.customer);
    let conversation = records.conversations.get(&key).ok_or_else(no_conversation)?;
    let older =
        conversation.messages.iter().rev().filter(|number| request.query.before.is_none_or(|before| **number < before));
    let mut messages: Vec<Message> =
        older.take(limit(request.query.limit)).filter_map(|number| records.messages.get(*number)).cloned().collect();
    messages.reverse();
    Ok(messages)
}

/// The error for an unknown conversation.
pub(super) fn no_conversation() -> ApiError {
    ApiError::not_found("no conversation with this customer on this channel")
}

/// Filters of a list of messages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MessageFilter {
    /// Only messages with this text in the content, the name, the number or the id, ignoring case.
    q: Option<String>,
    /// Only conversations or messages on this channel.
    channel: Option<Channel>,
    /// Only messages in this state.
    state: Option<State>,
    /// Only messages in this direction.
    direction: Option<Direction>,
    /// Only records with a lower number.
    before: Option<u64>,
    /// The page size; 50 by default, at most 200.
    limit: Option<usize>,
}

async fn list_messages(app: &Arc<App>, request: AdminRequest<Empty, MessageFilter>) -> Result<Vec<Message>, ApiError> {
    let MessageFilter { q, channel, state, direction, before, limit: max } = request.query;
    let criteria = Search { channel, state, direction, ..Search::text(q.as_deref()) };
    let max = limit(max);
    let mut found = Vec::new();
    if max > 0 {
        let take = |message| {
            found.push(message);
            found.len() < max
        };
        search(app, &criteria, before, take).await;
    }
    Ok(found)
}

/// The path of one message.
#[derive(Debug, Deserialize, JsonSchema)]
struct MessagePath {
    /// The message's number, or the platform's id.
    message: String,
}

/// A message with its request and its webhooks.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MessageInDetail")]
struct Detail {
    #[serde(flatten)]
    message: Message,
    /// The request that sent it, if it is still remembered.
    request: Option<Exchange>,
    /// The remembered webhooks about it, oldest first.
    deliveries: Vec<Delivery>,
    /// Warnings about the sent document, from rules that are not documented.
    #[schemars(with = "Vec<Value>")]
    warnings: Vec<Violation>,
}

fn detail(app: &App, request: AdminRequest<MessagePath>) -> Result<Detail, ApiError> {
    let MessagePath { message: name } = request.path;
    let records = app.records();
    let message = find(&records, &name).ok_or_else(no_message)?.clone();
    let request = message.exchange.and_then(|number| records.exchanges.get(number)).cloned();
    let about = |delivery: &&Delivery| delivery.message == Some(message.number);
    let deliveries = records.deliveries.iter().filter(about).take(limit(Some(usize::MAX))).cloned().collect();
    let warnings = match message.direction {
        Direction::Outbound => Document::read(&message.channel.model(), &*message.content).report().warnings().to_vec(),
        Direction::Inbound => Vec::new(),
    };
    Ok(Detail { message, request, deliveries, warnings })
}

/// Finds a message by its number, or else by the platform's id.
fn find<'a>(records: &'a Records, name: &str) -> Option<&'a Message> {
    let by_number = name.parse().ok().and_then(|number| records.messages.get(number));
    by_number.or_else(|| records.message_by_id(name))
}

/// The new state of a message.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewState {
    /// `sent`, `delivered`, `read` or `failed`.
    state: State,
    /// The reason of a failure; 131026 by default.
    failure: Option<Failure>,
}

fn set_state(app: &App, request: AdminRequest<NumberPath, Empty, Json<NewState>>) -> Result<Message, ApiError> {
    let NewState { state, failure } = request.body.0;
    app.change(|records, now| push_to(records, request.path.number, state, failure, now))
}

fn push_to(
    records: &mut Records,
    number: u64,
    state: State,
    failure: Option<Failure>,
    now: Timestamp,
) -> Result<Message, ApiError> {
    if matches!(state, State::Created | State::Received) {
        return Err(ApiError::unprocessable("/state", "expected sent, delivered, read or failed"));
    }
    if failure.is_some() && state != State::Failed {
        return Err(ApiError::unprocessable("/failure", "only a failed message has a failure"));
    }
    let message = records.messages.get_mut(number).ok_or_else(no_message)?;
    if message.direction == Direction::Inbound {
        return Err(ApiError::conflict("a customer's message has no further state"));
    }
    if message.state >= state {
        return Err(ApiError::conflict("the message has reached this state already; it cannot go back"));
    }
    message.plan.failure = (state == State::Failed).then(|| failure.unwrap_or_else(Failure::undeliverable));
    let steps: &[State] =
        if state == State::Failed { &[State::Failed] } else { &[State::Sent, State::Delivered, State::Read] };
    for step in steps.iter().copied().filter(|step| *step <= state) {
        lifecycle::set_state(records, number, step, now);
    }
    records.messages.get(number).cloned().ok_or_else(no_message)
}

fn no_message() -> ApiError {
    ApiError::not_found("no such message, or it is no longer remembered")
}

/// Filters of a list of requests.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExchangeFilter {
    /// Only records with a lower number.
    before: Option<u64>,
    /// The page size; 50 by default, at most 200.
    limit: Option<usize>,
}

fn list_exchanges(app: &App, request: AdminRequest<Empty, ExchangeFilter>) -> Vec<Exchange> {
    let ExchangeFilter { before, limit: max } = request.query;
    let records = app.records();
    let older = records.exchanges.iter().rev().filter(|exchange| before.is_none_or(|before| exchange.number < before));
    older.take(limit(max)).cloned().collect()
}

fn get_exchange(app: &App, request: AdminRequest<NumberPath>) -> Result<Exchange, ApiError> {
    let unknown = || ApiError::not_found("no such request, or it is no longer remembered");
    app.records().exchanges.get(request.path.number).cloned().ok_or_else(unknown)
}

/// The `data` of an event.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Event")]
struct StreamEvent {
    r#type: EventKind,
    /// The record as it is now; `{"id":…,"removed":true}` for a removed one.
    data: Value,
}

fn listen(app: &App, _: AdminRequest) -> Result<Response, ApiError> {
    let listener = app.records().events.listen_external();
    let listener = listener.ok_or_else(|| ApiError::busy("too many listeners already"))?;
    // The first bytes confirm to the client at once that the stream is open.
    let begin = stream::once(async { Ok::<_, Infallible>("retry: 1000\n\n".to_owned()) });
    let events = stream::unfold(listener, async |mut listener| {
        let event = next_event(&mut listener).await?;
        Some((Ok(event), listener))
    });
    let body = Body::from_stream(stream::StreamExt::chain(begin, events));
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

/// Returns the next event as server-sent text; `None` at the end.
async fn next_event(listener: &mut Listener) -> Option<String> {
    match tokio::time::timeout(KEEP_ALIVE, listener.receive()).await {
        Ok(Received::Event(text)) => Some(format!("data: {text}\n\n")),
        Ok(Received::Lagged) => Some("event: lagged\ndata: {}\n\n".to_owned()),
        Ok(Received::Closed) => None,
        Err(_) => Some(": nothing new\n\n".to_owned()),
    }
}

/// The criteria of a search.
#[derive(Debug, Clone, Default)]
struct Search {
    /// In lower case; empty for anything.
    text: String,
    channel: Option<Channel>,
    state: Option<State>,
    direction: Option<Direction>,
}

impl Search {
    fn text(text: Option<&str>) -> Self {
        Self { text: text.unwrap_or_default().trim().to_lowercase(), ..Self::default() }
    }

    /// Returns whether any text matches.
    fn is_any_text(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns whether a text contains the searched one, ignoring case.
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

    /// Returns whether a string of a value contains the text. The value of `type` is skipped, since no person wrote it.
    fn is_within(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_in(text),
            Value::Array(values) => values.iter().any(|value| self.is_within(value)),
            Value::Object(members) => members.iter().any(|(key, value)| key != "type" && self.is_within(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

/// Passes each matching message to `take`, newest first, until it returns false.
async fn search(app: &Arc<App>, criteria: &Search, before: Option<u64>, mut take: impl FnMut(Message) -> bool) {
    let mut before = before.unwrap_or(u64::MAX);
    loop {
        let some = next_batch(&app.records(), criteria, before);
        let Some((last, _)) = some.last() else { return };
        before = last.number;
        for (message, name) in some {
            if criteria.is_about(&message, &name) && !take(message) {
                return;
            }
        }
        tokio::task::yield_now().await;
    }
}

/// Returns the next messages before a number, with the names of their customers.
fn next_batch(records: &Records, criteria: &Search, before: u64) -> Vec<(Message, String)> {
    let name = |message: &Message| {
        let key = (message.channel, message.customer.clone());
        records.conversations.get(&key).map(|conversation| conversation.name.clone()).unwrap_or_default()
    };
    let older = records.messages.iter().rev().filter(|message| message.number < before && criteria.fits(message));
    older.take(BATCH_SIZE).map(|message| (message.clone(), name(message))).collect()
}
