//! The retry table: it alone decides whether a call is made again.
//!
//! | outcome of one attempt | [`Replay::Safe`] | [`Replay::Unsafe`] |
//! | --- | --- | --- |
//! | nothing left | again | again |
//! | nothing left, and nothing will: the certificate is not trusted | stop: **not sent** | stop: **not sent** |
//! | may have left | again | stop: **unknown** |
//! | 429, of HTTP or of the reply's frame | again after `Retry-After` or backoff | the same: the throttle answers before any work |
//! | 500, 502, 504 and other 5xx | again | stop: **unknown** |
//! | 503 | again after `Retry-After` or backoff | stop: **unknown** |
//! | other 4xx, 10001 to 10004 | stop: **rejected** | stop: **rejected** |
//! | success that cannot be read | stop: **accepted** | stop: **accepted** |
//! | neither a success nor a refusal | stop: **unknown** | stop: **unknown** |
//! | a reply longer than allowed | stop: **unknown** | stop: **unknown** |
//!
//! The words in bold are [`RequestState`]. A number is the `code` of the reply's frame on any HTTP status, and the HTTP status
//! only when there is no frame. That 429 comes before any work, and that a provider's refusal means that no message went out, is
//! inferred.
//!
//! [`RetryPolicy`] says how often and how long, never what may be made again.

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use incs_model::envelope::{Code, Frame, Outcome as Word};

use crate::error::{ErrorKind, RequestState, RetryAdvice};
use crate::transport::{Departure, Replay, TransportErrorKind};

/// The number of attempts and the time for them. Policy does not decide what may be tried again at all: see [the table](self).
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
    /// The time limit of the whole call, waits included; an attempt that runs then is given up. 90 s unless set.
    pub max_elapsed: Duration,
    /// The longest wait before the second attempt; each further one doubles it. 250 ms unless set.
    pub base_delay: Duration,
    /// The longest wait before any attempt, unless `Retry-After` asks for more. 10 s unless set.
    pub max_delay: Duration,
}

/// The decision after an attempt.
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

    /// Decides after attempt number `attempt` (from 1) of a call that began `elapsed` ago and came to `outcome`. `jitter` is a
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

/// The outcome of one attempt that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing left this machine, and another attempt may fare better.
    NothingLeft,
    /// Nothing left this machine, and no other attempt will fare better: the other side's certificate is not trusted.
    Hopeless,
    /// The request may have left; there is no reply.
    MayHaveLeft,
    /// There is a reply, longer than may be read.
    TooLong,
    /// Too many calls: 429.
    Throttled {
        /// The wait that `Retry-After` asked for.
        after: Option<Duration>,
    },
    /// The platform failed: 5xx other than 503.
    Failed,
    /// The platform is not there: 503.
    Unavailable {
        /// The wait that `Retry-After` asked for.
        after: Option<Duration>,
    },
    /// The platform, or the provider behind it, refused.
    Refused,
    /// The platform says that it succeeded; what it gave cannot be read.
    Unreadable,
    /// A reply that says neither yes nor no.
    Unclear,
}

impl Outcome {
    /// Returns the outcome of an attempt without a reply. The request is [recalled](Departure::recall), so that what is said here
    /// stays true; a transport whose error says that nothing left, after it told that the request left, is not believed.
    pub fn of_transport(kind: TransportErrorKind, departure: &Departure) -> Self {
        let held_back = departure.recall();
        match kind {
            TransportErrorKind::BodyTooLarge => Self::TooLong,
            _ if departure.has_left() => Self::MayHaveLeft,
            TransportErrorKind::Tls => Self::Hopeless,
            kind if kind.nothing_left() || held_back => Self::NothingLeft,
            _ => Self::MayHaveLeft,
        }
    }

    /// Returns the state of the request after it.
    pub fn request_state(self) -> RequestState {
        match self {
            Self::NothingLeft | Self::Hopeless => RequestState::NotSent,
            Self::Throttled { .. } | Self::Refused => RequestState::Rejected,
            Self::Unreadable => RequestState::Accepted,
            Self::MayHaveLeft | Self::TooLong | Self::Failed | Self::Unavailable { .. } | Self::Unclear => {
                RequestState::Unknown
            }
        }
    }

    /// Returns the advice when it is the last of a send.
    pub fn retry_advice(self) -> RetryAdvice {
        match (self, self.request_state()) {
            (Self::NothingLeft, _) => RetryAdvice::Later { after: None },
            (Self::Throttled { after }, _) => RetryAdvice::Later { after },
            (_, RequestState::NotSent | RequestState::Rejected) => RetryAdvice::Correct,
            (_, RequestState::Unknown) => RetryAdvice::FindOut,
            (_, RequestState::Accepted) => RetryAdvice::Never,
        }
    }

    /// Returns the outcome for a number, which is the frame's `code`, or the HTTP status of a reply without a frame.
    fn of_number(number: i64, after: Option<Duration>) -> Self {
        match number {
            429 => Self::Throttled { after },
            503 => Self::Unavailable { after },
            500..=599 => Self::Failed,
            // 10001: the certification code. 10002 to 10004: a provider spoke.
            400..=499 | 10_001..=10_004 => Self::Refused,
            _ => Self::Unclear,
        }
    }
}

/// A reply that was read.
pub(crate) enum Reading<'a> {
    /// It succeeded.
    Success(Frame<'a>),
    /// It did not.
    Failure { outcome: Outcome, kind: ErrorKind },
}

/// Reads a reply. The frame's `code` decides, on any HTTP status; a reply without a frame is judged by its status.
pub(crate) fn read_reply(status: StatusCode, body: &[u8], after: impl FnOnce() -> Option<Duration>) -> Reading<'_> {
    match Frame::read(body) {
        Ok(frame) if frame.is_success() => Reading::Success(frame),
        Ok(frame) => {
            let outcome = of_frame(&frame, after());
            let refused = frame.code() == Code::InvalidCertificationCode || unauthorized(frame.code().as_i64());
            Reading::Failure { outcome, kind: kind(outcome, refused) }
        }
        Err(_) => {
            let number = i64::from(status.as_u16());
            let outcome = Outcome::of_number(number, after());
            Reading::Failure { outcome, kind: kind(outcome, unauthorized(number)) }
        }
    }
}

/// Only a frame that says `error` says that nothing was done. One that says `success` with the code of a refusal, `error` with
/// 200, or a word of tomorrow, says nothing.
fn of_frame(frame: &Frame<'_>, after: Option<Duration>) -> Outcome {
    match (frame.status(), Outcome::of_number(frame.code().as_i64(), after)) {
        (Word::Error, outcome) => outcome,
        (_, Outcome::Refused | Outcome::Throttled { .. }) => Outcome::Unclear,
        (_, outcome) => outcome,
    }
}

/// The reply to a bad bearer token is unknown; these are the statuses that HTTP has for it.
fn unauthorized(number: i64) -> bool {
    matches!(number, 401 | 403)
}

fn kind(outcome: Outcome, unauthorized: bool) -> ErrorKind {
    match outcome {
        Outcome::Throttled { .. } => ErrorKind::RateLimited,
        Outcome::Failed | Outcome::Unavailable { .. } => ErrorKind::Server,
        Outcome::Refused if unauthorized => ErrorKind::Authentication,
        Outcome::Refused => ErrorKind::Refused,
        _ => ErrorKind::Reply,
    }
}

/// Returns how long the reply asks to wait: seconds, or until a date. A date that is past asks for no wait; text that is neither
/// asks for nothing.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds still mean: very long.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}
