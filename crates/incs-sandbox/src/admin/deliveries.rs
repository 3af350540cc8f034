//! `/deliveries`: webhooks and every attempt to post them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::call::{Call, OfNumber};
use super::failure::Failure;
use super::part::{Nothing, limit};
use super::route::Method::{Get, Post};
use super::route::{Route, route};
use crate::core::Core;
use crate::hook::emit::{self, RepostError};
use crate::world::delivery::Delivery;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/deliveries", "listDeliveries", "Webhooks with every attempt, newest first").always(list),
        route(Get, "/deliveries/{number}", "getDelivery", "A webhook with every attempt").by(one),
        route(Post, "/deliveries/{number}/repost", "repostDelivery", "Posts a webhook once more, as it was")
            .refusals(&[409])
            .by(repost),
    ]
}

/// Which deliveries.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only those about this message, by number.
    message: Option<u64>,
    /// Only those to this subscription, by id.
    subscription: Option<u64>,
    /// Only those with a lower number.
    before: Option<u64>,
    /// At most so many; 50 unless given, never more than 200.
    limit: Option<usize>,
}

fn list(core: &Core, call: Call<Nothing, Which>) -> Vec<Delivery> {
    let which = call.query;
    let world = core.world();
    let wanted = world.deliveries.iter().rev().filter(|delivery| {
        which.before.is_none_or(|before| delivery.number < before)
            && which.message.is_none_or(|message| delivery.message == Some(message))
            && which.subscription.is_none_or(|subscription| delivery.subscription == subscription)
    });
    wanted.take(limit(which.limit)).cloned().collect()
}

fn one(core: &Core, call: Call<OfNumber>) -> Result<Delivery, Failure> {
    core.world().deliveries.get(call.path.number).cloned().ok_or_else(unknown)
}

fn repost(core: &Core, call: Call<OfNumber>) -> Result<Delivery, Failure> {
    let number = call.path.number;
    core.change(|world, now| match emit::repost(world, number, now) {
        Ok(()) => world.deliveries.get(number).cloned().ok_or_else(unknown),
        Err(RepostError::NotFound) => Err(unknown()),
        Err(error) => Err(Failure::conflict(error.to_string())),
    })
}

fn unknown() -> Failure {
    Failure::not_found("no such webhook, or it is no longer remembered")
}
