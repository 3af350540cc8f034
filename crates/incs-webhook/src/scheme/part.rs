//! What a signature is of.

use std::borrow::Cow;
use std::time::Duration;

use super::window::TimeUnit;

/// A part of what is signed; the parts are signed one after the other, with nothing between them.
///
/// Put a fixed text between two parts of no fixed length, if the sender does: without one, `ab` and `c` sign like `a` and `bc`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The body, byte for byte.
    Body,
    /// The text of a header that says when it was signed. Its time is then checked.
    Timestamp(TimestampHeader),
    /// A fixed text.
    Text(Cow<'static, str>),
    /// The value of another header, which must be there. Fit for what the sender makes itself, such as an id.
    Header(Cow<'static, str>),
}

impl Part {
    /// A fixed text.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Text(text.into())
    }

    /// The value of another header.
    pub fn header(name: impl Into<Cow<'static, str>>) -> Self {
        Self::Header(name.into())
    }

    /// The text of a header that holds the time in seconds since 1970, within five minutes of the receiver's clock.
    pub fn seconds(header: impl Into<Cow<'static, str>>) -> Self {
        Self::Timestamp(TimestampHeader::seconds(header))
    }

    /// Like [`seconds`](Self::seconds), in milliseconds.
    pub fn millis(header: impl Into<Cow<'static, str>>) -> Self {
        Self::Timestamp(TimestampHeader::millis(header))
    }
}

impl From<TimestampHeader> for Part {
    fn from(header: TimestampHeader) -> Self {
        Self::Timestamp(header)
    }
}

/// A header that says when a delivery was signed, as a whole number since 1970-01-01T00:00:00Z.
///
/// It exists only as a [`Part`] of what is signed: a time that is checked but not signed could be set by anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampHeader {
    pub(crate) name: Cow<'static, str>,
    pub(crate) unit: TimeUnit,
    pub(crate) tolerance: Duration,
}

impl TimestampHeader {
    /// A header with seconds, within five minutes of the receiver's clock.
    pub fn seconds(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), unit: TimeUnit::Seconds, tolerance: Self::TOLERANCE }
    }

    /// A header with milliseconds, within five minutes of the receiver's clock.
    pub fn millis(name: impl Into<Cow<'static, str>>) -> Self {
        Self { unit: TimeUnit::Millis, ..Self::seconds(name) }
    }

    /// Sets how far the time may be from the receiver's clock, before and after, this far included. A wide window lets a
    /// delivery be posted again for longer.
    #[must_use]
    pub fn with_tolerance(self, tolerance: Duration) -> Self {
        Self { tolerance, ..self }
    }

    /// Five minutes, as Standard Webhooks has it.
    pub const TOLERANCE: Duration = Duration::from_mins(5);
}

/// Parts that would make a signature prove less than it seems to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedPartsError {
    /// The body is not signed: one signature would fit any body.
    #[error("the body is not among the signed parts")]
    BodyNotSigned,
    /// The body is signed several times.
    #[error("the body is among the signed parts {0} times")]
    BodyRepeated(usize),
    /// Several timestamps, of which only one could be the time of signing.
    #[error("{0} timestamps are among the signed parts, at most one is taken")]
    TimestampRepeated(usize),
}

/// Refuses what would prove less than it seems to.
pub(crate) fn check(parts: &[Part]) -> Result<(), SignedPartsError> {
    let bodies = parts.iter().filter(|part| matches!(part, Part::Body)).count();
    let timestamps = parts.iter().filter(|part| matches!(part, Part::Timestamp(_))).count();
    match (bodies, timestamps) {
        (0, _) => Err(SignedPartsError::BodyNotSigned),
        (1, 0 | 1) => Ok(()),
        (1, _) => Err(SignedPartsError::TimestampRepeated(timestamps)),
        _ => Err(SignedPartsError::BodyRepeated(bodies)),
    }
}
