//! Several live secrets.

use incs_model::Timestamp;
use incs_webhook::scheme::{Exotel, HmacSha256, Meta, Scheme, SharedSecret, StandardWebhooks, VerifyError};
use incs_webhook::testing::sign::{Draft, Sign};
use incs_webhook::{Delivery, EmptySecret, RejectionCause, Secrets};
use proptest::prelude::*;

use super::{at, secrets, sign, verify_proof};

trait Both: Scheme + Sign {}
impl<S: Scheme + Sign> Both for S {}

type Make = fn(Secrets) -> Box<dyn Both>;

const ALL: [Make; 8] = [
    |secrets| Box::new(HmacSha256::new("x-sign", secrets)),
    |secrets| Box::new(Meta::new(secrets)),
    |secrets| Box::new(Exotel::new(secrets)),
    |secrets| Box::new(Exotel::new(secrets).with_sha1()),
    |secrets| Box::new(StandardWebhooks::try_new(secrets).unwrap()),
    |secrets| Box::new(SharedSecret::in_path(secrets)),
    |secrets| Box::new(SharedSecret::in_query("key", secrets)),
    |secrets| Box::new(SharedSecret::in_header("authorization", secrets).with_prefix("Bearer ")),
];

const NEW: &str = "bmV3IG5ldyBuZXcgbmV3";
const NEXT: &str = "bmV4dCBuZXh0IG5leHQh";
const OLD: &str = "b2xkIG9sZCBvbGQgb2xk";
const OTHER: &str = "b3RoZXIgb3RoZXIgISEh";

fn nanosecond_before(time: &str) -> Timestamp {
    format!("{}.999999999Z", time.strip_suffix('Z').unwrap()).parse().unwrap()
}

#[test]
fn retiring_secret_counts_until_its_time() {
    let until: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
    let last = nanosecond_before("2026-11-22T07:59:59Z");
    let now = until.as_second();
    for make in ALL {
        let all = secrets(NEW).with_another(NEXT).unwrap().with_retiring(OLD, until).unwrap();
        let scheme = make(all);
        for (secret, before, after) in [
            (NEW, Ok(()), Ok(())),
            (NEXT, Ok(()), Ok(())),
            (OLD, Ok(()), Err(VerifyError::Mismatch)),
            (OTHER, Err(VerifyError::Mismatch), Err(VerifyError::Mismatch)),
        ] {
            let proof = sign(&*make(secrets(secret)), b"{}", until);
            for time in [at(now - 60), at(now - 1), last] {
                assert_eq!(verify_proof(&*scheme, &proof, b"{}", time), before, "{secret} {time}");
            }
            for time in [until, at(now + 1), at(now + 60)] {
                assert_eq!(verify_proof(&*scheme, &proof, b"{}", time), after, "{secret} {time}");
            }
        }
    }
}

#[test]
fn expired_secret_is_the_cause() {
    let until = at(1_700_000_000);
    for make in ALL {
        let scheme = make(secrets(NEW).with_retiring(OLD, until).unwrap());
        let proof = sign(&*make(secrets(OLD)), b"{}", until);
        let target = proof.to_target("/");
        let headers = proof.headers();
        let delivery = Delivery::new(&headers, b"{}").with_target(&target);
        assert_eq!(delivery.explain(&*scheme, until), Some(RejectionCause::ExpiredSecret));
        assert_eq!(delivery.explain(&*scheme, at(1_699_999_999)), None);
    }
}

#[test]
fn no_live_secret_accepts_nothing() {
    let until = at(1_700_000_000);
    for make in ALL {
        let scheme = make(Secrets::try_new(OTHER).unwrap());
        let proof = sign(&*scheme, b"{}", until);
        assert_eq!(verify_proof(&*scheme, &proof, b"{}", until), Ok(()));
        let scheme = make(only_retiring(until));
        assert_eq!(verify_proof(&*scheme, &proof, b"{}", until), Err(VerifyError::NoLiveSecret));
        assert_eq!(scheme.sign(&Draft::new(b"{}", until)).unwrap_err(), VerifyError::NoLiveSecret);
        assert_eq!(verify_proof(&*scheme, &proof, b"{}", at(1_699_999_999)), Ok(()));
    }
}

fn only_retiring(until: Timestamp) -> Secrets {
    Secrets::try_new_retiring(OTHER, until).unwrap()
}

#[test]
fn first_live_secret_signs() {
    let until = at(1_700_000_000);
    for make in ALL {
        let scheme = make(Secrets::try_new_retiring(OLD, until).unwrap().with_another(NEW).unwrap());
        for (secret, time) in [(OLD, at(1_699_999_999)), (NEW, until)] {
            let proof = sign(&*scheme, b"{}", time);
            assert_eq!(verify_proof(&*make(secrets(secret)), &proof, b"{}", time), Ok(()), "{secret}");
        }
    }
}

#[test]
fn empty_secret_is_rejected() {
    assert_eq!(Secrets::try_new("").unwrap_err(), EmptySecret);
    assert_eq!(secrets("a").with_another("").unwrap_err(), EmptySecret);
    assert_eq!(secrets("a").with_retiring("", at(0)).unwrap_err(), EmptySecret);
    assert_eq!(Secrets::try_new_retiring("", at(0)).unwrap_err(), EmptySecret);
    assert_eq!(format!("{:?}", secrets("a").with_another("b").unwrap()), "Secrets(<2>)");
}

proptest! {
    #[test]
    fn secret_expires_exactly_at_its_time(until: i32, now: i32) {
        for make in ALL {
            let scheme = make(secrets(NEW).with_retiring(OLD, at(until.into())).unwrap());
            let proof = sign(&*make(secrets(OLD)), b"{}", at(now.into()));
            let accepted = verify_proof(&*scheme, &proof, b"{}", at(now.into())).is_ok();
            prop_assert_eq!(accepted, now < until);
        }
    }
}
