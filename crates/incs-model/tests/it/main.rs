//! The integration tests of `incs-model`, one binary.

#[cfg(feature = "schema")]
mod agreement;
mod debug;
mod decode_errors;
mod exotel;
mod fixtures;
mod inbound;
mod limits;
mod merge;
mod open_values;
mod robustness;
mod template_checks;
