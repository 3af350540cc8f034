//! Tests the fault server, and that the suite passes a correct transport and finds each broken one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with the first surprise"
)]

mod blocking;
mod broken;
mod fault_server;
mod reference;
mod suite;
