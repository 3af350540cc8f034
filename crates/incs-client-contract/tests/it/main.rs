//! The fault server does what it is told; the suite passes a sound transport and finds each broken one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with the first surprise"
)]

mod broken;
mod fault_server;
mod reference;
mod suite;
