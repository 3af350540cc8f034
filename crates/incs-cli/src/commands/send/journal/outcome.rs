//! The outcome of a line as its journal has it.

use std::borrow::Cow;

use incs_facade::client::{ErrorKind, RequestState, RetryAdvice};
use incs_facade::model::{Channel, Document};
use incs_facade::relay::store::{OutboxEntry, OutboxState, Proof};

use crate::commands::send::line::{Cause, Line};
use crate::commands::send::source::{Malformed, Place};
use crate::commands::validate::Verdict;
use crate::exit::Exit;
use crate::input::MAX_DOCUMENT_BYTES;
use crate::lines::Violation;

/// The word of the outbox for a message that breaks the platform's rules.
const INVALID: &str = "invalid";

/// The reason why nothing is left to decide about a message that may have been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// A person decided that it is not sent again.
    Abandoned,
    /// A person had it sent again, which failed. The attempt before may have been sent.
    SentAgain,
}

impl Settled {
    /// Returns the reason. `None` if the outcome of the message is known, or can still be found out.
    pub(super) fn of(entry: &OutboxEntry) -> Option<Self> {
        match entry.state {
            OutboxState::Abandoned => Some(Self::Abandoned),
            OutboxState::Rejected | OutboxState::Dead | OutboxState::Expired | OutboxState::Cancelled
                if entry.is_sent_again =>
            {
                Some(Self::SentAgain)
            }
            _ => None,
        }
    }
}

/// The outcome of a line, in the words of `send`.
pub(super) struct Outcome<'a> {
    pub(super) state: RequestState,
    /// True for a message that was accepted with an unreadable reply.
    pub(super) is_without_id: bool,
    /// The exit code of a line that has this outcome.
    pub(super) exit: Option<Exit>,
    cause: Option<Cause<'a>>,
}

impl<'a> Outcome<'a> {
    /// Returns the outcome of a message. `None` while it has none: it waits, or is being sent.
    pub(super) fn of(entry: &'a OutboxEntry) -> Option<Self> {
        if matches!(entry.state, OutboxState::Queued | OutboxState::Sending) {
            return None;
        }
        if entry.state == OutboxState::Accepted {
            let is_without_id = entry.message_id.is_none() && entry.proof == Some(Proof::Reply);
            let help = "the message was accepted; do not send it again";
            let cause = || Self::cause(entry, ErrorKind::Reply.as_str(), RetryAdvice::Never, help);
            let (cause, exit) = (is_without_id.then(cause), is_without_id.then_some(Exit::Unknown));
            return Some(Self { state: RequestState::Accepted, is_without_id, exit, cause });
        }
        if !entry.is_not_sent() {
            return Some(Self::unknown(entry));
        }
        let (state, exit, kind, advice, help) = match (entry.state, entry.reason.as_deref()) {
            (OutboxState::Rejected, _) => (
                RequestState::Rejected,
                Exit::Refused,
                ErrorKind::Refused.as_str(),
                RetryAdvice::Correct,
                "correct the message, and send it in a new file with a journal of its own; it was not sent",
            ),
            (OutboxState::Dead, Some(INVALID)) => (
                RequestState::NotSent,
                Exit::Usage,
                INVALID,
                RetryAdvice::Correct,
                "correct the message, and send it in a new file with a journal of its own; it was not sent",
            ),
            (OutboxState::Dead | OutboxState::Expired, reason) => (
                RequestState::NotSent,
                if is_rate_limited(entry) { Exit::RateLimited } else { Exit::Network },
                reason.unwrap_or("dead"),
                RetryAdvice::Later { after: None },
                "send the message later in a new file with a journal of its own; it was not sent",
            ),
            _ => (
                RequestState::NotSent,
                Exit::Failure,
                ErrorKind::Cancelled.as_str(),
                RetryAdvice::Later { after: None },
                "a person cancelled the message; it was not sent",
            ),
        };
        let cause = Some(Self::cause(entry, kind, advice, help));
        Some(Self { state, is_without_id: false, exit: Some(exit), cause })
    }

