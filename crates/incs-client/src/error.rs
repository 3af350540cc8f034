//! Errors of calls: what failed, the state of the request, and what to do.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use incs_model::envelope::{Code, Envelope, Frame};
use incs_model::errors::Explanation;
use incs_model::id::MessageId;
use incs_model::{Invalid, ParseUrlError, RawJson, Report, Sent, decode};

/// The error of a call, with the state of the request.
///
/// [`request_state`](Self::request_state) answers the most important question: was the message sent?
/// [`retry_advice`](Self::retry_advice) is the next step for a program, [`help`](Self::help) for a person.
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
    /// True if the reply belongs to another request, so that its id is not the id of this message.
    pub(crate) is_misdirected: bool,
    pub(crate) invalid: Option<Invalid>,
    pub(crate) source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Creates the error of a call that sent nothing and that needs a correction first.
    pub(crate) fn not_sent(kind: ErrorKind, operation: &'static str) -> Self {
        let (state, advice) = (RequestState::NotSent, RetryAdvice::Correct);
        let inner = Inner {
            kind,
            state,
            advice,
            operation,
            attempts: 0,
            status: None,
            body: None,
            is_misdirected: false,
            invalid: None,
            source: None,
        };
        inner.into()
    }

    /// Returns the error with a change.
    #[must_use]
    pub(crate) fn map(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    pub(crate) fn with_advice(self, advice: RetryAdvice) -> Self {
        self.map(|inner| inner.advice = advice)
    }

    pub(crate) fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.map(|inner| inner.source = Some(Arc::new(source)))
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the state of the request. It is the furthest state that any attempt may have reached; everything else here is
    /// about the last attempt.
    pub fn request_state(&self) -> RequestState {
        self.0.state
    }

    /// Returns the advice whether and when to retry.
    pub fn retry_advice(&self) -> RetryAdvice {
        self.0.advice
    }

    /// Returns the help text for a person: of the [explanation](Self::explanation), if the call or the credential must be
    /// corrected first, else of the [advice](Self::retry_advice).
    pub fn help(&self) -> &'static str {
        match (self.0.advice, self.explanation()) {
            // A retry, and a message that may be on its way, need what the state says, whatever the code means.
            (RetryAdvice::Correct | RetryAdvice::Authenticate, Some(known)) => known.action(),
            _ => self.0.advice.help(self.0.kind),
        }
    }

    /// Returns the meaning of the platform's or the provider's code, what to do about it, and when another try makes sense.
    /// `None` without a reply, and for a code without a source in the catalogue.
    ///
    /// It explains the code, and does not know the state of the request: whether the message may be sent again depends on
    /// [`request_state`](Self::request_state) and [`retry_advice`](Self::retry_advice).
    ///
    /// ```
    /// use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
    /// use incs_client::{Client, RetryAdvice};
    /// use incs_model::envelope::Code;
    /// use incs_model::errors::NextTry;
    /// use incs_model::whatsapp;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let script = ScriptedTransport::new().failure(Code::WhatsApp, "(#130429) Rate limit hit");
    /// let client = Client::builder_with_clock(script, AutoAdvanceClock::new()).certification_code("5d1f").build()?;
    /// let message = whatsapp::Message::new("85251230088".parse()?, "See you at 9.");
    /// let error = client.messages().send(message).await.unwrap_err();
    ///
    /// let known = error.explanation().ok_or("unknown")?;
    /// assert_eq!((known.code(), known.next_try()), (130_429, NextTry::AfterAWait));
    /// assert_eq!(error.help(), "send again later, with fewer messages per second");
    /// assert_eq!(error.retry_advice(), RetryAdvice::Correct); // the client itself does not try again
    /// # Ok(())
    /// # }
    /// ```
    pub fn explanation(&self) -> Option<&'static Explanation> {
        self.envelope().and_then(Envelope::explanation)
    }

    /// Returns the name of the endpoint, like `send_whatsapp_message`.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Returns the number of attempts; 0 if the transport was never called.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the HTTP status of the last reply, if any.
    pub fn http_status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the body of the last reply, as far as it was understood.
    pub fn body(&self) -> Option<&ErrorBody> {
        self.0.body.as_ref()
    }

    /// Returns the envelope of the last reply, if it had one.
    pub fn envelope(&self) -> Option<&Envelope> {
        match &self.0.body {
            Some(ErrorBody::Envelope(envelope)) => Some(envelope),
            _ => None,
        }
    }

    /// Returns the platform's code.
    pub fn code(&self) -> Option<Code> {
        self.envelope().map(|envelope| envelope.code)
    }

    /// Returns Meta's error number: 132012 out of `(#132012) Parameter format does not match …`.
    pub fn provider_code(&self) -> Option<u32> {
        self.envelope().and_then(Envelope::provider_code)
    }

    /// Returns the platform's own text. It may repeat your data, so `Display` and `Debug` never show it.
    pub fn platform_message(&self) -> Option<&str> {
        self.envelope().map(|envelope| envelope.message.as_str()).filter(|message| !message.is_empty())
    }

    /// Returns all violations, if the call was refused before it was sent.
    pub fn report(&self) -> Option<&Report> {
        self.0.invalid.as_ref().map(Invalid::report)
    }

    /// Returns the message id from a reply that was not a success, for example an envelope with 500 that names the message. Pass
    /// it to [`Messages::resolve`](crate::Messages::resolve). Usually absent, and never taken from a reply that belongs to
    /// another request.
    pub fn message_id(&self) -> Option<MessageId> {
        if self.0.is_misdirected {
            return None;
        }
        let data: &RawJson = self.envelope()?.data.as_ref()?;
        data.decode::<Sent>().ok().map(|sent| sent.message_id).filter(|id| !id.as_str().is_empty())
    }
}

