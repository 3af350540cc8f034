//! Why there is no reply.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// What is known of a request that got no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection came about. Nothing left.
    Connect,
    /// The connection could not be made safe: a certificate was refused, the two sides share no version. Nothing left, and
    /// trying again is of no use.
    Tls,
    /// Something else stopped the request before it left.
    NotSent,
    /// No reply in time. The request may have left.
    Timeout,
    /// The connection broke, or the reply was no HTTP. The request may have left.
    Interrupted,
    /// The reply is longer than allowed. The request left.
    BodyTooLarge,
    /// Anything else. The request may have left.
    Other,
}

impl TransportErrorKind {
    /// Whether nothing can have left, going by the kind alone.
    pub fn nothing_left(self) -> bool {
        matches!(self, Self::Connect | Self::Tls | Self::NotSent)
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Connect => "no connection could be made",
            Self::Tls => "no safe connection could be made",
            Self::NotSent => "the request could not be sent",
            Self::Timeout => "no reply came in time",
            Self::Interrupted => "the exchange was interrupted",
            Self::BodyTooLarge => "the reply is longer than allowed",
            Self::Other => "the transport failed",
        }
    }
}

/// Why there is no reply. `Display` is one sentence, the same for every transport; what the library below says is the
/// [`source`](StdError::source), which must show no header, body or query.
///
/// ```
/// use incs_client::transport::{TransportError, TransportErrorKind};
///
/// let error = TransportError::new(TransportErrorKind::Connect).with_source(std::io::Error::other("refused"));
/// assert_eq!(error.to_string(), "no connection could be made");
/// assert!(error.kind().nothing_left());
/// ```
#[derive(Debug, Clone)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error without a cause.
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Names the cause. It must show no header, body or query.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// What is known of the request.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.sentence())
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

impl From<TransportErrorKind> for TransportError {
    fn from(kind: TransportErrorKind) -> Self {
        Self::new(kind)
    }
}
