//! What a call reports while it runs: spans with the feature `tracing`, metrics with the feature `metrics`, nothing without them.

#[cfg(any(feature = "metrics", feature = "tracing"))]
mod observed;
#[cfg(not(any(feature = "metrics", feature = "tracing")))]
mod silent;
#[cfg(any(feature = "metrics", feature = "tracing"))]
pub(crate) mod words;

#[cfg(any(feature = "metrics", feature = "tracing"))]
pub(crate) use self::observed::{AttemptSignals, CallSignals};
#[cfg(not(any(feature = "metrics", feature = "tracing")))]
pub(crate) use self::silent::{AttemptSignals, CallSignals};
