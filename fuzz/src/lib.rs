//! What the fuzz targets share: what must be true of every body, and how inputs are made.
//!
//! A target panics when something is wrong. That is how a fuzzer is told.

pub mod anybody;
pub mod body;
pub mod elements;
pub mod fixtures;
pub mod mutation;
pub mod neighbours;
pub mod pointer;
pub mod request;
pub mod roots;
pub mod schemes;
pub mod work;

pub use crate::anybody::{Anybody, now};
