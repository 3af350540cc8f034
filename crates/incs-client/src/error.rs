//! Why a call failed, and what is known of what it did.

mod advice;
mod body;
mod kind;
mod state;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use http::StatusCode;
use incs_model::envelope::{Code, Envelope};
use incs_model::id::MessageId;
use incs_model::{RawJson, Report};

pub use self::advice::RetryAdvice;
pub use self::body::ErrorBody;
pub use self::kind::ErrorKind;
pub use self::state::RequestState;

/// Why a call failed, and what is known of what it did.
///
/// The question that matters most is answered by [`request_state`](Self::request_state): is the message out? What to do next is
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

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What is known of the request: whether the message is out. It is the most that any of the attempts may have done; everything
    /// else here is about the last.
    pub fn request_state(&self) -> RequestState {
        self.0.state
    }

    /// Whether, when and after what to try again.
    pub fn retry_advice(&self) -> RetryAdvice {
        self.0.advice
    }

    /// What a person can do now.
    pub fn help(&self) -> &'static str {
        self.0.advice.help(self.0.kind)
    }

    /// The name of the endpoint, like `send_whatsapp_message`.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// How often the request was given to the transport: 0 when it never was.
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

    /// The message's id, when a reply that was no success held one: a frame that says 500 and yet names the message, say. Give it to
    /// [`Messages::resolve`](crate::Messages::resolve). Mostly there is none.
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
