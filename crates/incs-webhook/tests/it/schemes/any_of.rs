//! One of several schemes.

use incs_webhook::Cause;
use incs_webhook::scheme::{AnyOf, Exotel, HmacSha256, Meta, Part, Refusal, SharedSecret, StandardWebhooks};

use super::{at, explain, headers, secrets, sign, signature, verify};

#[test]
fn the_first_that_accepts_is_enough() {
    let (meta, exotel) = (Meta::new(secrets("a")), Exotel::new(secrets("b")));
    let scheme = AnyOf::new(meta.clone()).or(exotel.clone());
    for proof in [sign(&meta, b"{}", at(0)), sign(&exotel, b"{}", at(0))] {
        assert_eq!(verify(&scheme, &headers(&proof), b"{}", at(0)), Ok(()));
        assert_eq!(explain(&scheme, &headers(&proof), b"{}", at(0)), None);
        assert_eq!(verify(&scheme, &headers(&proof), b"[]", at(0)), Err(Refusal::Mismatch));
    }
    // The secret of the one is not good for the other.
    let proof = sign(&Meta::new(secrets("b")), b"{}", at(0));
    assert_eq!(verify(&scheme, &headers(&proof), b"{}", at(0)), Err(Refusal::Mismatch));
}

#[test]
fn the_refusal_is_that_of_the_scheme_that_came_nearest() {
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
    let unreadable = Refusal::UnreadableHeader(Meta::HEADER.into());
    for (pairs, refusal, cause) in [
        (vec![], Refusal::MissingHeader(Meta::HEADER.into()), Cause::MissingHeader(Meta::HEADER.into())),
        (vec![hub("?")], unreadable, Cause::UnreadableHeader(Meta::HEADER.into())),
        (vec![hub("?"), exotel(wrong)], Refusal::Mismatch, Cause::Unknown),
        (
            vec![exotel(wrong), headers(&proof)[0], headers(&proof)[1]],
            Refusal::TooOld,
            Cause::Clock { by: std::time::Duration::from_secs(1000), ahead: false },
        ),
    ] {
        assert_eq!(verify(&scheme, &pairs, b"{}", at(1000)), Err(refusal));
        assert_eq!(explain(&scheme, &pairs, b"{}", at(1000)), Some(cause));
    }
}

#[test]
fn the_most_telling_cause_is_given() {
    let standard = StandardWebhooks::try_new(secrets("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")).unwrap();
    let scheme = AnyOf::new(standard).or(Exotel::new(secrets("a"))).or(Meta::new(secrets("a")));
    let proof = sign(&Meta::new(secrets("a")), b"{\"a\":1}", at(0));
    let pairs = [(Meta::HEADER, signature(&proof)), (Exotel::HEADER, "?")];
    assert_eq!(explain(&scheme, &pairs, b"{ \"a\": 1 }", at(0)), Some(Cause::BodyRewritten));
    assert_eq!(format!("{scheme:?}"), "AnyOf(<3>)");
}
