//! The retry table, which alone decides whether a call is retried.
//!
//! | outcome of one attempt | [`Idempotency::Idempotent`] | [`Idempotency::NonIdempotent`] |
//! | --- | --- | --- |
//! | nothing was sent | again | again |
//! | nothing was sent, and a retry is useless: the certificate is not trusted | stop: **not sent** | stop: **not sent** |
//! | may have been sent | again | stop: **unknown** |
//! | 429, of HTTP or of the reply's envelope | again after `Retry-After` or backoff | the same: the throttle replies before any processing |
//! | 500, 502, 504 and other 5xx | again | stop: **unknown** |
//! | 503 | again after `Retry-After` or backoff | stop: **unknown** |
//! | an envelope with another 4xx or 10001 to 10004 | stop: **rejected** | stop: **rejected** |
//! | 400, 401, 403, 404, 405, 413, 415, 422 or 431 without an envelope | stop: **rejected** | stop: **rejected** |
//! | another 4xx without an envelope | stop: **unknown** | stop: **unknown** |
//! | success that cannot be read | stop: **accepted** | stop: **accepted** |
//! | neither a success nor a refusal | stop: **unknown** | stop: **unknown** |
//! | a reply longer than allowed | stop: **unknown** | stop: **unknown** |
//!
//! The words in bold are values of [`RequestState`]. A number is the `code` of the reply's envelope on any HTTP status, and the
//! HTTP status only without an envelope. A gateway replies 408, 409, 425 or 499 while the platform may still process the request,
//! so without an envelope only statuses about the request itself are refusals. It is inferred that these and 429 come before any
//! processing, and that after a provider's refusal no message was sent.
//!
//! [`RetryPolicy`] sets how often and how long, never which calls are retried.

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use incs_model::envelope::{Code, Frame, ReplyStatus};
use jiff::civil;
use jiff::fmt::strtime;

use crate::error::{ErrorKind, RequestState, RetryAdvice};
use crate::transport::{Idempotency, SendGate, TransportErrorKind};

/// The number of attempts and their time limits. The policy does not decide which calls are retried: see [the table](self).
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
    /// The number of attempts, the first included. 3 unless set; 0 counts as 1.
    pub max_attempts: u32,
    /// The time limit of the whole call, waits included; a running attempt is then abandoned. 90 s unless set.
    pub max_elapsed: Duration,
    /// The longest wait before the second attempt, which doubles with each further attempt. 250 ms unless set.
    pub base_delay: Duration,
    /// The longest wait before any attempt, unless `Retry-After` asks for more. 10 s unless set.
    pub max_delay: Duration,
}

/// The decision after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Retry after this wait.
    Again(Duration),
    /// Stop; [`AttemptOutcome::request_state`] is the state of the request.
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
    /// Returns the default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a policy with a single attempt; only after a refused token the call is retried once with a new one.
    pub fn never() -> Self {
        Self::default().with_max_attempts(1)
    }

    /// Sets the number of attempts, the first included.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the time limit of the whole call.
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
    /// use incs_client::retry::{Decision, AttemptOutcome, RetryPolicy};
    /// use incs_client::transport::Idempotency;
    ///
    /// let decide = |idempotency| RetryPolicy::new().decide(AttemptOutcome::MaybeSent, idempotency, 1, Duration::ZERO, 0.5);
    /// assert_eq!(decide(Idempotency::Idempotent), Decision::Again(Duration::from_millis(125)));
    /// assert_eq!(decide(Idempotency::NonIdempotent), Decision::Stop(RetryAdvice::Reconcile));
    /// ```
    pub fn decide(
        &self,
        outcome: AttemptOutcome,
        idempotency: Idempotency,
        attempt: u32,
        elapsed: Duration,
        jitter: f64,
    ) -> Decision {
        let stop = Decision::Stop(advice(outcome, idempotency));
        if !may_repeat(outcome, idempotency) || attempt >= self.max_attempts {
            return stop;
        }
        let wait = self.wait(outcome, attempt, jitter);
        if elapsed.saturating_add(wait) >= self.max_elapsed {
            return stop;
        }
        Decision::Again(wait)
    }

    /// Returns the backoff with full jitter; after `Retry-After` only a small part, to spread callers that wait for the same
    /// time.
    fn wait(&self, outcome: AttemptOutcome, attempt: u32, jitter: f64) -> Duration {
        let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 1.0 };
        match outcome {
            AttemptOutcome::Throttled { after: Some(after) } | AttemptOutcome::Unavailable { after: Some(after) } => {
                after.saturating_add(scaled(self.base_delay, jitter))
            }
            _ => {
                let doubled = self.base_delay.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
                scaled(doubled.min(self.max_delay), jitter)
            }
        }
    }
}

