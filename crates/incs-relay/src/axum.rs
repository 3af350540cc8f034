//! The handler for axum. Feature `axum`.

use std::pin::Pin;

use axum_core::body::Body;
use axum_core::extract::{FromRequest as _, Request};
use axum_core::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use incs_webhook::{Received, Receiver};

use crate::relay::{Relay, Reply};

impl Relay {
    /// Returns a handler for axum 0.8 that stores the webhooks of one URL and answers as [`receive`](Relay::receive). Feature `axum`.
    ///
    /// ```no_run
    /// use axum::Router;
    /// use axum::routing::post;
    /// use incs_relay::Relay;
    /// use incs_webhook::Receiver;
    ///
    /// fn router(relay: &Relay, incs: Receiver, exotel: Receiver) -> Router {
    ///     Router::new().route("/incs/{secret}", post(relay.webhook(incs))).route("/exotel", post(relay.webhook(exotel)))
    /// }
    /// ```
    pub fn webhook(
        &self,
        receiver: Receiver,
    ) -> impl Fn(Request) -> Pin<Box<dyn Future<Output = Reply> + Send>> + Clone + Send + Sync + 'static {
        let relay = self.clone();
        move |request| {
            let (relay, receiver) = (relay.clone(), receiver.clone());
            Box::pin(async move {
                match Received::from_request(request, &receiver).await {
                    Ok(Received(batch)) => relay.reply(batch).await,
                    Err(rejection) => Reply::Rejected(rejection),
                }
            })
        }
    }
}

/// Converts the reply to its status, with `Retry-After` if there is one. The response does not contain the reason. Feature `axum`.
impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let retry_after = self.retry_after();
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let mut response = match self {
            Self::Rejected(rejection) => rejection.into_response(),
            Self::Stored(_) | Self::Unavailable(_) => Response::new(Body::empty()),
        };
        *response.status_mut() = status;
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
