//! The rate limiter of the feature `rate-limit`: off unless set, since the platform documents no rate.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use http::HeaderValue;
use incs_model::PhoneNumber;

use crate::clock::{Budget, Clock};

/// A rate: a burst of calls, and one more after each period.
///
/// ```
/// use std::time::Duration;
/// use incs_client::Rate;
///
/// let gentle = Rate::per_second(20).with_burst(5);
/// let one_a_minute = Rate::every(Duration::from_secs(60));
/// # let _ = (gentle, one_a_minute);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    period: Duration,
    burst: NonZeroU32,
}

impl Rate {
    /// Creates a rate of one call in each period. A zero period counts as a nanosecond.
    pub fn every(period: Duration) -> Self {
        Self { period: period.max(Duration::from_nanos(1)), burst: NonZeroU32::MIN }
    }

    /// Creates a rate of calls per second, without bursts. 0 counts as 1.
    pub fn per_second(calls: u32) -> Self {
        Self::every(Duration::from_secs(1) / calls.max(1))
    }

    /// Sets the burst: the number of calls at once after a pause. 1 unless set; 0 counts as 1.
    #[must_use]
    pub fn with_burst(mut self, calls: u32) -> Self {
        self.burst = NonZeroU32::new(calls).unwrap_or(NonZeroU32::MIN);
        self
    }
}

/// The rates of a client's calls, for each credential and for each recipient. No limit unless set: the platform documents none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    /// Calls with one credential: a certification code or a token.
    pub per_credential: Option<Rate>,
    /// Messages to one recipient.
    pub per_recipient: Option<Rate>,
}

impl RateLimits {
    /// Creates rates without limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the rate of calls with one credential.
    #[must_use]
    pub fn with_per_credential(mut self, rate: Rate) -> Self {
        self.per_credential = Some(rate);
        self
    }

    /// Sets the rate of messages to one recipient.
    #[must_use]
    pub fn with_per_recipient(mut self, rate: Rate) -> Self {
        self.per_recipient = Some(rate);
        self
    }
}

/// An admitted call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Admitted {
    AtOnce,
    Waited,
}

/// The limiter, which admits calls within the rates.
#[derive(Default)]
pub(crate) struct Limiter {
    credentials: Option<Keyed<HeaderValue>>,
    recipients: Option<Keyed<PhoneNumber>>,
}

impl Limiter {
    pub(crate) fn new(limits: RateLimits, clock: &Arc<dyn Clock>) -> Self {
        Self {
            credentials: limits.per_credential.and_then(|rate| Keyed::new(rate, clock)),
            recipients: limits.per_recipient.and_then(|rate| Keyed::new(rate, clock)),
        }
    }

    /// Waits until the call is admitted; the error is a wait that does not fit into the remaining time.
    ///
    /// The recipient comes first: a call that waits for its recipient must not use capacity of the credential.
    pub(crate) async fn admit(
        &self,
        credential: Option<&HeaderValue>,
        recipient: Option<&PhoneNumber>,
        budget: &Budget<'_>,
    ) -> Result<Admitted, Duration> {
        let mut admitted = Admitted::AtOnce;
        if let (Some(limiter), Some(recipient)) = (&self.recipients, recipient) {
            admitted = limiter.admit(recipient, budget).await?;
        }
        if let (Some(limiter), Some(credential)) = (&self.credentials, credential) {
            admitted = admitted.max(limiter.admit(credential, budget).await?);
        }
        Ok(admitted)
    }
}

/// The number of admissions after which idle keys are removed, so that memory stays proportional to the recently used keys.
const SWEEP: u32 = 1024;

struct Keyed<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, InjectedClock, NoOpMiddleware<Instant>>,
    admitted: AtomicU32,
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    fn new(rate: Rate, clock: &Arc<dyn Clock>) -> Option<Self> {
        let quota = Quota::with_period(rate.period)?.allow_burst(rate.burst);
        let limiter = RateLimiter::hashmap_with_clock(quota, InjectedClock(Arc::clone(clock)));
        Some(Self { limiter, admitted: AtomicU32::new(0) })
    }

    async fn admit(&self, key: &K, budget: &Budget<'_>) -> Result<Admitted, Duration> {
        let mut admitted = Admitted::AtOnce;
        while let Err(not_until) = self.limiter.check_key(key) {
            let wait = not_until.wait_time_from(budget.clock.now());
            if wait >= budget.left() {
                return Err(wait);
            }
            budget.clock.sleep(wait).await;
            admitted = Admitted::Waited;
        }
        if self.admitted.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        Ok(admitted)
    }
}

/// Adapts our clock to the limiter.
#[derive(Clone)]
struct InjectedClock(Arc<dyn Clock>);

impl governor::clock::Clock for InjectedClock {
    type Instant = Instant;

    fn now(&self) -> Instant {
        self.0.now()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt;

    use super::*;
    use crate::clock::Sleep;

    /// A clock that moves only on request.
    struct Moved(Mutex<Instant>);

    impl Clock for Moved {
        fn now(&self) -> Instant {
            *self.0.lock().unwrap()
        }

        fn sleep(&self, _: Duration) -> Sleep {
            Box::pin(std::future::pending())
        }
    }

    #[test]
    fn only_idle_recipients_are_forgotten() {
        let clock = Arc::new(Moved(Mutex::new(Instant::now())));
        let shared: Arc<dyn Clock> = clock.clone();
        let keyed = Keyed::new(Rate::every(Duration::from_secs(1)), &shared).unwrap();
        let budget = Budget::new(&*shared, Duration::MAX);
        let admit = |number: u32| keyed.admit(&number, &budget).now_or_never();
        for number in 0..5 * SWEEP {
            assert_eq!(admit(number), Some(Ok(Admitted::AtOnce)));
            assert_eq!(admit(number), None, "the second call to one recipient waits");
            *clock.0.lock().unwrap() += Duration::from_millis(300);
            let kept = keyed.limiter.len();
            assert!(kept <= SWEEP as usize + 16, "{kept} after {number}");
        }
        // The last one was admitted just before the sweep.
        assert!(keyed.limiter.len() < 16);
        assert_eq!(admit(5 * SWEEP - 1), None);
    }
}
