//! A clock whose waits end at once.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use super::locked;
use crate::clock::{Clock, Sleep};

/// A clock whose waits end at once and advance its time instead.
///
/// Time advances when a wait is *polled*, not when it is created, and the wait completes on that first poll. The client polls a
/// call before its timeout; so with a transport that replies at once no timeout is polled and no time passes, and with a stalled
/// transport the timeout fires at once. A transport that needs real time, such as one over a network, would always time out: use
/// this clock with [`ScriptedTransport`](super::ScriptedTransport) and [`ReplayingTransport`](super::ReplayingTransport). Waits
/// of several tasks add up.
///
/// Clones share the same time.
///
/// ```
/// use std::time::Duration;
///
/// use incs_client::clock::Clock;
/// use incs_client::testing::AutoAdvanceClock;
///
/// # futures_util::FutureExt::now_or_never(async {
/// let clock = AutoAdvanceClock::new();
/// let start = clock.now();
/// drop(clock.sleep(Duration::from_secs(5))); // never polled: nothing happens
/// clock.sleep(Duration::from_secs(60)).await;
/// assert_eq!(clock.now() - start, Duration::from_secs(60));
/// assert_eq!(clock.slept(), [Duration::from_secs(60)]);
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct AutoAdvanceClock {
    start: Instant,
    wall: SystemTime,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    skipped: Duration,
    slept: Vec<Duration>,
}

impl AutoAdvanceClock {
    /// Creates a clock that starts now.
    pub fn new() -> Self {
        Self::starting_at(SystemTime::now())
    }

    /// Creates a clock with a given start of the wall clock.
    pub fn starting_at(wall: SystemTime) -> Self {
        Self { start: Instant::now(), wall, state: Arc::default() }
    }

    /// Advances time without a wait.
    pub fn advance(&self, duration: Duration) {
        locked(&self.state).skip(duration);
    }

    /// Returns all polled waits so far, in order.
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

impl Default for AutoAdvanceClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for AutoAdvanceClock {
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
    fn timeout_fires_only_while_waiting() {
        let clock = AutoAdvanceClock::new();
        let start = clock.now();
        select(ready(()), clock.sleep(LIMIT)).now_or_never().unwrap();
        assert_eq!((clock.now(), clock.slept().len()), (start, 0));
        select(pending::<()>(), clock.sleep(LIMIT)).now_or_never().unwrap();
        assert_eq!((clock.now() - start, clock.slept()), (LIMIT, vec![LIMIT]));
    }

    #[test]
    fn both_times_move_on_together() {
        let clock = AutoAdvanceClock::starting_at(SystemTime::UNIX_EPOCH);
        let start = clock.now();
        clock.advance(LIMIT);
        clock.clone().sleep(LIMIT).now_or_never().unwrap();
        assert_eq!((clock.now() - start, clock.wall()), (LIMIT * 2, SystemTime::UNIX_EPOCH + LIMIT * 2));
    }

    #[test]
    fn time_without_end_is_no_panic() {
        let clock = AutoAdvanceClock::new();
        for _ in 0..2 {
            clock.sleep(Duration::MAX).now_or_never().unwrap();
            let _ = (clock.now(), clock.wall());
        }
    }
}
