//! Reports of a call while it runs: its state to a watcher, spans with the feature `tracing`, metrics with the feature `metrics`, nothing else without them.

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
