//! Tests that no message is sent twice under any fault of the network or the server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with the first surprise"
)]

mod attempts;
mod backends;
mod once;
mod raw_server;
mod replies;
mod schedule;
