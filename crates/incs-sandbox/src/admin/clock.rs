//! `/clock`: a virtual clock goes on.

use std::sync::Arc;
use std::time::Duration;

use incs_model::Timestamp;
use incs_model::time::TimestampSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::failure::Failure;
use super::part::{Json, Nothing};
use super::route::Method::Post;
use super::route::{Route, route};
use crate::core::Core;
use crate::life::driver;

/// Ten years.
const MOST_MILLIS: u64 = 10 * 366 * 24 * 60 * 60 * 1000;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Post, "/clock", "advanceClock", "Moves a virtual clock on, and does all that is due until then")
            .refusals(&[409])
            .by_later(async |core: Arc<Core>, call| advance(&core, call).await),
    ]
}

/// How far.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Milliseconds, at most ten years.
    #[schemars(range(max = MOST_MILLIS))]
    advance_ms: u64,
}

/// What time it is then.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Now")]
struct Reached {
    #[schemars(with = "TimestampSchema")]
    now: Timestamp,
}

async fn advance(core: &Arc<Core>, call: Call<Nothing, Nothing, Json<Advance>>) -> Result<Reached, Failure> {
    let millis = call.body.0.advance_ms;
    if millis > MOST_MILLIS {
        return Err(Failure::unprocessable("/advance_ms", "at most ten years"));
    }
    if !core.clock.is_virtual() {
        return Err(Failure::conflict("the clock of this sandbox is real, it goes by itself"));
    }
    driver::advance(core, core.now().checked_add(Duration::from_millis(millis)).unwrap_or(Timestamp::MAX)).await;
    Ok(Reached { now: core.now() })
}
