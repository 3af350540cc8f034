//! Why a delivery is not taken, and what to answer.

use std::borrow::Cow;

use crate::shape::ShapeError;

/// Why a delivery is not taken, and what to answer.
///
/// `Display` is a sentence for your log; it holds nothing of the body and no secret. Do not send it: whoever is refused need not
/// know why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Rejection(Reason);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Reason {
    #[error("{0}")]
    Unauthentic(Refusal),
    #[error("{0}")]
    Shape(ShapeError),
    #[error("the body broke off")]
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

/// Why a scheme does not accept a delivery.
///
/// Times are compared last, so [`TooOld`](Self::TooOld) and [`TooNew`](Self::TooNew) say that the signature is right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A header that the scheme needs is not there.
    #[error("the header {0} is missing")]
    MissingHeader(Cow<'static, str>),
    /// A header is there, but not in the form of the scheme.
    #[error("the header {0} is not in the form of the scheme")]
    UnreadableHeader(Cow<'static, str>),
    /// The secret should stand in the path or query, and the request's target was not given or has none.
    #[error("the request's target holds no secret")]
    MissingSecret,
    /// It was signed longer ago than the window allows.
    #[error("it was signed longer ago than the window allows")]
    TooOld,
    /// It was signed further in the future than the window allows.
    #[error("it was signed further in the future than the window allows")]
    TooNew,
    /// The signature or the secret is wrong.
    #[error("the signature or the secret is wrong")]
    Mismatch,
    /// Every secret of the scheme has expired.
    #[error("every secret of the scheme has expired")]
    NoLiveSecret,
}

impl Refusal {
    /// The one that came nearer to being accepted, since it tells more; the first of two that came as near.
    pub(crate) fn or_nearer(self, other: Self) -> Self {
        if other.nearness() > self.nearness() { other } else { self }
    }

    /// How near the delivery came to being accepted.
    pub(crate) fn nearness(&self) -> u8 {
        match self {
            Self::TooOld | Self::TooNew => 5,
            Self::Mismatch => 4,
            Self::UnreadableHeader(_) => 3,
            Self::NoLiveSecret => 2,
            Self::MissingHeader(_) => 1,
            Self::MissingSecret => 0,
        }
    }
}