impl From<Inner> for Error {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, state, operation, attempts, invalid, .. } = &*self.0;
        write!(f, "{operation}: ")?;
        match (kind, invalid) {
            (ErrorKind::Invalid, Some(invalid)) => {
                let count = invalid.violations().len();
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
        let Inner { kind, state, advice, operation, attempts, status, body, is_misdirected: _, invalid, source } =
            &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("state", state)
            .field("advice", advice)
            .field("operation", operation)
            .field("attempts", attempts)
            .field("status", status)
            .field("body", body)
            .field("report", &invalid.as_ref().map(Invalid::report))
            .field("source", source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if let Some(invalid) = &self.0.invalid {
            return Some(invalid);
        }
        self.0.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

/// The state of a failed request, from the least to the most that may have been done.
///
/// ```
/// use incs_client::RequestState;
///
/// // The one state in which a program must not send again by itself.
/// assert!(!RequestState::Unknown.is_safe_to_retry());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestState {
    /// The platform never got the complete request. Sending it again sends it once.
    NotSent,
    /// The platform refused it. Sending it again sends it once, and usually fails again.
    Rejected,
    /// It is unknown whether the platform processed it. The message may be on its way to the customer.
    Unknown,
    /// The platform accepted it, although its reply could not be read. Sending it again sends it twice.
    Accepted,
}

impl RequestState {
    /// Returns whether a retry cannot have the same effect twice.
    pub fn is_safe_to_retry(self) -> bool {
        matches!(self, Self::NotSent | Self::Rejected)
    }

    /// Returns the state in one word, as in spans and JSON.
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
            Self::Unknown => ("unknown", "the outcome is unknown"),
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
    /// The call could not be turned into a request.
    Request,
    /// There is no credential for the call, or it could not be fetched.
    Credential,
    /// The call was cancelled: a batch was stopped or dropped.
    Cancelled,
    /// The rate limiter of this client had no capacity in time.
    Limited,
    /// No connection was established.
    Connect,
    /// No TLS connection was established.
    Tls,
    /// No reply came in time.
    Timeout,
    /// The connection was lost.
    Interrupted,
    /// The reply is longer than allowed.
    ReplyTooLarge,
    /// The transport failed in another way.
    Transport,
    /// The platform does not accept the credential.
    Authentication,
    /// The platform received too many calls.
    RateLimited,
    /// The platform, or the provider behind it, refused the call.
    Refused,
    /// The platform failed.
    Server,
    /// The reply is not what the platform documents.
    Reply,
    /// The server returned the same page of a list twice.
    RepeatedPage,
}

impl ErrorKind {
    /// Returns the kind in one word, as in logs and metrics.
    pub fn as_str(self) -> &'static str {
        self.word_and_sentence().0
    }

    fn sentence(self) -> &'static str {
        self.word_and_sentence().1
    }

    fn word_and_sentence(self) -> (&'static str, &'static str) {
        match self {
            Self::Invalid => ("invalid", "the call breaks rules of the platform"),
            Self::Request => ("request", "the call cannot be turned into a request"),
            Self::Credential => ("credential", "there is no credential for the call"),
            Self::Cancelled => ("cancelled", "the call was cancelled"),
            Self::Limited => ("limited", "the rate limiter of this client had no capacity in time"),
            Self::Connect => ("connect", "no connection could be made"),
            Self::Tls => ("tls", "the TLS handshake failed"),
            Self::Timeout => ("timeout", "no reply came in time"),
            Self::Interrupted => ("interrupted", "the connection was lost"),
            Self::ReplyTooLarge => ("reply_too_long", "the reply is longer than allowed"),
            Self::Transport => ("transport", "the transport failed"),
            Self::Authentication => ("authentication", "the platform does not accept the credential"),
            Self::RateLimited => ("rate_limited", "the platform received too many calls"),
            Self::Refused => ("refused", "the platform refused the call"),
            Self::Server => ("server", "the platform failed"),
            Self::Reply => ("reply", "the reply is not what the platform documents"),
            Self::RepeatedPage => ("repeated_page", "the server returned the same page twice"),
        }
    }
}

/// Advice whether and when to retry a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// Retry the same call later: nothing was done, or the call is idempotent.
    Later {
        /// The shortest wait, if the platform asked for one.
        after: Option<Duration>,
    },
    /// Correct the call first: the same call fails again.
    Correct,
    /// Correct the credential first.
    Authenticate,
    /// Find out the result first: another call may have a second effect.
    Reconcile,
    /// Do not retry: it is done.
    Never,
}

