//! The backends, against real servers on loopback: what is special in each, and that each holds the rest.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with the first surprise"
)]

#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod exchange;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(feature = "hyper-rustls")]
mod proxy;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(any(feature = "hyper", feature = "reqwest", feature = "tower"))]
mod support;
#[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
mod tls;
#[cfg(feature = "tower")]
mod tower;
