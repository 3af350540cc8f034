//! The measured cases: each reads, writes or checks one thing in one way, so that two ways can be compared.

pub mod cases;
pub mod exchange;
pub mod gates;

mod plain;
mod untagged;
