//! Requests of the `http` crate.

use http::{Request, StatusCode};
use incs_webhook::scheme::{Refusal, Scheme};
use incs_webhook::{Delivery, Evidence, Headers, Receiver, Rejection, RejectionKind, ShapeError};

use incs_model::Timestamp;

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
    let receiver = Receiver::new(Sees).with_limits(incs_webhook::Limits::DEFAULT.with_body(12));
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
