//! Errors of calls: what failed, the state of the request, and what to do.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use incs_model::envelope::{Code, Envelope};
use incs_model::id::MessageId;
use incs_model::{RawJson, Report, decode};

/// The error of a call, with what is known of the request.
///
/// [`request_state`](Self::request_state) answers the most important question: is the message out? What to do next is
/// [`retry_advice`](Self::retry_advice), and for people [`help`](Self::help).
///
/// `Display` is one sentence without cause, body, number or secret; `Debug` masks them. Cloning is cheap.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) kind: ErrorKind,
    pub(crate) state: RequestState,
    pub(crate) advice: RetryAdvice,
    pub(crate) operation: &'static str,
    pub(crate) attempts: u32,
    pub(crate) status: Option<StatusCode>,
    pub(crate) body: Option<ErrorBody>,
    pub(crate) report: Option<Report>,
    pub(crate) source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// The error of a call that sent nothing, for a reason that stays until something is corrected.
    pub(crate) fn not_sent(kind: ErrorKind, operation: &'static str) -> Self {
        let (state, advice) = (RequestState::NotSent, RetryAdvice::Correct);
        let inner =
            Inner { kind, state, advice, operation, attempts: 0, status: None, body: None, report: None, source: None };
        inner.into()
    }

    /// The same error, told otherwise while it is being made.
    #[must_use]
    pub(crate) fn amend(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    pub(crate) fn with_advice(self, advice: RetryAdvice) -> Self {
        self.amend(|inner| inner.advice = advice)
    }

    pub(crate) fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.amend(|inner| inner.source = Some(Arc::new(source)))
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the state of the request, which says whether the message is out. It is the most that any of the attempts may have
    /// done; everything else here is about the last.
    pub fn request_state(&self) -> RequestState {
        self.0.state
    }

    /// Returns the advice whether and when to try again.
    pub fn retry_advice(&self) -> RetryAdvice {
        self.0.advice
    }

    /// Returns what a person can do now.
    pub fn help(&self) -> &'static str {
        self.0.advice.help(self.0.kind)
    }

    /// The name of the endpoint, like `send_whatsapp_message`.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Returns how often the request was given to the transport: 0 when it never was.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The status of the last reply, when there was one.
    pub fn http_status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The body of the last reply, as far as it could be understood.
    pub fn body(&self) -> Option<&ErrorBody> {
        self.0.body.as_ref()
    }

    /// The frame of the last reply, when it had one.
    pub fn envelope(&self) -> Option<&Envelope> {
        match &self.0.body {
            Some(ErrorBody::Envelope(envelope)) => Some(envelope),
            _ => None,
        }
    }

    /// The platform's code.
    pub fn code(&self) -> Option<Code> {
        self.envelope().map(|envelope| envelope.code)
    }

    /// The number of Meta's error: 132012 out of `(#132012) Parameter format does not match …`.
    pub fn provider_code(&self) -> Option<u32> {
        self.envelope().and_then(Envelope::provider_code)
    }

    /// The platform's own words. They may repeat what you sent, so they stand in no `Display` and no `Debug`.
    pub fn platform_message(&self) -> Option<&str> {
        self.envelope().map(|envelope| envelope.message.as_str()).filter(|message| !message.is_empty())
    }

    /// Every violation, when the call was refused before it was sent.
    pub fn report(&self) -> Option<&Report> {
        self.0.report.as_ref()
    }

    /// The message's id, when a reply that was no success held one: a frame that says 500 and yet names the message, say. Give it
    /// to [`Messages::resolve`](crate::Messages::resolve). Mostly there is none.
    pub fn message_id(&self) -> Option<MessageId> {
        #[derive(serde::Deserialize)]
        struct Id {
            msg_id: MessageId,
        }

        let data: &RawJson = self.envelope()?.data.as_ref()?;
        data.decode::<Id>().ok().map(|data| data.msg_id).filter(|id| !id.as_str().is_empty())
    }
}

