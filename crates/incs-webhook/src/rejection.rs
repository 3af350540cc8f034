//! The rejection of a delivery and its HTTP status.

use std::borrow::Cow;

use crate::shape::ShapeError;

/// The reason why a delivery was rejected, and the status of the response.
///
/// `Display` writes one sentence for the log, without body content and secrets. Do not send it to the sender, who could use it to
/// guess.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Rejection(Reason);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Reason {
    #[error("{0}")]
    Unauthentic(VerifyError),
    #[error("{0}")]
    Shape(ShapeError),
    #[error("the request ended before its body was complete")]
    Incomplete,
}

/// The kinds of [`Rejection`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// The sender was not verified: 401.
    Unauthentic,
    /// The body is larger than [`Limits::body`](crate::Limits::body): 413.
    TooLarge,
    /// The content type is not JSON: 415.
    ContentType,
    /// The body is not UTF-8: 400. Only without verification.
    NotUtf8,
    /// The body is not JSON: 400. Only without verification.
    NotJson,
    /// The body is nested deeper than [`Limits::depth`](crate::Limits::depth): 400. Only without verification.
    TooDeep,
    /// The body is JSON, but not of INCS or Exotel: 400. Only without verification.
    UnknownProvider,
    /// The request ended before its body was complete: 400. Only from adapters, which read the body.
    Incomplete,
}

impl Rejection {
    /// Returns the kind of the rejection.
    pub fn kind(&self) -> RejectionKind {
        match &self.0 {
            Reason::Unauthentic(_) => RejectionKind::Unauthentic,
            Reason::Shape(ShapeError::TooLarge { .. }) => RejectionKind::TooLarge,
            Reason::Shape(ShapeError::ContentType) => RejectionKind::ContentType,
            Reason::Shape(ShapeError::NotUtf8) => RejectionKind::NotUtf8,
            Reason::Shape(ShapeError::NotJson(_)) => RejectionKind::NotJson,
            Reason::Shape(ShapeError::TooDeep { .. }) => RejectionKind::TooDeep,
            Reason::Shape(ShapeError::UnknownProvider) => RejectionKind::UnknownProvider,
            Reason::Incomplete => RejectionKind::Incomplete,
        }
    }

    /// Returns the reason in one word, as in spans and metrics. It is more exact than the [kind](Self::kind), and does not contain
    /// the name of a header.
    pub fn reason(&self) -> &'static str {
        match &self.0 {
            Reason::Unauthentic(error) => match error {
                VerifyError::MissingHeader(_) => "missing_header",
                VerifyError::UnreadableHeader(_) => "unreadable_header",
                VerifyError::MissingSecret => "missing_secret",
                VerifyError::TooOld => "too_old",
                VerifyError::TooNew => "too_new",
                VerifyError::Mismatch => "mismatch",
                VerifyError::NoLiveSecret => "no_live_secret",
            },
            Reason::Shape(ShapeError::TooLarge { .. }) => "too_large",
            Reason::Shape(ShapeError::ContentType) => "content_type",
            Reason::Shape(ShapeError::NotUtf8) => "not_utf8",
            Reason::Shape(ShapeError::NotJson(_)) => "not_json",
            Reason::Shape(ShapeError::TooDeep { .. }) => "too_deep",
            Reason::Shape(ShapeError::UnknownProvider) => "unknown_provider",
            Reason::Incomplete => "incomplete",
        }
    }

    /// All values of [`reason`](Self::reason).
    #[cfg(feature = "metrics")]
    pub(crate) const REASONS: &[&str] = &[
        "missing_header",
        "unreadable_header",
        "missing_secret",
        "too_old",
        "too_new",
        "mismatch",
        "no_live_secret",
        "too_large",
        "content_type",
        "not_utf8",
        "not_json",
        "too_deep",
        "unknown_provider",
        "incomplete",
    ];

    /// Returns the HTTP status of the response.
    pub fn status(&self) -> u16 {
        match self.kind() {
            RejectionKind::Unauthentic => 401,
            RejectionKind::TooLarge => 413,
            RejectionKind::ContentType => 415,
            _ => 400,
        }
    }

    /// Returns the error of the scheme, if the scheme rejected the delivery.
    pub fn verify_error(&self) -> Option<&VerifyError> {
        match &self.0 {
            Reason::Unauthentic(error) => Some(error),
            _ => None,
        }
    }

    /// Creates the rejection of an incomplete body, for adapters.
    pub fn incomplete() -> Self {
        Self(Reason::Incomplete)
    }
}

impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        Self(Reason::Unauthentic(error))
    }
}

impl From<ShapeError> for Rejection {
    fn from(error: ShapeError) -> Self {
        Self(Reason::Shape(error))
    }
}

/// The reason why a scheme does not accept a delivery.
///
/// Times are compared last, so [`TooOld`](Self::TooOld) and [`TooNew`](Self::TooNew) mean that the signature is valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A header that the scheme requires is missing.
    #[error("the header {0} is missing")]
    MissingHeader(Cow<'static, str>),
    /// A header is present, but not in the form of the scheme.
    #[error("the header {0} is not in the form of the scheme")]
    UnreadableHeader(Cow<'static, str>),
    /// The scheme expects a secret in the path or query, and the request's target was not given or contains none.
    #[error("the request's target contains no secret")]
    MissingSecret,
    /// The delivery was signed longer ago than the tolerance allows.
    #[error("the signature is older than the tolerance allows")]
    TooOld,
    /// The delivery was signed further in the future than the tolerance allows.
    #[error("the signature is further in the future than the tolerance allows")]
    TooNew,
    /// The signature or the secret is wrong.
    #[error("the signature or the secret is wrong")]
    Mismatch,
    /// Every secret of the scheme has expired.
    #[error("every secret of the scheme has expired")]
    NoLiveSecret,
}

impl VerifyError {
    /// Returns the error that came nearer to acceptance, since it is more specific. The first of two equals wins.
    pub(crate) fn or_nearer(self, other: Self) -> Self {
        if other.nearness() > self.nearness() { other } else { self }
    }

    /// Returns how near the delivery came to acceptance.
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
