//! Signatures.

mod any_of;
mod explain;
mod head;
mod hmac;
mod properties;
mod python;
mod rotation;
mod shared_secret;
mod standard_webhooks;
mod vectors;

use incs_model::Timestamp;
use incs_webhook::scheme::{Scheme, VerifyError};
use incs_webhook::testing::sign::{Draft, Proof, Sign};
use incs_webhook::{Delivery, RejectionCause, Secrets};

fn secrets(text: &str) -> Secrets {
    Secrets::try_new(text).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// Verifies a request with a scheme.
fn verify(scheme: &dyn Scheme, headers: &[(&str, &str)], body: &[u8], now: Timestamp) -> Result<(), VerifyError> {
    verify_error(Delivery::new(&headers, body).verify(scheme, now))
}

fn verify_target(scheme: &dyn Scheme, target: &str) -> Result<(), VerifyError> {
    verify_error(Delivery::new(&[("x", "y")], b"{}").with_target(target).verify(scheme, at(0)))
}

fn verify_proof(scheme: &dyn Scheme, proof: &Proof, body: &[u8], now: Timestamp) -> Result<(), VerifyError> {
    let target = proof.to_target("/hooks?a=b");
    verify_error(Delivery::new(&proof.headers(), body).with_target(&target).verify(scheme, now))
}

fn verify_error(result: Result<incs_webhook::Verified<'_>, incs_webhook::Rejection>) -> Result<(), VerifyError> {
    result.map(drop).map_err(|rejection| rejection.verify_error().unwrap().clone())
}

/// Returns the cause of a rejection. No word of its text is as long as a signature or was sent.
fn explain(scheme: &dyn Scheme, headers: &[(&str, &str)], body: &[u8], now: Timestamp) -> Option<RejectionCause> {
    let cause = Delivery::new(&headers, body).explain(scheme, now)?;
    for text in [cause.to_string(), format!("{cause:?}")] {
        let longest =
            text.split(|char: char| !char.is_ascii_alphanumeric() && !"+/=-_".contains(char)).map(str::len).max();
        assert!(longest < Some(24), "{text}");
        let sent = headers.iter().map(|(_, value)| *value).filter(|value| value.len() > 6);
        assert!(!sent.into_iter().any(|value| text.contains(value)), "{text}");
    }
    Some(cause)
}

fn sign(scheme: &(impl Sign + ?Sized), body: &[u8], now: Timestamp) -> Proof {
    scheme.sign(&Draft::new(body, now)).unwrap()
}

/// The value of the last header of a proof, which is the signature.
fn signature(proof: &Proof) -> &str {
    &proof.headers().last().unwrap().1
}

/// Headers of a proof, to be changed.
fn headers(proof: &Proof) -> Vec<(&str, &str)> {
    proof.headers().iter().map(|(name, value)| (&**name, &**value)).collect()
}
