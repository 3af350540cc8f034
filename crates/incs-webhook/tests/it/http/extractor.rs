//! The extractor of axum, without a network.

use axum::body::Body;
use axum::extract::{FromRef, FromRequest};
use axum::response::IntoResponse as _;
use http::Request;
use http_body_util::BodyExt as _;
use incs_webhook::scheme::Refusal;
use incs_webhook::{Limits, Received, Receiver, Rejection, RejectionKind, ShapeError};

use super::signing::Anyone;

/// A program's own state, of which the receiver is a part.
struct State {
    webhooks: Receiver,
}

impl FromRef<State> for Receiver {
    fn from_ref(state: &State) -> Self {
        state.webhooks.clone()
    }
}

#[tokio::test]
async fn the_receiver_may_be_a_part_of_the_state() {
    let state = State { webhooks: Receiver::new(Anyone).with_limits(Limits::DEFAULT.with_body(20)) };
    let request = |body: &'static str| Request::post("/").body(Body::from(body)).unwrap();
    let Received(batch) = Received::from_request(request(r#"{"event":"x"}"#), &state).await.unwrap();
    assert_eq!(batch.body(), br#"{"event":"x"}"#);
    let rejection = Received::from_request(request(r#"{"event":"longer than 20"}"#), &state).await.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::TooLarge);
}

#[tokio::test]
async fn whoever_is_refused_is_not_told_why() {
    for (rejection, status, body) in [
        (Rejection::from(Refusal::TooOld), 401, "Unauthorized"),
        (ShapeError::TooLarge { bytes: 2, limit: 1 }.into(), 413, "Payload Too Large"),
        (ShapeError::ContentType.into(), 415, "Unsupported Media Type"),
        (Rejection::incomplete(), 400, "Bad Request"),
    ] {
        let response = rejection.into_response();
        assert_eq!(response.status(), status);
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), body);
    }
}
