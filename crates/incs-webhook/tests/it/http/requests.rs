//! Requests of the `http` crate, and the extractor of axum without a network.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, FromRequest, State};
use axum::response::IntoResponse as _;
use axum::routing::post;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use incs_model::Timestamp;
use incs_webhook::scheme::{Scheme, SharedSecret, VerifyError};
use incs_webhook::{
    Delivery, Headers, Limits, Received, Receiver, Rejection, RejectionKind, Secrets, ShapeError, SignedRequest,
};
use tower::ServiceExt as _;

use super::sender::Anyone;

const NOW: &str = "2026-11-22T08:00:00Z";

/// Wants to see a header, a path, a query and the body.
struct Sees;

impl Scheme for Sees {
    fn verify(&self, signed_request: &SignedRequest<'_>, _now: Timestamp) -> Result<(), VerifyError> {
        let seen =
            (signed_request.header("X-Token"), signed_request.path(), signed_request.query(), signed_request.body());
        let expected = (Some(&b"\xfft"[..]), Some("/hooks/a%20b"), Some("token=c%2Bd"), &br#"{"event":"x"}"#[..]);
        if seen == expected { Ok(()) } else { Err(VerifyError::Mismatch) }
    }
}

fn request(uri: &str) -> Request<&'static str> {
    let token = http::HeaderValue::from_bytes(b"\xfft").unwrap();
    let request = Request::post(uri).header("x-token", token).header("x-token", "second");
    request.body(r#"{"event":"x"}"#).unwrap()
}

#[test]
fn scheme_sees_the_request_unchanged() {
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
fn receiver_limits_apply_to_requests() {
    let receiver = Receiver::new(Sees).with_limits(Limits::DEFAULT.with_body(12));
    let rejection = receiver.receive_request(&request("/hooks/a%20b?token=c%2Bd"), NOW.parse().unwrap()).unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::TooLarge);
}

#[test]
fn first_header_of_a_name_counts() {
    let request = request("/");
    assert_eq!(Headers::get(request.headers(), "X-TOKEN"), Some(&b"\xfft"[..]));
    assert_eq!(Headers::get(request.headers(), "x-tok"), None);
    assert_eq!(Headers::get(request.headers(), "no header\n"), None);
}

#[test]
fn a_rejection_is_a_status() {
    for (rejection, status) in [
        (Rejection::from(VerifyError::Mismatch), StatusCode::UNAUTHORIZED),
        (ShapeError::TooLarge { bytes: 2, limit: 1 }.into(), StatusCode::PAYLOAD_TOO_LARGE),
        (ShapeError::ContentType.into(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Rejection::incomplete(), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(StatusCode::from(&rejection), status);
    }
}

/// The state of an application: a database and the receiver.
#[derive(Clone)]
struct AppState {
    database: Arc<Mutex<Vec<Vec<u8>>>>,
    receiver: Receiver,
}

impl FromRef<AppState> for Receiver {
    fn from_ref(state: &AppState) -> Self {
        state.receiver.clone()
    }
}

async fn store(State(app): State<AppState>, Received(batch): Received) -> StatusCode {
    app.database.lock().unwrap().extend(batch.iter().map(|item| item.raw().to_vec()));
    StatusCode::OK
}

#[tokio::test]
async fn handler_uses_the_application_state() {
    let scheme = SharedSecret::in_path(Secrets::try_new("change-me").unwrap());
    let state = AppState { database: Arc::default(), receiver: Receiver::new(scheme) };
    let router = Router::new().route("/hooks/{secret}", post(store)).with_state(state.clone());
    for (path, status) in [("/hooks/change-me", StatusCode::OK), ("/hooks/guessed", StatusCode::UNAUTHORIZED)] {
        let request = Request::post(path).body(Body::from(r#"{"event":"x"}"#)).unwrap();
        assert_eq!(router.clone().oneshot(request).await.unwrap().status(), status, "{path}");
    }
    assert_eq!(*state.database.lock().unwrap(), [br#"{"event":"x"}"#]);
}

#[tokio::test]
async fn extractor_takes_receiver_from_state() {
    let receiver = Receiver::new(Anyone).with_limits(Limits::DEFAULT.with_body(20));
    let state = AppState { database: Arc::default(), receiver };
    let request = |body: &'static str| Request::post("/").body(Body::from(body)).unwrap();
    let Received(batch) = Received::from_request(request(r#"{"event":"x"}"#), &state).await.unwrap();
    assert_eq!(batch.body(), br#"{"event":"x"}"#);
    let rejection = Received::from_request(request(r#"{"event":"longer than 20"}"#), &state).await.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::TooLarge);
}

#[tokio::test]
async fn rejection_body_gives_no_reason() {
    for (rejection, status, body) in [
        (Rejection::from(VerifyError::TooOld), 401, "Unauthorized"),
        (ShapeError::TooLarge { bytes: 2, limit: 1 }.into(), 413, "Payload Too Large"),
        (ShapeError::ContentType.into(), 415, "Unsupported Media Type"),
        (Rejection::incomplete(), 400, "Bad Request"),
    ] {
        let response = rejection.into_response();
        assert_eq!(response.status(), status);
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), body);
    }
}
