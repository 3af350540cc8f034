//! The least time between two beginnings.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::clock::{Clock, Sleep};

/// Says when the next message may begin.
pub(super) struct Pace {
    clock: Arc<dyn Clock>,
    gap: Duration,
    last: Option<Instant>,
    sleep: Option<Sleep>,
}

impl Pace {
    pub(super) fn new(clock: Arc<dyn Clock>, gap: Duration) -> Self {
        Self { clock, gap, last: None, sleep: None }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(last) = self.last else { return Poll::Ready(()) };
        let left = self.gap.saturating_sub(self.clock.now().saturating_duration_since(last));
        if left.is_zero() {
            return Poll::Ready(());
        }
        // The end of the wait counts, even if the clock says a little less: to ask again could turn in circles.
        self.sleep.get_or_insert_with(|| self.clock.sleep(left)).as_mut().poll(context)
    }

    /// A message begins now.
    pub(super) fn start(&mut self) {
        self.sleep = None;
        if !self.gap.is_zero() {
            self.last = Some(self.clock.now());
        }
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("gap", &self.gap).finish_non_exhaustive()
    }
}
