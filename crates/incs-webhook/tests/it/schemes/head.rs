//! Requests that are rejected before their body is read.

use incs_webhook::scheme::{AnyOf, Exotel, HmacSha256, Meta, Part, Scheme, SharedSecret, StandardWebhooks};
use incs_webhook::testing::sign::{Draft, Sign};
use incs_webhook::{Limits, Receiver, RejectionKind};

use super::{at, secrets};

const TEXT: &str = "C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const BODY: &[u8] = br#"{"event":"a"}"#;

type Case = (Receiver, Vec<(String, String)>, String);

/// A receiver of a scheme, and the headers and the target of a delivery that was signed by this secret.
fn case<S: Scheme + Sign + 'static>(of: impl Fn(&str) -> S, secret: &str) -> Case {
    let proof = of(secret).sign(&Draft::new(BODY, at(1000))).unwrap();
    (Receiver::new(of(TEXT)), proof.headers().to_vec(), proof.to_target("/hooks"))
}

fn cases(secret: &str) -> Vec<Case> {
    let parts = || [Part::seconds("x-time"), Part::text("."), Part::Body];
    vec![
        case(|text| SharedSecret::in_path(secrets(text)), secret),
        case(|text| SharedSecret::in_query("key", secrets(text)), secret),
        case(|text| SharedSecret::in_header("x-key", secrets(text)), secret),
        case(|text| HmacSha256::new("x-sign", secrets(text)), secret),
        case(|text| HmacSha256::new("x-sign", secrets(text)).with_signed(parts()).unwrap(), secret),
        case(|text| Meta::new(secrets(text)), secret),
        case(|text| Exotel::new(secrets(text)), secret),
        case(|text| StandardWebhooks::try_new(secrets(text)).unwrap(), secret),
    ]
}

#[test]
fn accepted_delivery_has_an_accepted_head() {
    for (receiver, headers, target) in cases(TEXT) {
        assert_eq!(receiver.check_head(&headers, &target, at(1000)), Ok(()), "{headers:?}");
        assert!(receiver.receive(&headers, &target, BODY, at(1000)).is_ok(), "{headers:?}");
    }
}

#[test]
fn head_without_proof_is_rejected() {
    let nothing: [(&str, &str); 0] = [];
    for (receiver, ..) in cases(TEXT) {
        let refused = receiver.check_head(&nothing, "/hooks", at(1000)).unwrap_err();
        assert_eq!(refused.kind(), RejectionKind::Unauthentic);
    }
}

#[test]
fn wrong_secret_fails_at_the_head() {
    for (index, (receiver, headers, target)) in cases("YW5vdGhlciBzZWNyZXQgYWx0b2dldGhlcg==").into_iter().enumerate() {
        assert_eq!(receiver.check_head(&headers, &target, at(1000)).is_ok(), index > 2, "{headers:?}");
        assert!(receiver.receive(&headers, &target, BODY, at(1000)).is_err(), "{headers:?}");
    }
}

#[test]
fn any_of_passes_possible_heads() {
    let any = AnyOf::new(SharedSecret::in_path(secrets(TEXT))).or(Meta::new(secrets(TEXT)));
    let receiver = Receiver::new(any);
    for (headers, target, passes) in [
        (vec![], "/hooks", false),
        (vec![], "/hooks/C2FVsBQIhrscChlQIMV+b5sSYspob7oD", true),
        (vec![("x-hub-signature-256", format!("sha256={}", "0".repeat(64)))], "/hooks", true),
        (vec![("x-hub-signature-256", "sha256=0".to_owned())], "/hooks", false),
    ] {
        assert_eq!(receiver.check_head(&headers, target, at(0)).is_ok(), passes, "{headers:?} {target}");
    }
}

#[test]
fn content_type_is_checked_early() {
    let (receiver, mut headers, target) = cases(TEXT).remove(0);
    headers.push(("content-type".to_owned(), "text/plain".to_owned()));
    let refused = receiver.check_head(&headers, &target, at(1000)).unwrap_err();
    assert_eq!(refused.kind(), RejectionKind::ContentType);
    let receiver = receiver.with_limits(Limits::DEFAULT.with_any_content_type());
    assert_eq!(receiver.check_head(&headers, &target, at(1000)), Ok(()));
}