/// Multiplies a wait; unlike `Duration::mul_f64` it does not panic on the longest.
fn scaled(duration: Duration, part: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * part).unwrap_or(Duration::MAX)
}

/// Adapts the advice: an idempotent call needs no reconciliation, it can be retried.
fn advice(outcome: AttemptOutcome, idempotency: Idempotency) -> RetryAdvice {
    match (idempotency, outcome, outcome.retry_advice()) {
        (Idempotency::Idempotent, AttemptOutcome::Unavailable { after }, _) => RetryAdvice::Later { after },
        (Idempotency::Idempotent, _, RetryAdvice::Reconcile | RetryAdvice::Never) => RetryAdvice::Later { after: None },
        (_, _, advice) => advice,
    }
}

fn may_repeat(outcome: AttemptOutcome, idempotency: Idempotency) -> bool {
    match outcome {
        AttemptOutcome::NotSent | AttemptOutcome::Throttled { .. } => true,
        AttemptOutcome::MaybeSent | AttemptOutcome::Failed | AttemptOutcome::Unavailable { .. } => {
            idempotency == Idempotency::Idempotent
        }
        AttemptOutcome::NotSentPermanent
        | AttemptOutcome::ReplyTooLarge
        | AttemptOutcome::Refused
        | AttemptOutcome::Unreadable
        | AttemptOutcome::Unclear => false,
    }
}

/// The outcome of one attempt that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// Nothing was sent, and another attempt may succeed.
    NotSent,
    /// Nothing was sent, and no other attempt will succeed: the server's certificate is not trusted.
    NotSentPermanent,
    /// The request may have been sent; there is no reply.
    MaybeSent,
    /// There is a reply, which is longer than allowed.
    ReplyTooLarge,
    /// Too many calls: 429.
    Throttled {
        /// The wait in `Retry-After`.
        after: Option<Duration>,
    },
    /// The platform failed: 5xx other than 503.
    Failed,
    /// The platform is unavailable: 503.
    Unavailable {
        /// The wait in `Retry-After`.
        after: Option<Duration>,
    },
    /// The platform, or the provider behind it, refused the call.
    Refused,
    /// The platform reports success, but the reply cannot be read.
    Unreadable,
    /// The reply is neither a success nor a refusal.
    Unclear,
}

impl AttemptOutcome {
    /// Returns the outcome of an attempt without a reply. [Revokes](SendGate::revoke) the request, so that the outcome stays
    /// true. An error kind that claims that nothing was sent is ignored if the transport has committed the request.
    pub fn of_transport(kind: TransportErrorKind, send_gate: &SendGate) -> Self {
        let revoked = send_gate.revoke();
        match kind {
            TransportErrorKind::ReplyTooLarge => Self::ReplyTooLarge,
            _ if send_gate.is_committed() => Self::MaybeSent,
            TransportErrorKind::Tls => Self::NotSentPermanent,
            kind if kind.proves_not_sent() || revoked => Self::NotSent,
            _ => Self::MaybeSent,
        }
    }

    /// Returns the state of the request after the attempt.
    pub fn request_state(self) -> RequestState {
        match self {
            Self::NotSent | Self::NotSentPermanent => RequestState::NotSent,
            Self::Throttled { .. } | Self::Refused => RequestState::Rejected,
            Self::Unreadable => RequestState::Accepted,
            Self::MaybeSent | Self::ReplyTooLarge | Self::Failed | Self::Unavailable { .. } | Self::Unclear => {
                RequestState::Unknown
            }
        }
    }

    /// Returns the advice if this is the last attempt of a send.
    pub fn retry_advice(self) -> RetryAdvice {
        match (self, self.request_state()) {
            (Self::NotSent, _) => RetryAdvice::Later { after: None },
            (Self::Throttled { after }, _) => RetryAdvice::Later { after },
            (_, RequestState::NotSent | RequestState::Rejected) => RetryAdvice::Correct,
            (_, RequestState::Unknown) => RetryAdvice::Reconcile,
            (_, RequestState::Accepted) => RetryAdvice::Never,
        }
    }

