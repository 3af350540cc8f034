//! The backends of this crate pass.

#[cfg(feature = "hyper-rustls")]
mod hyper;
#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
mod reqwest;
#[cfg(feature = "tower")]
mod tower;
