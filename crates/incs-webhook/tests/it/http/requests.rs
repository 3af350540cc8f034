//! Requests of the `http` crate, and the extractor of axum without a network.

use axum::body::Body;
use axum::extract::{FromRef, FromRequest};
use axum::response::IntoResponse as _;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use incs_model::Timestamp;
use incs_webhook::scheme::{Refusal, Scheme};
use incs_webhook::{Delivery, Evidence, Headers, Limits, Received, Receiver, Rejection, RejectionKind, ShapeError};

use super::sender::Anyone;

const NOW: &str = "2026-11-22T08:00:00Z";

/// Wants to see a header, a path, a query and the body.
struct Sees;

impl Scheme for Sees {
    fn verify(&self, evidence: &Evidence<'_>, _now: Timestamp) -> Result<(), Refusal> {
        let seen = (evidence.header("X-Token"), evidence.path(), evidence.query(), evidence.body());
        let expected = (Some(&b"\xfft"[..]), Some("/hooks/a%20b"), Some("token=c%2Bd"), &br#"{"event":"x"}"#[..]);
        if seen == expected { Ok(()) } else { Err(Refusal::Mismatch) }
    }
}

fn request(uri: &str) -> Request<&'static str> {
    let token = http::HeaderValue::from_bytes(b"\xfft").unwrap();
    let request = Request::post(uri).header("x-token", token).header("x-token", "second");
    request.body(r#"{"event":"x"}"#).unwrap()
}

#[test]
fn a_scheme_sees_headers_target_and_body_of_a_request_as_they_came() {
    let now = NOW.parse().unwrap();
    for uri in ["/hooks/a%20b?token=c%2Bd", "http://example.com/hooks/a%20b?token=c%2Bd"] {
        let request = request(uri);
        Delivery::from_request(&request).verify(&Sees, now).unwrap();
        let batch = Receiver::new(Sees).receive_request(&request, now).unwrap();
        assert_eq!(batch.body(), request.body().as_bytes());
    }
    for uri in ["/hooks/a%20b", "/hooks/a b?token=c%2Bd".replace(' ', "+").as_str(), "/?token=c%2Bd"] {
        let rejection = Receiver::new(Sees).receive_request(&request(uri), now).unwrap_err();
        assert_eq!(rejection.kind(), RejectionKind::Unauthentic, "{uri}");
    }
}

#[test]
fn the_limits_of_a_receiver_hold_for_a_request() {
    let receiver = Receiver::new(Sees).with_limits(Limits::DEFAULT.with_body(12));
    let rejection = receiver.receive_request(&request("/hooks/a%20b?token=c%2Bd"), NOW.parse().unwrap()).unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::TooLarge);
}

#[test]
fn the_first_header_of_a_name_counts_and_case_does_not() {
    let request = request("/");
    assert_eq!(Headers::get(request.headers(), "X-TOKEN"), Some(&b"\xfft"[..]));
    assert_eq!(Headers::get(request.headers(), "x-tok"), None);
    assert_eq!(Headers::get(request.headers(), "no header\n"), None);
}

#[test]
fn a_rejection_is_a_status() {
    for (rejection, status) in [
        (Rejection::from(Refusal::Mismatch), StatusCode::UNAUTHORIZED),
        (ShapeError::TooLarge { bytes: 2, limit: 1 }.into(), StatusCode::PAYLOAD_TOO_LARGE),
        (ShapeError::ContentType.into(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Rejection::incomplete(), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(StatusCode::from(&rejection), status);
    }
}

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
