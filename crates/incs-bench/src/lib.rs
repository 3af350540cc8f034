//! The measured cases: each reads, writes or checks one thing in one way, so that two ways can be compared.

pub mod cases;
pub mod exchange;
pub mod gates;

mod plain;
mod untagged;

/// The code in the README of the workspace compiles and runs. It stands here since this crate is not published.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
