//! `/messages`: all messages, what stands behind one, and pushing one on.

use std::sync::Arc;

use incs_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::{Call, OfNumber};
use super::failure::Failure;
use super::part::{Json, Nothing, limit};
use super::route::Method::{Get, Post};
use super::route::{Route, route};
use super::search::{self, Wanted};
use crate::channel::Channel;
use crate::core::Core;
use crate::life::{self, State};
use crate::world::World;
use crate::world::delivery::Delivery;
use crate::world::exchange::Exchange;
use crate::world::message::{Direction, Message};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/messages", "listMessages", "Messages of all conversations, newest first")
            .by_later(async |core: Arc<Core>, call| list(&core, call).await),
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
    ]
}

/// Which messages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
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

async fn list(core: &Arc<Core>, call: Call<Nothing, Which>) -> Result<Vec<Message>, Failure> {
    let Which { q, channel, state, direction, before, limit: most } = call.query;
    let wanted = Wanted { channel, state, direction, ..Wanted::text(q.as_deref()) };
    let most = limit(most);
    let mut found = Vec::new();
    if most > 0 {
        let take = |message| {
            found.push(message);
            found.len() < most
        };
        search::each(core, &wanted, before, take).await;
    }
    Ok(found)
}

/// One message.
#[derive(Debug, Deserialize, JsonSchema)]
struct Named {
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

fn detail(core: &Core, call: Call<Named>) -> Result<Detail, Failure> {
    let Named { message: name } = call.path;
    let world = core.world();
    let message = find(&world, &name).ok_or_else(unknown)?.clone();
    let request = message.exchange.and_then(|number| world.exchanges.get(number)).cloned();
    let about = |delivery: &&Delivery| delivery.message == Some(message.number);
    let deliveries = world.deliveries.iter().filter(about).take(limit(Some(usize::MAX))).cloned().collect();
    Ok(Detail { message, request, deliveries })
}

/// A message by its number, or else by the platform's id.
fn find<'a>(world: &'a World, name: &str) -> Option<&'a Message> {
    let by_number = name.parse().ok().and_then(|number| world.messages.get(number));
    by_number.or_else(|| world.message_by_id(name))
}

/// Where a message is to stand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Push {
    /// `sent`, `delivered`, `read` or `failed`.
    state: State,
    /// Why it fails; 131026 unless given.
    failure: Option<life::Failure>,
}

fn push(core: &Core, call: Call<OfNumber, Nothing, Json<Push>>) -> Result<Message, Failure> {
    let Push { state, failure } = call.body.0;
    core.change(|world, now| reach(world, call.path.number, state, failure, now))
}

fn reach(
    world: &mut World,
    number: u64,
    state: State,
    failure: Option<life::Failure>,
    now: Timestamp,
) -> Result<Message, Failure> {
    if matches!(state, State::Created | State::Received) {
        return Err(Failure::unprocessable("/state", "a message can be let reach sent, delivered, read or failed"));
    }
    if failure.is_some() && state != State::Failed {
        return Err(Failure::unprocessable("/failure", "only a message that fails has one"));
    }
    let message = world.messages.get_mut(number).ok_or_else(unknown)?;
    if message.direction == Direction::Inbound {
        return Err(Failure::conflict("a message of a customer has no state to reach"));
    }
    if message.state >= state {
        return Err(Failure::conflict("the message is there already, or past it; none goes back"));
    }
    message.plan.failure = (state == State::Failed).then(|| failure.unwrap_or_else(life::Failure::undeliverable));
    let steps: &[State] =
        if state == State::Failed { &[State::Failed] } else { &[State::Sent, State::Delivered, State::Read] };
    for step in steps.iter().copied().filter(|step| *step <= state) {
        life::reach(world, number, step, now);
    }
    world.messages.get(number).cloned().ok_or_else(unknown)
}

fn unknown() -> Failure {
    Failure::not_found("no such message, or it is no longer remembered")
}
