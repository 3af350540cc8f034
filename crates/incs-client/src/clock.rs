//! Time, injected: so that a test need not wait, and so that the core needs no runtime.

#[cfg(feature = "tokio")]
mod tokio_clock;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

#[cfg(feature = "tokio")]
pub use self::tokio_clock::TokioClock;

/// A wait that [`Clock::sleep`] gives.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells the time and waits.
pub trait Clock: Send + Sync + 'static {
    /// Now, on a clock that never goes back.
    fn now(&self) -> Instant;

    /// Now, on the wall: what a `Retry-After` with a date is compared with.
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Completes after so long. Dropping it ends the wait.
    fn sleep(&self, duration: Duration) -> Sleep;
}
