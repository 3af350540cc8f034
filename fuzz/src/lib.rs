//! What the fuzz targets share: what must be true of every body, and how inputs are made.
//!
//! A target panics when something is wrong. That is how a fuzzer is told.

pub mod body;
pub mod fixtures;
pub mod mutation;
pub mod neighbours;
pub mod pointer;
pub mod request;
pub mod roots;
pub mod schemes;

use incs_model::Timestamp;
use incs_webhook::Evidence;
use incs_webhook::scheme::{Refusal, Scheme};

/// Accepts everybody.
#[derive(Debug, Clone, Copy)]
pub struct Anybody;

impl Scheme for Anybody {
    fn verify(&self, _: &Evidence<'_>, _: Timestamp) -> Result<(), Refusal> {
        Ok(())
    }
}

/// A time to check signatures at.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).expect("a time within the calendar")
}
