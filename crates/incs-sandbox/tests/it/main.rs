//! The sandbox over real HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with the first surprise"
)]

mod admin;
mod console;
mod customers;
mod endpoints;
mod faults;
mod lifecycle;
mod receiver;
mod support;
mod webhooks;
