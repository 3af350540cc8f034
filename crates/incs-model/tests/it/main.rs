//! The integration tests of `incs-model`, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with the first surprise"
)]

#[cfg(feature = "schema")]
mod agreement;
#[cfg(feature = "schema")]
mod arbitrary;
mod building;
mod debug;
mod decode_errors;
mod document;
mod errors;
mod exotel;
mod fixtures;
mod frozen;
mod inbound;
mod lenient;
mod limits;
mod merge;
mod mutation;
mod open_values;
mod party;
mod phone;
mod robustness;
mod silence;
mod template_checks;
