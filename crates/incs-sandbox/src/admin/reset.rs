//! `/reset`: forgets.

use std::sync::Arc;

use http::StatusCode;

use super::call::Call;
use super::failure::Failure;
use super::part::Nothing;
use super::route::Method::Post;
use super::route::{Route, route};
use crate::core::Core;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(
            Post,
            "/reset",
            "reset",
            "Forgets all but the subscriptions, and numbers everything from the start again",
        )
        .status(StatusCode::NO_CONTENT)
        .by(reset),
    ]
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers so")]
fn reset(core: &Arc<Core>, _: Call) -> Result<Nothing, Failure> {
    core.change(|world, _| world.reset(&core.config));
    Ok(Nothing {})
}