impl From<Inner> for Error {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, state, operation, attempts, report, .. } = &*self.0;
        write!(f, "{operation}: ")?;
        match (kind, report) {
            (ErrorKind::Invalid, Some(report)) => {
                let count = report.violations().len();
                write!(f, "{count} {} of the platform's rules", if count == 1 { "violation" } else { "violations" })?;
            }
            _ => f.write_str(kind.sentence())?,
        }
        if let Some(code) = self.code() {
            write!(f, ", code {code}")?;
        }
        if let Some(number) = self.provider_code() {
            write!(f, ", provider code {number}")?;
        }
        if let Some(status) = self.0.status {
            write!(f, ", HTTP {}", status.as_u16())?;
        }
        if *attempts > 1 {
            write!(f, ", {attempts} attempts")?;
        }
        write!(f, "; {}", state.sentence())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, state, advice, operation, attempts, status, body, report, source } = &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("state", state)
            .field("advice", advice)
            .field("operation", operation)
            .field("attempts", attempts)
            .field("status", status)
            .field("body", body)
            .field("report", report)
            .field("source", source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if let Some(report) = &self.0.report {
            return Some(report);
        }
        self.0.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

/// The state of a request that did not end well, from the least to the most that may have been done.
///
/// ```
/// use incs_client::RequestState;
///
/// // The one state in which nobody may decide alone to send again.
/// assert!(!RequestState::Unknown.is_safe_to_repeat());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RequestState {
    /// The platform never saw it whole. Sending it again sends it once.
    NotSent,
    /// The platform saw it and did nothing. Sending it again sends it once, and mostly fails again.
    Rejected,
    /// Nobody here knows. It may be on its way to the customer.
    Unknown,
    /// The platform took it, although its reply could not be read. Sending it again sends it twice.
    Accepted,
}

impl RequestState {
    /// Returns whether the same request, made again, cannot do the same thing twice.
    pub fn is_safe_to_repeat(self) -> bool {
        matches!(self, Self::NotSent | Self::Rejected)
    }

    /// The state in one word, as spans and JSON hold it.
    pub fn as_str(self) -> &'static str {
        self.word_and_sentence().0
    }

    fn sentence(self) -> &'static str {
        self.word_and_sentence().1
    }

    fn word_and_sentence(self) -> (&'static str, &'static str) {
        match self {
            Self::NotSent => ("not_sent", "nothing was sent"),
            Self::Rejected => ("rejected", "it was rejected"),
            Self::Unknown => ("unknown", "whether it was done is unknown"),
            Self::Accepted => ("accepted", "it was accepted"),
        }
    }
}

/// The kind of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call breaks rules of the platform; [`Error::report`](Error::report) lists them.
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
        self.word_and_sentence().0
    }

    fn sentence(self) -> &'static str {
        self.word_and_sentence().1
    }

    fn word_and_sentence(self) -> (&'static str, &'static str) {
        match self {
            Self::Invalid => ("invalid", "the call breaks rules of the platform"),
            Self::Request => ("request", "no request can be made of the call"),
            Self::Credential => ("credential", "there is no credential for the call"),
            Self::Cancelled => ("cancelled", "the call was given up"),
            Self::Limited => ("limited", "the limiter of this client had no room in time"),
            Self::Connect => ("connect", "no connection could be made"),
            Self::Tls => ("tls", "no safe connection could be made"),
            Self::Timeout => ("timeout", "no reply came in time"),
            Self::Interrupted => ("interrupted", "the exchange was interrupted"),
            Self::ReplyTooLong => ("reply_too_long", "the reply is longer than allowed"),
            Self::Transport => ("transport", "the transport failed"),
            Self::Authentication => ("authentication", "the platform does not accept the credential"),
            Self::RateLimited => ("rate_limited", "the platform has had too many calls"),
            Self::Refused => ("refused", "the platform refused the call"),
            Self::Server => ("server", "the platform failed"),
            Self::Reply => ("reply", "the reply is not what the platform documents"),
            Self::RepeatedPage => ("repeated_page", "the list came round to a page that had been there before"),
        }
    }
}

/// Advice whether and when to make a call again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// The same call may be made again later: nothing was done, or doing it twice is as good as once.
    Later {
        /// Not before so long, when the platform said so.
        after: Option<Duration>,
    },
    /// Correct the call first: the same call fails again.
    Correct,
    /// Correct the credential first.
    Authenticate,
    /// Find out first what became of it: another call may do it twice.
    FindOut,
    /// Do not make it again: it is done.
    Never,
}

impl RetryAdvice {
    /// The advice in one word, as logs and metrics hold it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Later { .. } => "later",
            Self::Correct => "correct",
            Self::Authenticate => "authenticate",
            Self::FindOut => "find_out",
            Self::Never => "never",
        }
    }

    fn help(self, kind: ErrorKind) -> &'static str {
        match (self, kind) {
            (Self::Later { .. }, ErrorKind::RateLimited | ErrorKind::Limited) => {
                "wait, then make the call again, and make fewer at once"
            }
            (Self::Later { .. }, ErrorKind::Reply | ErrorKind::ReplyTooLong) => {
                "the reply is not as documented: keep it for the platform's support; making the call again does nothing twice"
            }
            (Self::Later { .. }, _) => "make the call again later; that does nothing twice",
            (Self::Correct, ErrorKind::Tls) => {
                "check the base URL, the clock of this machine and the trusted certificates"
            }
            (Self::Correct, ErrorKind::Invalid) => {
                "correct what the report lists; or send without validation if you know better"
            }
            (Self::Correct, ErrorKind::RepeatedPage) => {
                "the list cannot be trusted from here on; begin again with another page size"
            }
            (Self::Correct, _) => "correct the call; the same one fails again",
            (Self::Authenticate, _) => "check the certification code of this channel, or the account behind the token",
            (Self::FindOut, ErrorKind::Server | ErrorKind::Reply) => {
                "look for the message in the INCS workbench, or wait for its webhook, before sending again; keep the reply for the platform's support"
            }
            (Self::FindOut, _) => {
                "look for the message in the INCS workbench, or wait for its webhook, before sending again"
            }
            (Self::Never, _) => {
                "do not send it again; the platform took it, find its id in the INCS workbench or in its webhook"
            }
        }
    }
}

