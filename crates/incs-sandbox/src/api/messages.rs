//! `POST /external/messages/{whatsapp,viber,rcs}`.

use std::sync::Arc;

use axum::extract::State;
use bytes::Bytes;
use http::HeaderMap;
use incs_model::envelope::Code;
use incs_model::{OutboundMessage, Sent, validate};

use super::reply::Reply;
use crate::channel::Channel;
use crate::core::Core;
use crate::fault::{Action, Spot};
use crate::life::{self, Plan};
use crate::operation;
use crate::seed::Purpose;
use crate::world::message::{Direction, Message};

pub(crate) async fn whatsapp(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Reply {
    send(&core, Channel::WhatsApp, &headers, &body)
}

pub(crate) async fn viber(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Reply {
    send(&core, Channel::Viber, &headers, &body)
}

pub(crate) async fn rcs(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Reply {
    send(&core, Channel::Rcs, &headers, &body)
}

fn send(core: &Core, channel: Channel, headers: &HeaderMap, body: &Bytes) -> Reply {
    let message = match OutboundMessage::decode(&channel.model(), body) {
        Ok(message) => message,
        Err(error) => return Reply::failure(Code::InvalidParameters, error.to_string()),
    };
    if let Err(report) = validate(&message) {
        return Reply::failure(Code::InvalidParameters, report.to_string());
    }
    let given = headers.get("certification-code").map(http::HeaderValue::as_bytes);
    core.change(|world, now| {
        if given != Some(world.code.as_bytes()) {
            return Reply::failure(Code::InvalidCertificationCode, "Certification code is invalid");
        }
        let number = world.messages.next();
        let customer = message.to().as_str();
        let mut plan = Plan::draw(&core.config, world.seed, number);
        let kind = message.kind();
        if kind != "template" && !life::window_is_open(world, &core.config, channel, customer, now) {
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
        let record = Message {
            number,
            id: id.clone(),
            incs_id: 260_500_000_000 + number,
            channel,
            customer: customer.to_owned(),
            direction: Direction::Outbound,
            kind: kind.to_owned(),
            content: body.clone(),
            rendered: None,
            state: life::State::Created,
            failure: None,
            plan,
            created_at: now,
            sent_at: None,
            delivered_at: None,
            read_at: None,
            failed_at: None,
            exchange: None,
            answers: None,
        };
        world.counters.accepted += 1;
        world.add_message(record);
        life::begin(world, number, now);
        Reply::success(&Sent::new(id.as_str())).with_message(number)
    })
}
