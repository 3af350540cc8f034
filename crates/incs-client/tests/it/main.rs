//! The integration tests of `incs-client`, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with the first surprise"
)]

mod batch;
mod documents;
mod endpoints;
mod engine;
mod errors;
mod frozen;
mod groups;
mod metrics;
mod once;
mod openapi;
mod pager;
mod rate;
mod spans;
mod status;
mod support;
mod token;
