//! The clock of a store.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use incs_model::Timestamp;

/// A clock that never goes back. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// Returns the system's clock. If that is set back, this one goes on from its last time, so that no lease and no retry waits longer.
    pub fn steady() -> Self {
        Self::steady_over(Timestamp::now)
    }

    fn steady_over(system: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let last = Mutex::new((system(), Instant::now()));
        Self(Arc::new(move || {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let steady = later(last.0, now.duration_since(last.1));
            *last = (steady.max(system()), now);
            last.0
        }))
    }

    /// Returns a clock that asks a function, for tests.
    pub fn of(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Returns the time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// Returns the time after a duration, or the last one that can be shown.
pub(crate) fn later(time: Timestamp, duration: Duration) -> Timestamp {
    time.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// Returns the time before a duration, or the first one that can be shown.
pub(crate) fn earlier(time: Timestamp, duration: Duration) -> Timestamp {
    time.checked_sub(duration).unwrap_or(Timestamp::MIN)
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn clock_that_is_set_back_goes_on() {
        let hours = Arc::new(AtomicI64::new(0));
        let system = Arc::clone(&hours);
        let clock = Clock::steady_over(move || {
            Timestamp::from_second(1_800_000_000 + system.load(Ordering::Relaxed) * 3600).unwrap_or_default()
        });
        let before = clock.now();
        hours.store(-1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(20));
        let after = clock.now();
        let passed = after.duration_since(before);
        assert!(passed.as_millis() >= 20 && passed.as_secs() < 60, "{passed:?}");
        // Set forward, it follows at once.
        hours.store(2, Ordering::Relaxed);
        assert_eq!(clock.now().as_second(), 1_800_007_200);
    }
}
