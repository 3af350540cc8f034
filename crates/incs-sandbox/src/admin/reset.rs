//! `/reset`: forgets.

use http::StatusCode;

use super::call::Call;
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
        .always(reset),
    ]
}

fn reset(core: &Core, _: Call) -> Nothing {
    core.change(|world, _| world.reset(&core.config));
    Nothing {}
}
