//! The contract suite, held against every transport here, and against some that must not pass.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with the first surprise"
)]

mod backends;
mod broken;
mod fault_server;
mod reference;
mod suite;
