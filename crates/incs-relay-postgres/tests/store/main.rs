//! Tests of the store over a private PostgreSQL.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends at the first surprise"
)]

mod caller;
mod faults;
mod outbox;
mod server;
mod suite;
mod support;
#[cfg(feature = "rustls")]
mod tls;
