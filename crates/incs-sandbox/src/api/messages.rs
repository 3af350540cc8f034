//! `POST /external/messages/{whatsapp,viber,rcs}` and `GET /external/messages/status`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use bytes::Bytes;
use http::HeaderMap;
use incs_model::id::MessageId;
use incs_model::status::{self, MessageStatus, StatusList, StatusQuery};
use incs_model::whatsapp::interactive::Interactive;
use incs_model::{Document, OutboundMessage, Sent, Timestamp, UnixSeconds, rcs, validate, whatsapp};
use serde_json::Value;

use super::call::{Query, Reply, check_code};
use super::templates;
use crate::channel::Channel;
use crate::faults::recipients;
use crate::faults::rule::{Action, Target};
use crate::seed::{self, Purpose};
use crate::state::messages::{Direction, Failure, Message, Plan};
use crate::state::{App, Records};
use crate::{lifecycle, operation};

pub(crate) async fn whatsapp(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    send(&app, Channel::WhatsApp, &headers, &body)
}

pub(crate) async fn viber(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    send(&app, Channel::Viber, &headers, &body)
}

pub(crate) async fn rcs(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    send(&app, Channel::Rcs, &headers, &body)
}

pub(crate) async fn status(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Reply, Reply> {
    check_code(&app, &headers)?;
    let query = Query::parse(query.as_deref());
    let Some(ids) = query.get("message_ids") else {
        return Err(Reply::invalid_parameter("/message_ids", "1 to 100 message ids, separated by commas"));
    };
    let ids = StatusQuery::new(ids.split(',').map(MessageId::from).collect::<Vec<_>>());
    validate(&ids).map_err(|invalid| Reply::invalid(&invalid))?;
    let records = app.records();
    let rows: Vec<_> = ids.message_ids.into_iter().filter_map(|id| row(&records, id)).collect();
    drop(records);
    Ok(Reply::success(&StatusList::new(rows)))
}

fn send(app: &App, channel: Channel, headers: &HeaderMap, body: &Bytes) -> Result<Reply, Reply> {
    check_code(app, headers)?;
    let document = Document::read(&channel.model(), &**body);
    let violations = document.report().violations();
    let Some(message) = document.message().filter(|_| violations.is_empty()) else {
        return Err(Reply::violations(violations));
    };
    let rendered = rendered(app, message)?;
    if let Some((code, text)) = recipients::refusal(channel, message.to().as_str()) {
        return Err(Reply::failure(code, text));
    }
    // Without a byte order mark, which the document removes too.
    let content = body.slice(body.len() - document.bytes().len()..);
    Ok(accept(app, channel, message, content, rendered))
}

/// Renders a template. Refuses a send that does not fit its template.
fn rendered(app: &App, message: &OutboundMessage) -> Result<Option<Value>, Reply> {
    match message {
        OutboundMessage::WhatsApp(whatsapp::Message { content: whatsapp::Content::Template(template), .. }) => {
            templates::fill_whatsapp(app, template).map(Some)
        }
        OutboundMessage::Rcs(rcs::Message { content: rcs::Content::Template(template), .. }) => {
            templates::fill_rcs(app, template).map(Some)
        }
        _ => Ok(None),
    }
}

/// Stores the message, and begins its life cycle.
fn accept(app: &App, channel: Channel, message: &OutboundMessage, content: Bytes, rendered: Option<Value>) -> Reply {
    let customer = message.to().as_str();
    let kind = kind(message);
    app.change(|records, now| {
        let number = records.messages.next();
        let mut plan = Plan::random(&app.config, records.seed, number);
        if kind != "template" && !lifecycle::window_is_open(records, app.config.window, channel, customer, now) {
            plan.failure = Some(Failure::window());
        }
        if let Some(failure) = recipients::failure(channel, customer) {
            plan.failure = Some(failure);
        }
        let target = Target { operation: Some(operation::of_send(channel)), to: Some(customer), ..Target::default() };
        if let Some((Action::Fail { code, title }, _)) =
            records.fault(target, |action| matches!(action, Action::Fail { .. }))
        {
            plan.failure = Some(Failure { code, title });
        }
        let mut rng = records.seed.rng(Purpose::MessageId, number);
        let id = seed::outbound_id(channel, customer, now, &mut rng);
        let sent = Sent::new(id.as_str());
        let record = Message {
            id,
            kind: kind.to_owned(),
            content,
            rendered,
            plan,
            ..Message::numbered(number, channel, customer.to_owned(), now)
        };
        records.counters.accepted += 1;
        records.add_message(record);
        lifecycle::begin(records, number, now);
        Reply::success(&sent).with_message(number)
    })
}

/// Returns the kind of a message, with the subtype of an interactive one.
fn kind(message: &OutboundMessage) -> &str {
    let OutboundMessage::WhatsApp(whatsapp::Message { content: whatsapp::Content::Interactive(interactive), .. }) =
        message
    else {
        return message.kind();
    };
    match interactive {
        Interactive::CtaUrl(_) => "interactive.cta_url",
        Interactive::List(_) => "interactive.list",
        Interactive::Carousel(_) => "interactive.carousel",
        Interactive::Button(_) => "interactive.button",
        _ => "interactive",
    }
}

/// Returns the status of a sent message. An accepted one is reported as sent, the first of the platform's four states.
fn row(records: &Records, id: MessageId) -> Option<MessageStatus> {
    let message = records.message_by_id(id.as_str()).filter(|message| message.direction == Direction::Outbound)?;
    let state = message.state.on_wire().unwrap_or(status::State::Sent);
    let time = |time: Option<Timestamp>| time.map_or(UnixSeconds::NOT_RECORDED, UnixSeconds::from);
    let row = MessageStatus::new(id, state)
        .with_created_at(message.created_at)
        .with_delivered_at(time(message.delivered_at))
        .with_read_at(time(message.read_at));
    Some(row)
}
