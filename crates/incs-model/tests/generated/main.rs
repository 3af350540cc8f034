//! What `docs/` holds of the model: the JSON Schemas, their corpus of samples, and the page of limits.
//!
//! The files are made anew in memory and compared with those committed; with `UPDATE_FROZEN=1` they are written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test ends with the first surprise, and says what drifted"
)]

mod corpus;
mod frozen;
mod limits;
mod markdown;
mod schemas;
