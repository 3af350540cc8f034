//! Integration tests of `incs-webhook`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod drift;
mod elements;
mod envelope;
mod fixtures;
mod frozen;
mod guard;
mod http;
mod identity;
mod metrics;
mod mutation;
mod scaling;
mod schemes;
mod testing;
