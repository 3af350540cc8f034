//! The extractor of axum.

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;

use super::receive;
use crate::item::Batch;
use crate::receiver::Receiver;
use crate::rejection::Rejection;

/// Extracts the verified and parsed batch of a request. An extractor of axum 0.8. Feature `axum`.
///
/// The handler runs only for deliveries that the [`Receiver`] accepts. Other requests are answered with [`Rejection::status`], without
/// a reason. Take `Result<Received, Rejection>` to log the reason.
///
/// The receiver can be the state of the router:
///
/// ```
/// use axum::Router;
/// use axum::http::StatusCode;
/// use axum::routing::post;
/// use incs_webhook::{Received, Receiver};
///
/// async fn receive(Received(batch): Received) -> StatusCode {
///     for item in &batch {
///         // store it under `item.dedup_key()`
///     }
///     StatusCode::OK
/// }
///
/// # fn build(incs: Receiver, exotel: Receiver) -> Router {
/// // Two senders, each with its own receiver.
/// Router::new()
///     .route("/incs/{secret}", post(receive))
///     .with_state(incs)
///     .merge(Router::new().route("/exotel", post(receive)).with_state(exotel))
/// # }
/// ```
///
/// # With your own state
///
/// An application that has a state of its own keeps the receiver in it and implements axum's `FromRef` for [`Receiver`]. The handler
/// takes its `State` as usual, before `Received`, which consumes the body:
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use axum::Router;
/// use axum::extract::{FromRef, State};
/// use axum::http::StatusCode;
/// use axum::routing::post;
/// use incs_webhook::{Received, Receiver};
///
/// /// A connection pool in a real application.
/// #[derive(Clone, Default)]
/// struct Database(Arc<Mutex<Vec<Vec<u8>>>>);
///
/// impl Database {
///     async fn insert(&self, row: Vec<u8>) -> Result<(), &'static str> {
///         self.0.lock().map_err(|_| "the database is not available")?.push(row);
///         Ok(())
///     }
/// }
///
/// #[derive(Clone)]
/// struct AppState {
///     database: Database,
///     receiver: Receiver,
/// }
///
/// impl FromRef<AppState> for Receiver {
///     fn from_ref(state: &AppState) -> Self {
///         state.receiver.clone()
///     }
/// }
///
/// async fn receive(State(app): State<AppState>, Received(batch): Received) -> StatusCode {
///     for item in &batch {
///         if app.database.insert(item.raw().to_vec()).await.is_err() {
///             return StatusCode::SERVICE_UNAVAILABLE;
///         }
///     }
///     StatusCode::OK
/// }
///
/// fn router(state: AppState) -> Router {
///     Router::new().route("/hooks/{secret}", post(receive)).with_state(state)
/// }
/// ```
///
/// # Limits
///
/// - The body is read up to [`Limits::body`](crate::Limits::body). axum's `DefaultBodyLimit` has no effect. A layer with a lower
///   limit looks like a truncated body, which is answered with 400.
/// - There is no time limit. A slow sender holds at most one body in memory, but for as long as the server or its proxy allows.
/// - A nested router sees only the rest of the path, and so does the scheme. Put a secret in the part of the path that the inner
///   router sees.
/// - The extractor accepts any method; `post` restricts it.
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

/// Converts the rejection to its status and the status text. The response does not contain the reason. Feature `axum`.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let status = StatusCode::from(&self);
        let mut response = Response::new(Body::from(status.canonical_reason().unwrap_or_default()));
        *response.status_mut() = status;
        response
    }
}
