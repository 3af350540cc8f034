//! One of several schemes, and schemes that users write.

use incs_model::Timestamp;
use incs_webhook::scheme::{
    AnyOf, Exotel, HmacSha256, Meta, Part, Scheme, SharedSecret, StandardWebhooks, VerifyError,
};
use incs_webhook::{Delivery, Receiver, RejectionCause, SignedRequest};

use super::{at, explain, headers, secrets, sign, signature, verify};

#[test]
fn the_first_that_accepts_is_enough() {
    let (meta, exotel) = (Meta::new(secrets("a")), Exotel::new(secrets("b")));
    let scheme = AnyOf::new(meta.clone()).or(exotel.clone());
    for proof in [sign(&meta, b"{}", at(0)), sign(&exotel, b"{}", at(0))] {
        assert_eq!(verify(&scheme, &headers(&proof), b"{}", at(0)), Ok(()));
        assert_eq!(explain(&scheme, &headers(&proof), b"{}", at(0)), None);
        assert_eq!(verify(&scheme, &headers(&proof), b"[]", at(0)), Err(VerifyError::Mismatch));
    }
    // The secret of the one is not good for the other.
    let proof = sign(&Meta::new(secrets("b")), b"{}", at(0));
    assert_eq!(verify(&scheme, &headers(&proof), b"{}", at(0)), Err(VerifyError::Mismatch));
}

#[test]
fn nearest_scheme_gives_the_error() {
    let timed = HmacSha256::new("x-sign", secrets("a")).with_signed([Part::seconds("x-time"), Part::Body]).unwrap();
    let scheme = AnyOf::new(SharedSecret::in_path(secrets("a")))
        .or(Meta::new(secrets("a")))
        .or(Exotel::new(secrets("a")))
        .or(timed.clone());
    let proof = sign(&timed, b"{}", at(0));
    let zeros = "0".repeat(64);
    let wrong = zeros.as_str();
    let hub = |value| ("x-hub-signature-256", value);
    let exotel = |value| (Exotel::HEADER, value);
    let unreadable = VerifyError::UnreadableHeader(Meta::HEADER.into());
    for (pairs, error, cause) in [
        (vec![], VerifyError::MissingHeader(Meta::HEADER.into()), RejectionCause::MissingHeader(Meta::HEADER.into())),
        (vec![hub("?")], unreadable, RejectionCause::UnreadableHeader(Meta::HEADER.into())),
        (vec![hub("?"), exotel(wrong)], VerifyError::Mismatch, RejectionCause::Unknown),
        (
            vec![exotel(wrong), headers(&proof)[0], headers(&proof)[1]],
            VerifyError::TooOld,
            RejectionCause::Clock { by: std::time::Duration::from_secs(1000), ahead: false },
        ),
    ] {
        assert_eq!(verify(&scheme, &pairs, b"{}", at(1000)), Err(error));
        assert_eq!(explain(&scheme, &pairs, b"{}", at(1000)), Some(cause));
    }
}

#[test]
fn most_specific_cause_is_given() {
    let standard = StandardWebhooks::try_new(secrets("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")).unwrap();
    let scheme = AnyOf::new(standard).or(Exotel::new(secrets("a"))).or(Meta::new(secrets("a")));
    let proof = sign(&Meta::new(secrets("a")), b"{\"a\":1}", at(0));
    let pairs = [(Meta::HEADER, signature(&proof)), (Exotel::HEADER, "?")];
    assert_eq!(explain(&scheme, &pairs, b"{ \"a\": 1 }", at(0)), Some(RejectionCause::BodyRewritten));
    assert_eq!(format!("{scheme:?}"), "AnyOf(<3>)");
}

/// Sees all that there is: a header, the path, the query, the body, the time.
#[derive(Debug)]
struct Checksum;

impl Scheme for Checksum {
    fn verify(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        let sum = signed_request.header("x-sum").ok_or(VerifyError::MissingHeader("x-sum".into()))?;
        let body: u32 = signed_request.body().iter().copied().map(u32::from).sum();
        let text = format!("{body} {:?} {:?} {}", signed_request.path(), signed_request.query(), now.as_second());
        if sum == text.as_bytes() { Ok(()) } else { Err(VerifyError::Mismatch) }
    }
}

#[test]
fn custom_scheme_is_asked_too() {
    let right = [("X-Sum", r#"3 Some("/a") Some("b=c") 7"#)];
    let delivery = Delivery::new(&right, &[1, 2]).with_target("/a?b=c");
    assert_eq!(delivery.verify(&Checksum, at(7)).unwrap().body(), [1, 2]);
    assert!(delivery.verify(&Box::new(Checksum), at(7)).is_ok());
    assert!(delivery.verify(&std::sync::Arc::new(Checksum), at(7)).is_ok());
    let either = AnyOf::new(Meta::new(secrets("a"))).or(Checksum);
    assert!(delivery.verify(&either, at(7)).is_ok());
    let rejection = delivery.verify(&either, at(8)).unwrap_err();
    assert_eq!((rejection.verify_error(), rejection.status()), (Some(&VerifyError::Mismatch), 401));
    assert!(Receiver::new(Checksum).receive(&right, "/a?b=c", &[1, 2], at(7)).is_ok());
    assert!(Receiver::new(either).receive(&right, "/a", &[1, 2], at(7)).is_err());
}

#[test]
fn unexplained_scheme_gives_its_error() {
    let none: [(&str, &str); 0] = [];
    let missing = RejectionCause::MissingHeader("x-sum".into());
    assert_eq!(Delivery::new(&none, b"").explain(&Checksum, at(0)), Some(missing));
    assert_eq!(Delivery::new(&[("x-sum", "?")], b"").explain(&Checksum, at(0)), Some(RejectionCause::Unknown));
}
