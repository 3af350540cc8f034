//! What went wrong.

/// What went wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call breaks rules of the platform; [`Error::report`](crate::Error::report) lists them.
    Invalid,
    /// No request could be made of the call.
    Request,
    /// No credential is there for the call, or none could be had.
    Credential,
    /// The call was given up: a batch was stopped or dropped.
    Cancelled,
    /// The limiter of this client had no room before the time was up.
    Limited,
    /// No connection came about.
    Connect,
    /// No safe connection came about.
    Tls,
    /// No reply came in time.
    Timeout,
    /// The exchange broke.
    Interrupted,
    /// The reply is longer than allowed.
    ReplyTooLong,
    /// The transport failed in another way.
    Transport,
    /// The platform does not accept the credential.
    Authentication,
    /// The platform has had too many calls.
    RateLimited,
    /// The platform, or the provider behind it, refused the call.
    Refused,
    /// The platform failed.
    Server,
    /// The reply is not what the platform documents.
    Reply,
    /// A list came round to a page that had been there before.
    RepeatedPage,
}

impl ErrorKind {
    /// The kind in one word, as logs and metrics hold it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Request => "request",
            Self::Credential => "credential",
            Self::Cancelled => "cancelled",
            Self::Limited => "limited",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::ReplyTooLong => "reply_too_long",
            Self::Transport => "transport",
            Self::Authentication => "authentication",
            Self::RateLimited => "rate_limited",
            Self::Refused => "refused",
            Self::Server => "server",
            Self::Reply => "reply",
            Self::RepeatedPage => "repeated_page",
        }
    }

    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Invalid => "the call breaks rules of the platform",
            Self::Request => "no request can be made of the call",
            Self::Credential => "there is no credential for the call",
            Self::Cancelled => "the call was given up",
            Self::Limited => "the limiter of this client had no room in time",
            Self::Connect => "no connection could be made",
            Self::Tls => "no safe connection could be made",
            Self::Timeout => "no reply came in time",
            Self::Interrupted => "the exchange was interrupted",
            Self::ReplyTooLong => "the reply is longer than allowed",
            Self::Transport => "the transport failed",
            Self::Authentication => "the platform does not accept the credential",
            Self::RateLimited => "the platform has had too many calls",
            Self::Refused => "the platform refused the call",
            Self::Server => "the platform failed",
            Self::Reply => "the reply is not what the platform documents",
            Self::RepeatedPage => "the list came round to a page that had been there before",
        }
    }
}