/// The body of a reply that was no success, as far as it could be understood. `Debug` shows no content.
#[derive(Clone)]
#[non_exhaustive]
pub enum ErrorBody {
    /// The platform's own frame.
    Envelope(Envelope),
    /// Other JSON: a gateway's, or tomorrow's.
    Json(RawJson),
    /// No JSON: a page of a proxy, mostly.
    Other(Bytes),
}

impl ErrorBody {
    pub(crate) fn read(body: &Bytes) -> Self {
        if let Ok(envelope) = decode(body) {
            return Self::Envelope(envelope);
        }
        match std::str::from_utf8(body).ok().and_then(|text| RawJson::parse(text).ok()) {
            Some(json) => Self::Json(json),
            None => Self::Other(body.clone()),
        }
    }
}

impl fmt::Debug for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Envelope(envelope) => envelope.fmt(f),
            Self::Json(json) => write!(f, "Json(<{} bytes>)", json.get().len()),
            Self::Other(body) => write!(f, "Other(<{} bytes>)", body.len()),
        }
    }
}

/// The error that ends a series of calls: a credential that was refused once. Every further call with it would be refused as
/// well, and many refusals look like an attack.
#[derive(Debug, Clone)]
pub(crate) struct Refusal(Error);

impl Refusal {
    /// Nothing when an error says nothing about other calls.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        matches!(error.kind(), ErrorKind::Authentication | ErrorKind::Credential).then(|| Self(error.clone()))
    }

    /// The error of a call that was not begun because of it.
    pub(crate) fn call_off(&self, operation: &'static str) -> Error {
        Error::not_sent(ErrorKind::Cancelled, operation)
            .with_advice(RetryAdvice::Authenticate)
            .with_source(self.0.clone())
    }
}

/// Why a client cannot be built. It shows no credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A credential is empty, or holds what cannot stand in a header.
    #[error("a credential is empty or holds characters that no header can hold")]
    Credential,
    /// A code was given for a channel that this version does not know.
    #[error("a certification code was given for an unknown channel")]
    Channel,
    /// A base URL is invalid.
    #[error("a base URL needs a scheme and a host, and has neither query nor user")]
    BaseUrl,
    /// A base URL would carry credentials in the clear to another machine.
    #[error("a base URL without TLS is taken for this machine only, unless `allow_plain_http` is set")]
    PlainHttp,
    /// The user agent holds what cannot stand in a header.
    #[error("the user agent holds characters that no header can hold")]
    UserAgent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_help_for_every_error_in_one_plain_sentence() {
        let kinds = [
            ErrorKind::Authentication,
            ErrorKind::Cancelled,
            ErrorKind::Connect,
            ErrorKind::Credential,
            ErrorKind::Interrupted,
            ErrorKind::Invalid,
            ErrorKind::Limited,
            ErrorKind::RateLimited,
            ErrorKind::Refused,
            ErrorKind::RepeatedPage,
            ErrorKind::Reply,
            ErrorKind::ReplyTooLong,
            ErrorKind::Request,
            ErrorKind::Server,
            ErrorKind::Timeout,
            ErrorKind::Tls,
            ErrorKind::Transport,
        ];
        let advices = [
            RetryAdvice::Later { after: None },
            RetryAdvice::Later { after: Some(Duration::MAX) },
            RetryAdvice::Correct,
            RetryAdvice::Authenticate,
            RetryAdvice::FindOut,
            RetryAdvice::Never,
        ];
        for (advice, kind) in advices.into_iter().flat_map(|advice| kinds.map(|kind| (advice, kind))) {
            let help = advice.help(kind);
            assert!(help.len() > 10 && !help.ends_with('.'), "{advice:?}, {kind:?}: {help}");
            assert!(help.starts_with(char::is_lowercase), "{advice:?}, {kind:?}: {help}");
        }
    }
}
