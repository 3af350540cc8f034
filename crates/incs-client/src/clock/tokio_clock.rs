//! The clock of tokio.

use std::time::{Duration, Instant};

use super::{Clock, Sleep};

/// The clock of tokio: what every client uses unless told otherwise. It stands still when tokio's time is paused.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}
