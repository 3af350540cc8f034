//! Why a delivery is not taken, and what to answer.

use std::fmt;

use crate::scheme::Refusal;
use crate::shape::ShapeError;

/// Why a delivery is not taken, and what to answer.
///
/// `Display` is a sentence for your log; it holds nothing of the body and no secret. Do not send it: whoever is refused need not
/// know why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection(Reason);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    Unauthentic(Refusal),
    Shape(ShapeError),
    Incomplete,
}

/// The kinds of [`Rejection`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// Nobody who knows the secret sent it: 401.
    Unauthentic,
    /// The body is larger than [`Limits::body`](crate::Limits::body): 413.
    TooLarge,
    /// The body calls itself something other than JSON: 415.
    ContentType,
    /// The body is not UTF-8: 400. Only without verification.
    NotUtf8,
    /// The body is not JSON: 400. Only without verification.
    NotJson,
    /// The body is nested deeper than [`Limits::depth`](crate::Limits::depth): 400. Only without verification.
    TooDeep,
    /// The body is JSON, but neither INCS nor Exotel posts such: 400. Only without verification.
    Envelope,
    /// The body broke off: 400. Only from adapters, which read it.
    Incomplete,
}

impl Rejection {
    /// What is wrong.
    pub fn kind(&self) -> RejectionKind {
        match &self.0 {
            Reason::Unauthentic(_) => RejectionKind::Unauthentic,
            Reason::Shape(ShapeError::TooLarge { .. }) => RejectionKind::TooLarge,
            Reason::Shape(ShapeError::ContentType) => RejectionKind::ContentType,
            Reason::Shape(ShapeError::NotUtf8) => RejectionKind::NotUtf8,
            Reason::Shape(ShapeError::NotJson(_)) => RejectionKind::NotJson,
            Reason::Shape(ShapeError::TooDeep { .. }) => RejectionKind::TooDeep,
            Reason::Shape(ShapeError::Envelope) => RejectionKind::Envelope,
            Reason::Incomplete => RejectionKind::Incomplete,
        }
    }

    /// The HTTP status to answer with.
    pub fn status(&self) -> u16 {
        match self.kind() {
            RejectionKind::Unauthentic => 401,
            RejectionKind::TooLarge => 413,
            RejectionKind::ContentType => 415,
            _ => 400,
        }
    }

    /// Why the scheme did not accept it.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.0 {
            Reason::Unauthentic(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The body did not come whole. For adapters.
    pub fn incomplete() -> Self {
        Self(Reason::Incomplete)
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self(Reason::Unauthentic(refusal))
    }
}

impl From<ShapeError> for Rejection {
    fn from(error: ShapeError) -> Self {
        Self(Reason::Shape(error))
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Unauthentic(refusal) => fmt::Display::fmt(refusal, f),
            Reason::Shape(error) => fmt::Display::fmt(error, f),
            Reason::Incomplete => f.write_str("the body broke off"),
        }
    }
}

impl std::error::Error for Rejection {}
