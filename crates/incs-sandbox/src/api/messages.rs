//! `POST /external/messages/{whatsapp,viber,rcs}`.

use std::sync::Arc;

use axum::extract::State;
use bytes::Bytes;
use http::HeaderMap;
use incs_model::whatsapp::interactive::Interactive;
use incs_model::{OutboundMessage, Sent, rcs, validate, whatsapp};
use serde_json::Value;

use super::credential::certified;
use super::magic;
use super::reply::Reply;
use super::templates;
use crate::channel::Channel;
use crate::core::Core;
use crate::fault::{Action, Spot};
use crate::life::{self, Plan};
use crate::operation;
use crate::seed::Purpose;
use crate::world::message::Message;

pub(crate) async fn whatsapp(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    send(&core, Channel::WhatsApp, &headers, &body)
}

pub(crate) async fn viber(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    send(&core, Channel::Viber, &headers, &body)
}

pub(crate) async fn rcs(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    send(&core, Channel::Rcs, &headers, &body)
}

fn send(core: &Core, channel: Channel, headers: &HeaderMap, body: &Bytes) -> Result<Reply, Reply> {
    certified(core, headers)?;
    let message = OutboundMessage::decode(&channel.model(), body).map_err(|error| Reply::unreadable(&error))?;
    validate(&message).map_err(|report| Reply::invalid(&report))?;
    let rendered = rendered(core, &message)?;
    magic::refuse(channel, message.to().as_str())?;
    Ok(accept(core, channel, &message, body, rendered))
}

/// What the customer will see of a template; a template that the send does not fit refuses it.
fn rendered(core: &Core, message: &OutboundMessage) -> Result<Option<Value>, Reply> {
    match message {
        OutboundMessage::WhatsApp(whatsapp::Message { content: whatsapp::Content::Template(template), .. }) => {
            templates::send::whatsapp(core, template).map(Some)
        }
        OutboundMessage::Rcs(rcs::Message { content: rcs::Content::Template(template), .. }) => {
            templates::send::rcs(core, template).map(Some)
        }
        _ => Ok(None),
    }
}

/// Keeps the message, and begins its life.
fn accept(core: &Core, channel: Channel, message: &OutboundMessage, body: &Bytes, rendered: Option<Value>) -> Reply {
    let customer = message.to().as_str();
    let kind = kind(message);
    core.change(|world, now| {
        let number = world.messages.next();
        let mut plan = Plan::draw(&core.config, world.seed, number);
        if kind != "template" && !life::window_is_open(world, core.config.window, channel, customer, now) {
            plan.failure = Some(life::Failure::window());
        }
        let spot = Spot { operation: Some(operation::of_send(channel)), to: Some(customer), ..Spot::default() };
        if let Some((Action::Fail { code, title }, _)) =
            world.fault(spot, |action| matches!(action, Action::Fail { .. }))
        {
            plan.failure = Some(life::Failure { code, title });
        }
        let mut rng = world.seed.rng(Purpose::MessageId, number);
        let id = crate::id::outbound(channel, customer, now, &mut rng);
        let sent = Sent::new(id.as_str());
        let record = Message {
            id,
            kind: kind.to_owned(),
            content: body.clone(),
            rendered,
            plan,
            ..Message::numbered(number, channel, customer.to_owned(), now)
        };
        world.counters.accepted += 1;
        world.add_message(record);
        life::begin(world, number, now);
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