impl RetryAdvice {
    /// Returns the advice in one word, as in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Later { .. } => "later",
            Self::Correct => "correct",
            Self::Authenticate => "authenticate",
            Self::Reconcile => "find_out",
            Self::Never => "never",
        }
    }

    fn help(self, kind: ErrorKind) -> &'static str {
        match (self, kind) {
            (Self::Later { .. }, ErrorKind::RateLimited | ErrorKind::Limited) => {
                "retry later, with fewer calls at once"
            }
            (Self::Later { .. }, ErrorKind::Reply | ErrorKind::ReplyTooLarge) => {
                "the reply is not as documented: keep it for the platform's support; a retry is safe"
            }
            (Self::Later { .. }, _) => "retry later; a retry is safe",
            (Self::Correct, ErrorKind::Tls) => {
                "check the base URL, the clock of this machine and the trusted certificates"
            }
            (Self::Correct, ErrorKind::Invalid) => "correct the listed violations, or disable the validation",
            (Self::Correct, ErrorKind::RepeatedPage) => {
                "the rest of the list is unreliable; start again with another page size"
            }
            (Self::Correct, _) => "correct the call; the same call fails again",
            (Self::Authenticate, _) => "check the certification code of this channel, or the account behind the token",
            (Self::Reconcile, ErrorKind::Server | ErrorKind::Reply) => {
                "look for the message in the INCS workbench, or wait for its webhook, before sending again; keep the reply for the platform's support"
            }
            (Self::Reconcile, _) => {
                "look for the message in the INCS workbench, or wait for its webhook, before sending again"
            }
            (Self::Never, _) => {
                "do not send it again; the platform accepted it, find its id in the INCS workbench or in its webhook"
            }
        }
    }
}

/// The body of an unsuccessful reply, as far as it was understood. `Debug` shows no content.
#[derive(Clone)]
pub enum ErrorBody {
    /// The platform's envelope.
    Envelope(Envelope),
    /// Other JSON: a gateway's, or of an unknown form.
    Json(RawJson),
    /// Not JSON: usually an error page of a proxy.
    Other(Bytes),
}

impl ErrorBody {
    pub(crate) fn read(body: &Bytes) -> Self {
        if Frame::read(body).is_ok()
            && let Ok(envelope) = decode(body)
        {
            return Self::Envelope(envelope);
        }
        match std::str::from_utf8(body).ok().and_then(|text| RawJson::parse(text).ok()) {
            Some(json) => Self::Json(json),
            // The bytes may be a part of the read buffer of a connection.
            None => Self::Other(Bytes::copy_from_slice(body)),
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

/// The error that ends a series of calls: a refused credential. Every further call with it would be refused too, and many
/// refusals look like an attack.
#[derive(Debug, Clone)]
pub(crate) struct Refusal(Error);

impl Refusal {
    /// Returns `None` if an error does not affect other calls.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        matches!(error.kind(), ErrorKind::Authentication | ErrorKind::Credential).then(|| Self(error.clone()))
    }

    /// Creates the error of a call that was not started because of it.
    pub(crate) fn cancelled(&self, operation: &'static str) -> Error {
        Error::not_sent(ErrorKind::Cancelled, operation)
            .with_advice(RetryAdvice::Authenticate)
            .with_source(self.0.clone())
    }
}

/// An error of building a client. It shows no credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A credential is empty, or contains characters that are invalid in a header.
    #[error("a credential is empty or contains characters that are invalid in a header")]
    Credential,
    /// A code or a base URL was set for a channel that this version does not know.
    #[error("a certification code or a base URL was given for an unknown channel")]
    Channel,
    /// A base URL is invalid.
    #[error("a base URL is invalid: {0}")]
    BaseUrl(#[from] ParseUrlError),
    /// A base URL would send credentials unencrypted to another machine.
    #[error("a base URL without TLS is allowed for this machine only, unless `allow_plain_http` is set")]
    PlainHttp,
    /// The user agent contains characters that are invalid in a header.
    #[error("the user agent contains characters that are invalid in a header")]
    UserAgent,
    /// An environment variable that `Client::from_env` needs is not set, or is empty.
    #[error("the environment variable {0} is not set")]
    MissingVariable(&'static str),
    /// The value of an environment variable cannot be used. The value is not shown.
    #[error("the environment variable {name} cannot be used: {reason}")]
    InvalidVariable {
        /// The variable.
        name: &'static str,
        /// The reason.
        reason: Box<BuildError>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_one_help_sentence() {
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
            ErrorKind::ReplyTooLarge,
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
            RetryAdvice::Reconcile,
            RetryAdvice::Never,
        ];
        for (advice, kind) in advices.into_iter().flat_map(|advice| kinds.map(|kind| (advice, kind))) {
            let help = advice.help(kind);
            assert!(help.len() > 10 && !help.ends_with('.'), "{advice:?}, {kind:?}: {help}");
            assert!(help.starts_with(char::is_lowercase), "{advice:?}, {kind:?}: {help}");
        }
    }
}
