//! What became of one message, as one line.

use std::borrow::Cow;
use std::io::Write as _;

use anstyle::AnsiColor;
use incs_facade::client::{Error, ErrorKind, RequestState, RetryAdvice};
use incs_facade::model::envelope::Code;
use incs_facade::model::{Report, Sent};
use serde::Serialize;

use super::source::{Malformed, Place};

/// What became of one message.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    index: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "line")]
    number: Option<u64>,
    request_state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem<'a>>,
}

/// Why a message was not sent, or is not known to be.
#[derive(Debug, Default, Serialize)]
struct Problem<'a> {
    kind: &'static str,
    message: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    retry_advice: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
    help: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    violations: Option<&'a Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_message: Option<&'a str>,
}

impl<'a> Line<'a> {
    /// It was taken.
    pub(super) fn accepted(place: Place, sent: &'a Sent) -> Self {
        let message_id = Some(Cow::Borrowed(sent.msg_id.as_str()));
        Self { message_id, ..Self::of(place, RequestState::Accepted) }
    }

    /// It failed. The platform's own words may repeat what was sent, so they are there only when asked for.
    pub(super) fn failed(place: Place, error: &'a Error, with_words: bool) -> Self {
        let retry_after_seconds = match error.retry_advice() {
            RetryAdvice::Later { after } => after.map(|after| after.as_secs()),
            _ => None,
        };
        let problem = Problem {
            kind: error.kind().as_str(),
            message: error.to_string().into(),
            code: error.code(),
            provider_code: error.provider_code(),
            http_status: error.http_status().map(|status| status.as_u16()),
            attempts: Some(error.attempts()),
            retry_advice: error.retry_advice().as_str(),
            retry_after_seconds,
            help: error.help(),
            violations: error.report(),
            platform_message: error.platform_message().filter(|_| with_words),
            ..Problem::default()
        };
        let message_id = error.message_id().map(|id| Cow::Owned(id.into_string()));
        Self { message_id, error: Some(problem), ..Self::of(place, error.request_state()) }
    }

    /// It is none.
    pub(super) fn malformed(place: Place, malformed: &'a Malformed) -> Self {
        let (message, pointer, column) = match malformed {
            Malformed::Body(error) => {
                let (pointer, expected, found) = (error.pointer(), error.expected(), error.found());
                let at = if pointer.is_empty() { String::new() } else { format!("{pointer}: ") };
                // The error counts lines from where the message begins.
                let line = place.line.unwrap_or(1).saturating_add(error.line() as u64 - 1);
                let message =
                    format!("{at}expected {expected}, found {found} (line {line}, column {})", error.column());
                (message, pointer, Some(error.column()))
            }
            Malformed::Long(bytes) => (format!("the line is longer than {bytes} bytes"), "", None),
        };
        let problem = Problem {
            kind: "malformed",
            message: message.into(),
            retry_advice: RetryAdvice::Correct.as_str(),
            help: "correct the line; it was not sent, and the others are not touched by it",
            pointer: Some(pointer),
            column,
            ..Problem::default()
        };
        Self { error: Some(problem), ..Self::of(place, RequestState::NotSent) }
    }

    /// It breaks the rules of the platform.
    pub(super) fn invalid(place: Place, report: &'a Report) -> Self {
        let problem = Problem {
            kind: ErrorKind::Invalid.as_str(),
            message: "the message breaks rules of the platform".into(),
            retry_advice: RetryAdvice::Correct.as_str(),
            help: "correct what is listed; or send with --no-validate if you know better",
            violations: Some(report),
            ..Problem::default()
        };
        Self { error: Some(problem), ..Self::of(place, RequestState::NotSent) }
    }

    /// Its turn did not come.
    pub(super) fn cancelled(place: Place) -> Self {
        let problem = Problem {
            kind: ErrorKind::Cancelled.as_str(),
            message: "sending was stopped before its turn".into(),
            retry_advice: "later",
            help: "send it later; nothing of it was sent",
            ..Problem::default()
        };
        Self { error: Some(problem), ..Self::of(place, RequestState::NotSent) }
    }

    fn of(place: Place, state: RequestState) -> Self {
        Self { index: place.index, number: place.line, request_state: state.as_str(), message_id: None, error: None }
    }

    /// Adds the line, as JSON or for people.
    pub(super) fn write(&self, json: bool, to: &mut Vec<u8>) {
        // A `Vec` takes any bytes.
        let _ = if json { serde_json::to_writer(&mut *to, self).map_err(Into::into) } else { self.write_text(to) };
        to.push(b'\n');
    }

    fn write_text(&self, to: &mut Vec<u8>) -> std::io::Result<()> {
        let Self { number, request_state: state, message_id, error, .. } = self;
        let colour = match *state {
            "accepted" => AnsiColor::Green,
            "unknown" => AnsiColor::Yellow,
            _ => AnsiColor::Red,
        };
        let style = colour.on_default();
        if let Some(number) = number {
            write!(to, "{number:>6}  ")?;
        }
        write!(to, "{style}{state:<8}{style:#}")?;
        if let Some(id) = message_id {
            write!(to, "  {}", one_line(id))?;
        }
        let Some(problem) = error else { return Ok(()) };
        write!(to, "  {}", problem.message)?;
        for (number, violation) in problem.violations.into_iter().flat_map(Report::violations).enumerate() {
            write!(to, "{}{violation}", if number == 0 { ": " } else { "; " })?;
        }
        if let Some(words) = problem.platform_message {
            write!(to, "; the platform says: {}", one_line(words))?;
        }
        Ok(())
    }
}

/// A text of somebody else's that cannot move the cursor of a terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
