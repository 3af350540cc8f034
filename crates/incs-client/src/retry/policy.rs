//! How often and how long to try.

use std::time::Duration;

use super::outcome::Outcome;
use crate::error::RetryAdvice;
use crate::transport::Replay;

/// How often and how long a call is tried. What may be tried again at all is not a matter of policy: see [`retry`](super).
///
/// ```
/// use std::time::Duration;
/// use incs_client::retry::RetryPolicy;
///
/// let patient = RetryPolicy::new().with_max_attempts(5).with_max_elapsed(Duration::from_secs(120));
/// assert_eq!(RetryPolicy::never().max_attempts, 1);
/// # let _ = patient;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all, the first included. 3 unless set; 0 counts as 1.
    pub max_attempts: u32,
    /// How long a call may take in all, waits included; an attempt that runs then is given up. 90 s unless set.
    pub max_elapsed: Duration,
    /// The longest wait before the second attempt; each further one doubles it. 250 ms unless set.
    pub base_delay: Duration,
    /// The longest wait before any attempt, unless `Retry-After` asks for more. 10 s unless set.
    pub max_delay: Duration,
}

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Make the call again after this wait.
    Again(Duration),
    /// Give up; what is known then is [`Outcome::request_state`].
    Stop(RetryAdvice),
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            max_elapsed: Duration::from_secs(90),
            base_delay: Duration::from_millis(250),
            max_delay: Duration::from_secs(10),
        }
    }
}

impl RetryPolicy {
    /// The policy of a client that is told nothing else.
    pub fn new() -> Self {
        Self::default()
    }

    /// One attempt, whatever happens; only a token that is refused is renewed, and the call made once more.
    pub fn never() -> Self {
        Self::default().with_max_attempts(1)
    }

    /// Sets the attempts in all.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets how long a call may take in all.
    #[must_use]
    pub fn with_max_elapsed(mut self, elapsed: Duration) -> Self {
        self.max_elapsed = elapsed;
        self
    }

    /// Sets the longest wait before the second attempt.
    #[must_use]
    pub fn with_base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the longest wait before any attempt.
    #[must_use]
    pub fn with_max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// What to do after attempt number `attempt` (from 1) of a call that began `elapsed` ago and came to `outcome`. `jitter` is a
    /// random number from 0 up to 1, by which waits are spread (full jitter).
    ///
    /// ```
    /// use std::time::Duration;
    /// use incs_client::RetryAdvice;
    /// use incs_client::retry::{Decision, Outcome, RetryPolicy};
    /// use incs_client::transport::Replay;
    ///
    /// let decide = |replay| RetryPolicy::new().decide(Outcome::MayHaveLeft, replay, 1, Duration::ZERO, 0.5);
    /// assert_eq!(decide(Replay::Safe), Decision::Again(Duration::from_millis(125)));
    /// assert_eq!(decide(Replay::Unsafe), Decision::Stop(RetryAdvice::FindOut));
    /// ```
    pub fn decide(&self, outcome: Outcome, replay: Replay, attempt: u32, elapsed: Duration, jitter: f64) -> Decision {
        let stop = Decision::Stop(advice(outcome, replay));
        if !may_repeat(outcome, replay) || attempt >= self.max_attempts {
            return stop;
        }
        let wait = self.wait(outcome, attempt, jitter);
        if elapsed.saturating_add(wait) >= self.max_elapsed {
            return stop;
        }
        Decision::Again(wait)
    }

    /// Backoff with full jitter; on top of `Retry-After` only a little, so that callers who wait for the same moment spread.
    fn wait(&self, outcome: Outcome, attempt: u32, jitter: f64) -> Duration {
        let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 1.0 };
        match outcome {
            Outcome::Throttled { after: Some(after) } | Outcome::Unavailable { after: Some(after) } => {
                after.saturating_add(scaled(self.base_delay, jitter))
            }
            _ => {
                let doubled = self.base_delay.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
                scaled(doubled.min(self.max_delay), jitter)
            }
        }
    }
}

/// A part of a wait; unlike `Duration::mul_f64` it does not panic on the longest.
fn scaled(duration: Duration, part: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * part).unwrap_or(Duration::MAX)
}

/// There is nothing to find out about a call that may be made twice: it can be made again.
fn advice(outcome: Outcome, replay: Replay) -> RetryAdvice {
    match (replay, outcome, outcome.retry_advice()) {
        (Replay::Safe, Outcome::Unavailable { after }, _) => RetryAdvice::Later { after },
        (Replay::Safe, _, RetryAdvice::FindOut | RetryAdvice::Never) => RetryAdvice::Later { after: None },
        (_, _, advice) => advice,
    }
}

fn may_repeat(outcome: Outcome, replay: Replay) -> bool {
    match outcome {
        Outcome::NothingLeft | Outcome::Throttled { .. } => true,
        Outcome::MayHaveLeft | Outcome::Failed | Outcome::Unavailable { .. } => replay == Replay::Safe,
        Outcome::Hopeless | Outcome::TooLong | Outcome::Refused | Outcome::Unreadable | Outcome::Unclear => false,
    }
}
