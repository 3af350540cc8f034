//! What one attempt came to.

use std::time::Duration;

use http::StatusCode;
use incs_model::envelope::{Code, Frame, Outcome as Word};

use crate::error::{ErrorKind, RequestState, RetryAdvice};
use crate::transport::{Departure, TransportErrorKind};

/// What one attempt came to, if not to a success.
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
        /// What `Retry-After` asked for.
        after: Option<Duration>,
    },
    /// The platform failed: 5xx other than 503.
    Failed,
    /// The platform is not there: 503.
    Unavailable {
        /// What `Retry-After` asked for.
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
    /// What an attempt without a reply came to. The request is [recalled](Departure::recall), so that what is said here stays
    /// true; a transport whose error says that nothing left, after it told that the request left, is not believed.
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

    /// What is known of the request after it.
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

    /// What to do when it is the last of a send.
    pub fn retry_advice(self) -> RetryAdvice {
        match (self, self.request_state()) {
            (Self::NothingLeft, _) => RetryAdvice::Later { after: None },
            (Self::Throttled { after }, _) => RetryAdvice::Later { after },
            (_, RequestState::NotSent | RequestState::Rejected) => RetryAdvice::Correct,
            (_, RequestState::Unknown) => RetryAdvice::FindOut,
            (_, RequestState::Accepted) => RetryAdvice::Never,
        }
    }

    /// What a number says, be it the frame's `code` or the HTTP status of a reply without a frame.
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

/// What a reply says.
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

/// Only a frame that says `error` says that nothing was done. One that says `success` with the code of a refusal, `error` with 200,
/// or a word of tomorrow, says nothing.
fn of_frame(frame: &Frame<'_>, after: Option<Duration>) -> Outcome {
    match (frame.status(), Outcome::of_number(frame.code().as_i64(), after)) {
        (Word::Error, outcome) => outcome,
        (_, Outcome::Refused | Outcome::Throttled { .. }) => Outcome::Unclear,
        (_, outcome) => outcome,
    }
}

/// What a bad bearer token gives is unknown; these are what HTTP has for it.
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
