//! The extractor of axum.

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;

use super::receive;
use crate::item::Batch;
use crate::receiver::Receiver;
use crate::rejection::Rejection;

/// What a request brought, verified and read: an extractor of axum 0.8. Feature `axum`.
///
/// The [`Receiver`] comes from the state of the router: it is the state, or part of it by axum's `FromRef`. A handler that asks for
/// this runs only for deliveries that the receiver takes; the others are answered with [`Rejection::status`] and without a
/// reason.
///
/// ```
/// use axum::Router;
/// use axum::http::StatusCode;
/// use axum::routing::post;
/// use incs_webhook::{Received, Receiver};
///
/// async fn receive(Received(batch): Received) -> StatusCode {
///     for item in &batch {
///         // hand it to a queue, keyed by `item.dedup_key()`
///     }
///     StatusCode::OK
/// }
///
/// # fn build(incs: Receiver, exotel: Receiver) -> Router {
/// // Two senders, each with a receiver of its own.
/// Router::new()
///     .route("/incs/{secret}", post(receive))
///     .with_state(incs)
///     .merge(Router::new().route("/exotel", post(receive)).with_state(exotel))
/// # }
/// ```
///
/// - The body is read here, up to [`Limits::body`](crate::Limits::body). `DefaultBodyLimit` of axum plays no part. A layer
///   with a lower limit shows as a body that broke off, which is 400.
/// - A sender that is slow holds at most that much memory, but for as long as the server lets it: limits of time are the
///   business of the server, or of the proxy before it.
/// - A nested router sees only the rest of a path, and so does the scheme. For a secret in the path, let it stand in the part
///   that the inner router sees.
/// - Any method is taken: `post` is what keeps the others away.
#[derive(Debug, Clone)]
pub struct Received(pub Batch);

impl<S> FromRequest<S> for Received
where
    S: Send + Sync,
    Receiver: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let receiver = Receiver::from_ref(state);
        receive(&receiver, request).await.map(|(_, batch)| Self(batch))
    }
}

/// The status, and its name as text: whoever is refused need not know why. Feature `axum`.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let status = StatusCode::from(&self);
        let mut response = Response::new(Body::from(status.canonical_reason().unwrap_or_default()));
        *response.status_mut() = status;
        response
    }
}
