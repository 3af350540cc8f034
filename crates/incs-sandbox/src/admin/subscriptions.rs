//! `/subscriptions`: who gets webhooks.

use http::StatusCode;

use super::call::{Call, OfId};
use super::failure::Failure;
use super::part::{Describe, Nothing, Own, Parse};
use super::route::Method::{Delete, Get, Post};
use super::route::{Route, route};
use crate::core::Core;
use crate::hook::webhook::{Webhook, WebhookError};
use crate::hook::{self, Subscription};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/subscriptions", "listSubscriptions", "Who gets webhooks; secrets are never shown").always(list),
        route(Post, "/subscriptions", "subscribe", "Adds a URL that webhooks are posted to")
            .status(StatusCode::CREATED)
            .refusals(&[409])
            .by(add),
        route(Delete, "/subscriptions/{id}", "unsubscribe", "Removes a URL; what was not posted yet is dropped")
            .status(StatusCode::NO_CONTENT)
            .by(remove),
    ]
}

impl Parse for Webhook {
    const DESCRIBE: Describe = Self::DESCRIBE;

    fn parse(json: &[u8]) -> Result<Self, Failure> {
        Self::decode(json).map_err(|error| wrong(&error))
    }
}

fn wrong(error: &WebhookError) -> Failure {
    Failure::unprocessable(error.pointer(), error.to_string())
}

fn list(core: &Core, _: Call) -> Vec<Subscription> {
    core.world().subscriptions.list.clone()
}

fn add(core: &Core, call: Call<Nothing, Nothing, Own<Webhook>>) -> Result<Subscription, Failure> {
    hook::subscribe(core, call.body.0).map_err(|error| match error.pointer() {
        // Only that there are too many is about no member.
        "" => Failure::conflict(error.problem()),
        _ => wrong(&error),
    })
}

fn remove(core: &Core, call: Call<OfId>) -> Result<Nothing, Failure> {
    let was_there = hook::unsubscribe(core, call.path.id);
    was_there.then_some(Nothing {}).ok_or_else(|| Failure::not_found("no such subscription"))
}
