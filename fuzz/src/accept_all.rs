//! A scheme that accepts every delivery, and a fixed time.

use incs_model::Timestamp;
use incs_webhook::SignedRequest;
use incs_webhook::scheme::{Scheme, VerifyError};

/// Accepts every delivery.
#[derive(Debug, Clone, Copy)]
pub struct AcceptAll;

impl Scheme for AcceptAll {
    fn verify(&self, _: &SignedRequest<'_>, _: Timestamp) -> Result<(), VerifyError> {
        Ok(())
    }
}

/// Returns the fixed time for checking signatures.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).expect("a time within the calendar")
}
