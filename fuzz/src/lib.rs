//! Shared code of the fuzz targets: the properties of every body, and the generation of inputs.
//!
//! A target reports a fault by panicking.

pub mod accept_all;
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

pub use crate::accept_all::{AcceptAll, now};