    /// Returns the outcome of a message that may have been sent.
    pub(super) fn unknown(entry: &'a OutboxEntry) -> Self {
        let (kind, advice, help) = match Settled::of(entry) {
            Some(Settled::Abandoned) => (
                "abandoned",
                RetryAdvice::Never,
                "nothing to do: the message may have been sent, and is not sent again",
            ),
            Some(Settled::SentAgain) => (
                "unknown",
                RetryAdvice::Never,
                "nothing to do: an earlier attempt may have been sent, the one that a person asked for was not",
            ),
            None => (
                "unknown",
                RetryAdvice::Reconcile,
                "find out whether the message was sent before you send it again, and record it with `incs outbox resolve`",
            ),
        };
        let cause = Some(Self::cause(entry, kind, advice, help));
        Self { state: RequestState::Unknown, is_without_id: false, exit: Some(Exit::Unknown), cause }
    }

    fn cause(entry: &'a OutboxEntry, kind: &'a str, retry_advice: RetryAdvice, help: &'static str) -> Cause<'a> {
        let message = entry.error.as_deref().unwrap_or(match entry.state {
            OutboxState::Accepted => "the reply could not be read",
            OutboxState::Cancelled => "the message was cancelled",
            OutboxState::Sending => "the program was stopped before the outcome was known",
            _ => "the outcome has no description",
        });
        let by = entry.decided_by.as_deref();
        let message = match (Settled::of(entry), by) {
            (Some(Settled::Abandoned), Some(by)) => format!("abandoned by {by}; before: {message}").into(),
            (Some(Settled::Abandoned), None) => format!("abandoned; before: {message}").into(),
            (Some(Settled::SentAgain), Some(by)) => format!("sent again by decision of {by}: {message}").into(),
            _ => Cow::Borrowed(message),
        };
        Cause { kind, message, retry_advice, help, attempts: entry.attempts }
    }

    /// Reports whether the line needs the body of the message: it shows which rules the message breaks.
    pub(super) fn needs_body(entry: &OutboxEntry) -> bool {
        entry.state == OutboxState::Dead && entry.reason.as_deref() == Some(INVALID)
    }

    /// Writes the line of the result. `body` is that of the message, for the rules that it breaks and for warnings.
    pub(super) fn write(
        self,
        entry: &OutboxEntry,
        place: Place,
        body: Option<Vec<u8>>,
        is_earlier: bool,
        json: bool,
        to: &mut Vec<u8>,
    ) {
        let document = body.map(|body| Document::read(&Channel::from(entry.channel.as_str()), body));
        let warnings = document.as_ref().map(|document| document.report().warnings()).unwrap_or_default();
        let warnings: Vec<_> = warnings.iter().map(Violation::from).collect();
        let write = |line: Line<'_>, to: &mut Vec<u8>| line.of_earlier_run(is_earlier).write(json, to);
        match document.filter(|_| Self::needs_body(entry)) {
            Some(document) if document.bytes().is_empty() => {
                write(Line::malformed(place, &Malformed::Long(MAX_DOCUMENT_BYTES)), to);
            }
            Some(document) if document.error().is_some() => {
                write(Line::malformed(place, &Malformed::Body(document)), to);
            }
            Some(document) => write(Line::invalid(place, Verdict::of_document(&document, 1)), to),
            None => {
                let line = Line::recorded(place, self.state, entry.message_id.as_deref(), self.cause);
                write(line.with_warnings(warnings), to);
            }
        }
    }
}

/// Reports whether the last attempt failed since the platform received too many calls: the kind of an error is only in its text.
fn is_rate_limited(entry: &OutboxEntry) -> bool {
    entry.error.as_deref().is_some_and(|error| error.contains("too many calls"))
}
