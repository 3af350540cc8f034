//! `POST /external/messages/{whatsapp,viber,rcs}` and `GET /external/messages/status`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use bytes::Bytes;
use http::HeaderMap;
use incs_model::envelope::Code;
use incs_model::id::MessageId;
use incs_model::status::{self, MessageStatus, StatusList, StatusQuery};
use incs_model::whatsapp::interactive::Interactive;
use incs_model::{OutboundMessage, Sent, Timestamp, UnixSeconds, rcs, validate, whatsapp};
use serde_json::Value;

use super::call::{Query, Reply, certified};
use super::templates;
use crate::channel::Channel;
use crate::faults::rule::{Action, Spot};
use crate::seed::{self, Purpose};
use crate::state::messages::{Direction, Failure, Message, Plan};
use crate::state::{Core, Records};
use crate::{lifecycle, operation};

/// Number, channel that it works on (all if none), the code and its words.
const RECIPIENTS: [(&str, Option<Channel>, Code, &str); 5] = [
    ("15550000429", None, Code::TooManyAttempts, "Too many attempts"),
    ("15550000500", None, Code::ServerError, "Server error"),
    ("15550010002", Some(Channel::WhatsApp), Code::WhatsApp, "(#131026) Message undeliverable"),
    ("15550010003", Some(Channel::Viber), Code::Viber, "Message failed \u{2013} detailed reason unknown"),
    ("15550010004", Some(Channel::Rcs), Code::Rcs, "The recipient cannot be reached by RCS"),
];

pub(crate) async fn whatsapp(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    send(&core, Channel::WhatsApp, &headers, &body)
}

pub(crate) async fn viber(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    send(&core, Channel::Viber, &headers, &body)
}

pub(crate) async fn rcs(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    send(&core, Channel::Rcs, &headers, &body)
}

pub(crate) async fn status(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Reply, Reply> {
    certified(&core, &headers)?;
    let query = Query::parse(query.as_deref());
    let Some(ids) = query.get("message_ids") else {
        return Err(Reply::wrong("/message_ids", "1 to 100 message ids, separated by commas"));
    };
    let ids = StatusQuery::new(ids.split(',').map(MessageId::from).collect::<Vec<_>>());
    validate(&ids).map_err(|report| Reply::invalid(&report))?;
    let records = core.records();
    let rows: Vec<_> = ids.message_ids.into_iter().filter_map(|id| row(&records, id)).collect();
    drop(records);
    Ok(Reply::success(&StatusList::new(rows)))
}

fn send(core: &Core, channel: Channel, headers: &HeaderMap, body: &Bytes) -> Result<Reply, Reply> {
    certified(core, headers)?;
    let message = OutboundMessage::decode(&channel.model(), body).map_err(|error| Reply::unreadable(&error))?;
    validate(&message).map_err(|report| Reply::invalid(&report))?;
    let rendered = rendered(core, &message)?;
    refuse(channel, message.to().as_str())?;
    Ok(accept(core, channel, &message, body, rendered))
}

/// Renders a template. Rejects a send that does not fit its template.
fn rendered(core: &Core, message: &OutboundMessage) -> Result<Option<Value>, Reply> {
    match message {
        OutboundMessage::WhatsApp(whatsapp::Message { content: whatsapp::Content::Template(template), .. }) => {
            templates::fill_whatsapp(core, template).map(Some)
        }
        OutboundMessage::Rcs(rcs::Message { content: rcs::Content::Template(template), .. }) => {
            templates::fill_rcs(core, template).map(Some)
        }
        _ => Ok(None),
    }
}

/// Keeps the message, and begins its life.
fn accept(core: &Core, channel: Channel, message: &OutboundMessage, body: &Bytes, rendered: Option<Value>) -> Reply {
    let customer = message.to().as_str();
    let kind = kind(message);
    core.change(|records, now| {
        let number = records.messages.next();
        let mut plan = Plan::draw(&core.config, records.seed, number);
        if kind != "template" && !lifecycle::window_is_open(records, core.config.window, channel, customer, now) {
            plan.failure = Some(Failure::window());
        }
        let spot = Spot { operation: Some(operation::of_send(channel)), to: Some(customer), ..Spot::default() };
        if let Some((Action::Fail { code, title }, _)) =
            records.fault(spot, |action| matches!(action, Action::Fail { .. }))
        {
            plan.failure = Some(Failure { code, title });
        }
        let mut rng = records.seed.rng(Purpose::MessageId, number);
        let id = seed::outbound_id(channel, customer, now, &mut rng);
        let sent = Sent::new(id.as_str());
        let record = Message {
            id,
            kind: kind.to_owned(),
            content: body.clone(),
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

/// The kind of a message, an interactive one more closely.
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

/// Refuses a recipient of the table.
pub(crate) fn refuse(channel: Channel, to: &str) -> Result<(), Reply> {
    match RECIPIENTS.iter().find(|(number, on, ..)| *number == to && on.is_none_or(|on| on == channel)) {
        Some((_, _, code, text)) => Err(Reply::failure(*code, text)),
        None => Ok(()),
    }
}

/// Returns the status of a sent message. One that is only accepted is reported as sent, which is the first of the four words
/// that the platform has.
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
