//! The time that a call has.

use std::time::{Duration, Instant};

use crate::clock::Clock;

/// The time that a call has in all.
pub(crate) struct Budget<'a> {
    pub(crate) clock: &'a dyn Clock,
    started: Instant,
    whole: Duration,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(clock: &'a dyn Clock, whole: Duration) -> Self {
        Self { clock, started: clock.now(), whole }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.now().saturating_duration_since(self.started)
    }

    pub(crate) fn left(&self) -> Duration {
        self.whole.saturating_sub(self.elapsed())
    }

    /// The moment so long after the start; none when it lies beyond what the clock can say.
    pub(crate) fn instant(&self, after: Duration) -> Option<Instant> {
        self.started.checked_add(after)
    }
}
