//! The admin API below `/_sandbox`: what the sandbox remembers, customers that act, faults, and the page that describes it.

mod call;
mod clock;
mod conversations;
mod customers;
mod deliveries;
mod events;
mod exchanges;
mod failure;
mod faults;
mod guard;
mod inject;
mod messages;
mod openapi;
mod page;
mod part;
mod reset;
mod route;
mod search;
mod state;
mod subscriptions;
mod templates;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;

use self::failure::Failure;
use self::route::Route;
use crate::console;
use crate::core::Core;

/// The path that all of it is below.
pub(crate) const ROOT: &str = "/_sandbox";

/// All of it, with the paths as they are on the wire, behind the checks of [`guard`].
pub(crate) fn router(core: Arc<Core>) -> Router {
    let routes = routes()
        .into_iter()
        .fold(Router::new(), |router, Route { path, handler, .. }| router.route(&format!("{ROOT}{path}"), handler));
    routes
        .merge(page::router())
        .merge(console::router())
        .fallback(async || Failure::not_found("no such route; GET /_sandbox/api lists them"))
        .method_not_allowed_fallback(async || Failure::method())
        .layer(from_fn_with_state(Arc::clone(&core), guard::check))
        .with_state(core)
}

/// Every route of the API: the router and the document come from these.
fn routes() -> Vec<Route> {
    let mut routes = state::routes();
    routes.extend(conversations::routes());
    routes.extend(messages::routes());
    routes.extend(exchanges::routes());
    routes.extend(deliveries::routes());
    routes.extend(customers::routes());
    routes.extend(subscriptions::routes());
    routes.extend(faults::routes());
    routes.extend(templates::routes());
    routes.extend(inject::routes());
    routes.extend(clock::routes());
    routes.extend(reset::routes());
    routes.extend(events::routes());
    routes
}
