//! Signatures as a user describes them.

use std::time::Duration;

use incs_model::Timestamp;
use incs_webhook::RejectionCause;
use incs_webhook::scheme::{Encoding, HmacSha256, Part, SignedPartsError, TimestampHeader, VerifyError};
use incs_webhook::testing::sign::{Draft, Sign as _};
use proptest::prelude::*;

use super::{at, explain, headers, secrets, sign, verify};

fn scheme() -> HmacSha256 {
    HmacSha256::new("x-sign", secrets("k"))
}

fn timed(header: TimestampHeader) -> HmacSha256 {
    scheme().with_signed([header.into(), Part::text("."), Part::Body]).unwrap()
}

#[test]
fn weak_signed_parts_are_rejected() {
    let time = || Part::seconds("x-time");
    for (parts, expected) in [
        (vec![], SignedPartsError::BodyNotSigned),
        (vec![time(), Part::header("x-id")], SignedPartsError::BodyNotSigned),
        (vec![Part::Body, Part::Body], SignedPartsError::BodyRepeated(2)),
        (vec![time(), Part::Body, Part::millis("x-ms")], SignedPartsError::TimestampRepeated(2)),
    ] {
        assert_eq!(scheme().with_signed(parts).unwrap_err(), expected);
    }
}

#[test]
fn parts_are_signed_in_order() {
    let parts = || {
        [Part::text("v0:"), Part::header("x-id"), Part::text(":"), Part::Body, Part::text(":"), Part::seconds("x-time")]
    };
    let scheme = scheme().with_signed(parts()).unwrap();
    let draft = Draft::new(b"{}", at(100));
    assert_eq!(scheme.sign(&draft).unwrap_err(), VerifyError::MissingHeader("x-id".into()));
    let proof = scheme.sign(&draft.with_header("X-Id", "7")).unwrap();
    let mut pairs = headers(&proof);
    // printf 'v0:7:{}:100' | openssl dgst -sha256 -hmac k
    assert_eq!(pairs[1], ("x-sign", "cc65ad537455d1b174d9758f7489d086227f10fffc96580e144ab9cdf4e0e74f"));
    assert_eq!(verify(&scheme, &pairs, b"{}", at(100)), Err(VerifyError::MissingHeader("x-id".into())));
    pairs.push(("x-id", "7"));
    assert_eq!(verify(&scheme, &pairs, b"{}", at(100)), Ok(()));
    pairs[2].1 = "8";
    assert_eq!(verify(&scheme, &pairs, b"{}", at(100)), Err(VerifyError::Mismatch));
}

#[test]
fn timestamp_is_a_whole_number() {
    let unreadable = || Err(VerifyError::UnreadableHeader("x-time".into()));
    let seconds = timed(TimestampHeader::seconds("x-time"));
    for (text, expected) in [
        ("", unreadable()),
        ("1.5", unreadable()),
        (" 100", unreadable()),
        ("1e2", unreadable()),
        ("99999999999999999999999", unreadable()),
        ("2026-11-22T08:00:00Z", unreadable()),
        ("101", Err(VerifyError::Mismatch)),
        ("0100", Err(VerifyError::Mismatch)),
        ("100", Ok(())),
    ] {
        let proof = sign(&seconds, b"{}", at(100));
        let mut pairs = headers(&proof);
        pairs[0].1 = text;
        assert_eq!(verify(&seconds, &pairs, b"{}", at(100)), expected, "{text:?}");
    }
    let millis = timed(TimestampHeader::millis("x-time").with_tolerance(Duration::from_millis(5)));
    let now: Timestamp = "2026-11-22T08:00:00.123Z".parse().unwrap();
    let proof = sign(&millis, b"{}", now);
    assert_eq!(headers(&proof)[0].1, "1795334400123");
    for (nanos, expected) in [
        (-5_000_001_i64, Err(VerifyError::TooNew)),
        (-5_000_000, Ok(())),
        (5_000_000, Ok(())),
        (5_000_001, Err(VerifyError::TooOld)),
    ] {
        let base: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let clock = base + Duration::from_nanos(u64::try_from(123_000_000 + nanos).unwrap());
        assert_eq!(verify(&millis, &headers(&proof), b"{}", clock), expected, "{nanos}");
    }
}

#[test]
fn wrong_signature_precedes_wrong_time() {
    let scheme = timed(TimestampHeader::seconds("x-time"));
    let proof = sign(&scheme, b"{}", at(100));
    assert_eq!(verify(&scheme, &headers(&proof), b"{}", at(10_000)), Err(VerifyError::TooOld));
    assert_eq!(verify(&scheme, &headers(&proof), b"[]", at(10_000)), Err(VerifyError::Mismatch));
}

proptest! {
    #[test]
    fn no_time_that_was_signed_panics(
        time in prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX)], now: i32, tolerance: u64, in_millis: bool
    ) {
        let header = if in_millis { TimestampHeader::millis("x-time") } else { TimestampHeader::seconds("x-time") };
        let scheme = timed(header.with_tolerance(Duration::from_secs(tolerance)));
        // Signed as a text, since no `Timestamp` reaches this far.
        let as_text = self::scheme().with_signed([Part::header("x-time"), Part::text("."), Part::Body]).unwrap();
        let text = time.to_string();
        let proof = as_text.sign(&Draft::new(b"{}", at(0)).with_header("x-time", &text)).unwrap();
        let mut pairs = headers(&proof);
        pairs.push(("x-time", &text));
        let now = at(now.into());
        let verdict = verify(&scheme, &pairs, b"{}", now);
        let now_count = if in_millis { now.as_millisecond() } else { now.as_second() };
        let unit = if in_millis { Duration::from_millis } else { Duration::from_secs };
        let by = unit(time.abs_diff(now_count));
        let expected = match time > now_count {
            _ if by <= Duration::from_secs(tolerance) => Ok(()),
            true => Err(VerifyError::TooNew),
            false => Err(VerifyError::TooOld),
        };
        prop_assert_eq!(&verdict, &expected);
        let cause = verdict.is_err().then_some(RejectionCause::Clock { by, ahead: time > now_count });
        prop_assert_eq!(explain(&scheme, &pairs, b"{}", now), cause);
    }

    #[test]
    fn signed_delivery_is_accepted(body: Vec<u8>, time in 0..4_000_000_000_i64, secret in "\\PC{1,100}", millis: bool) {
        for encoding in [Encoding::Hex, Encoding::Base64, Encoding::Base64Url] {
            let time_part = if millis { Part::millis("T") } else { Part::seconds("T") };
            let scheme = HmacSha256::new("S", secrets(&secret))
                .with_encoding(encoding).with_prefix("p ").with_signed([time_part, Part::Body]).unwrap();
            let proof = sign(&scheme, &body, at(time));
            prop_assert_eq!(verify(&scheme, &headers(&proof), &body, at(time)), Ok(()));
        }
    }
}
