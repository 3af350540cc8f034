//! A clock whose waits are over at once.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use super::locked;
use crate::clock::{Clock, Sleep};

/// A clock whose waits are over at once: a wait moves its time on instead.
///
/// Time moves when a wait is *polled*, not when it is made, and the wait completes on that first poll. A client that races a call
/// against a time limit asks the call first; so with a transport that answers at once no limit is ever polled and no time passes,
/// and with one that stalls the limit strikes at once. A transport that does need time, such as one over a network, would always
/// lose that race: use this clock with [`ScriptedTransport`](super::ScriptedTransport) and
/// [`ReplayingTransport`](super::ReplayingTransport). Waits of several tasks add up.
///
/// A clone is the same clock.
///
/// ```
/// use std::time::Duration;
///
/// use incs_client::clock::Clock;
/// use incs_client::testing::SkippingClock;
///
/// # futures_util::FutureExt::now_or_never(async {
/// let clock = SkippingClock::new();
/// let start = clock.now();
/// drop(clock.sleep(Duration::from_secs(5))); // never polled: nothing happens
/// clock.sleep(Duration::from_secs(60)).await;
/// assert_eq!(clock.now() - start, Duration::from_secs(60));
/// assert_eq!(clock.slept(), [Duration::from_secs(60)]);
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct SkippingClock {
    start: Instant,
    wall: SystemTime,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    skipped: Duration,
    slept: Vec<Duration>,
}

impl SkippingClock {
    /// A clock that begins now.
    pub fn new() -> Self {
        Self::starting_at(SystemTime::now())
    }

    /// A clock whose wall begins at a given time.
    pub fn starting_at(wall: SystemTime) -> Self {
        Self { start: Instant::now(), wall, state: Arc::default() }
    }

    /// Moves time on without a wait.
    pub fn advance(&self, duration: Duration) {
        locked(&self.state).skip(duration);
    }

    /// All waits so far that were polled, in order.
    pub fn slept(&self) -> Vec<Duration> {
        locked(&self.state).slept.clone()
    }

    fn skipped(&self) -> Duration {
        locked(&self.state).skipped
    }
}

impl State {
    fn skip(&mut self, duration: Duration) {
        self.skipped = self.skipped.saturating_add(duration);
    }
}

impl Default for SkippingClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SkippingClock {
    fn now(&self) -> Instant {
        self.start.checked_add(self.skipped()).unwrap_or(self.start)
    }

    fn wall(&self) -> SystemTime {
        self.wall.checked_add(self.skipped()).unwrap_or(self.wall)
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let state = Arc::clone(&self.state);
        Box::pin(async move {
            let mut state = locked(&state);
            state.skip(duration);
            state.slept.push(duration);
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use futures_util::future::{pending, ready, select};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    #[test]
    fn a_limit_strikes_only_when_the_call_waits() {
        let clock = SkippingClock::new();
        let start = clock.now();
        select(ready(()), clock.sleep(LIMIT)).now_or_never().unwrap();
        assert_eq!((clock.now(), clock.slept().len()), (start, 0));
        select(pending::<()>(), clock.sleep(LIMIT)).now_or_never().unwrap();
        assert_eq!((clock.now() - start, clock.slept()), (LIMIT, vec![LIMIT]));
    }

    #[test]
    fn both_times_move_on_together() {
        let clock = SkippingClock::starting_at(SystemTime::UNIX_EPOCH);
        let start = clock.now();
        clock.advance(LIMIT);
        clock.clone().sleep(LIMIT).now_or_never().unwrap();
        assert_eq!((clock.now() - start, clock.wall()), (LIMIT * 2, SystemTime::UNIX_EPOCH + LIMIT * 2));
    }

    #[test]
    fn time_without_end_is_no_panic() {
        let clock = SkippingClock::new();
        for _ in 0..2 {
            clock.sleep(Duration::MAX).now_or_never().unwrap();
            let _ = (clock.now(), clock.wall());
        }
    }
}
