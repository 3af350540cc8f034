//! The outbox over SQLite, with a platform that the tests play.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends at the first surprise"
)]

mod evidence;
mod reports;
mod sending;
mod support;
mod window;
