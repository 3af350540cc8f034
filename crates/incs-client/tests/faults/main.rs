//! No message is sent twice, whatever the network and the server do.

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
mod schedule;
