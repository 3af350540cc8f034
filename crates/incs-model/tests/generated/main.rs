//! The generated files in `docs/` about the model: the JSON Schemas, their corpus of samples, the page of limits, and the page of errors.
//!
//! The files are generated in memory and compared with the committed ones; with `UPDATE_FROZEN=1` they are written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test ends with the first surprise, and says what drifted"
)]

mod corpus;
mod errors;
mod frozen;
mod limits;
mod markdown;
mod schemas;