    /// Returns the outcome for the `code` of an envelope.
    fn of_code(code: i64, after: Option<Duration>) -> Self {
        match code {
            429 => Self::Throttled { after },
            503 => Self::Unavailable { after },
            500..=599 => Self::Failed,
            // 10001: the certification code. 10002 to 10004: an error of a provider.
            400..=499 | 10_001..=10_004 => Self::Refused,
            _ => Self::Unclear,
        }
    }

    /// Returns the outcome for the HTTP status of a reply without an envelope. Any intermediary may have written it, so only a
    /// status about the request itself, sent before any processing, is a refusal.
    fn of_status(status: StatusCode, after: Option<Duration>) -> Self {
        match status.as_u16() {
            429 => Self::Throttled { after },
            503 => Self::Unavailable { after },
            500..=599 => Self::Failed,
            400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 431 => Self::Refused,
            _ => Self::Unclear,
        }
    }
}

/// A parsed reply.
pub(crate) enum Reading<'a> {
    /// A success.
    Success(Frame<'a>),
    /// Any other reply.
    Failure { outcome: AttemptOutcome, kind: ErrorKind },
}

/// Parses a reply. The envelope's `code` decides, on any HTTP status; without an envelope the status decides.
pub(crate) fn read_reply(
    status: StatusCode,
    frame: Option<Frame<'_>>,
    after: impl FnOnce() -> Option<Duration>,
) -> Reading<'_> {
    let (outcome, unauthorized) = match frame {
        Some(frame) if frame.is_success() => return Reading::Success(frame),
        Some(frame) => {
            let refused = frame.code() == Code::InvalidCertificationCode || unauthorized(frame.code().as_i64());
            (of_frame(&frame, after()), refused)
        }
        None => (AttemptOutcome::of_status(status, after()), unauthorized(status.as_u16().into())),
    };
    Reading::Failure { outcome, kind: kind(outcome, unauthorized) }
}

/// Only an envelope with `error` means that nothing was done. `success` with a refusal's code, `error` with 200, or an unknown
/// status prove nothing.
fn of_frame(frame: &Frame<'_>, after: Option<Duration>) -> AttemptOutcome {
    match (frame.status(), AttemptOutcome::of_code(frame.code().as_i64(), after)) {
        (ReplyStatus::Error, outcome) => outcome,
        (_, AttemptOutcome::Refused | AttemptOutcome::Throttled { .. }) => AttemptOutcome::Unclear,
        (_, outcome) => outcome,
    }
}

/// The reply to a bad bearer token is unknown; these are HTTP's statuses for it.
fn unauthorized(number: i64) -> bool {
    matches!(number, 401 | 403)
}

fn kind(outcome: AttemptOutcome, unauthorized: bool) -> ErrorKind {
    match outcome {
        AttemptOutcome::Throttled { .. } => ErrorKind::RateLimited,
        AttemptOutcome::Failed | AttemptOutcome::Unavailable { .. } => ErrorKind::Server,
        AttemptOutcome::Refused if unauthorized => ErrorKind::Authentication,
        AttemptOutcome::Refused => ErrorKind::Refused,
        _ => ErrorKind::Reply,
    }
}

/// Returns how long the reply asks to wait: seconds, or until a date. A date that is past asks for no wait; text that is neither
/// asks for nothing.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit a number still mean a very long wait.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    Some(http_date(text)?.duration_since(now).unwrap_or_default())
}

/// Reads a date of HTTP, in any of its three forms (RFC 9110, section 5.6.7).
fn http_date(text: &str) -> Option<SystemTime> {
    let forms = ["%a, %d %b %Y %T GMT", "%A, %d-%b-%y %T GMT", "%a %b %e %T %Y"];
    // Not as a `Timestamp`, which ends a day before the year 9999 does.
    let date = forms.iter().find_map(|form| strtime::parse(form, text).ok()?.to_datetime().ok())?;
    let since_epoch = date.duration_since(civil::date(1970, 1, 1).to_datetime(civil::Time::midnight()));
    SystemTime::UNIX_EPOCH.checked_add(since_epoch.try_into().ok()?)
}
