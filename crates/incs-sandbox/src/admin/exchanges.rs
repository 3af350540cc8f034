//! `/exchanges`: requests and their replies.

use schemars::JsonSchema;
use serde::Deserialize;

use super::call::{Call, OfNumber};
use super::failure::Failure;
use super::part::{Nothing, limit};
use super::route::Method::Get;
use super::route::{Route, route};
use crate::core::Core;
use crate::world::exchange::Exchange;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/exchanges", "listExchanges", "Requests with their replies, newest first").always(list),
        route(Get, "/exchanges/{number}", "getExchange", "A request with its reply").by(one),
    ]
}

/// Which requests.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only those with a lower number.
    before: Option<u64>,
    /// At most so many; 50 unless given, never more than 200.
    limit: Option<usize>,
}

fn list(core: &Core, call: Call<Nothing, Which>) -> Vec<Exchange> {
    let Which { before, limit: most } = call.query;
    let world = core.world();
    let older = world.exchanges.iter().rev().filter(|exchange| before.is_none_or(|before| exchange.number < before));
    older.take(limit(most)).cloned().collect()
}

fn one(core: &Core, call: Call<OfNumber>) -> Result<Exchange, Failure> {
    let unknown = || Failure::not_found("no such request, or it is no longer remembered");
    core.world().exchanges.get(call.path.number).cloned().ok_or_else(unknown)
}
