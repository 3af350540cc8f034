//! The result of one message, as one line.

use std::borrow::Cow;
use std::io::Write as _;

use anstyle::AnsiColor;
use incs_facade::client::{Error, ErrorKind, RequestState, RetryAdvice};
use incs_facade::model::envelope::Code;
use incs_facade::model::{DecodeError, Report, Sent};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::source::{Malformed, Place};
use crate::commands::validate::Verdict;
use crate::exit::{help, sentence};
use crate::lines::{StateWord, Violation};

/// The result of one message.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(extend("not" = { "required": ["dry_run"] }))]
pub(crate) struct Line<'a> {
    /// Number of the message, from 0.
    index: u64,
    /// Line of the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "line")]
    number: Option<u64>,
    #[serde(serialize_with = "word")]
    #[schemars(with = "StateWord")]
    request_state: RequestState,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<Cow<'a, str>>,
    /// True if an earlier run recorded the outcome; only with a journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Violation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem<'a>>,
}

/// The error of a message that was not accepted, or whose outcome is unknown.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Problem<'a> {
    kind: &'a str,
    message: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<Violation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_message: Option<&'a str>,
}

/// The error of a message as a journal has it.
#[derive(Debug)]
pub(super) struct Cause<'a> {
    pub(super) kind: &'a str,
    pub(super) message: Cow<'a, str>,
    pub(super) retry_advice: RetryAdvice,
    pub(super) help: &'static str,
    pub(super) attempts: u32,
}

impl<'a> Line<'a> {
    /// Returns the result of an accepted message.
    pub(super) fn accepted(place: Place, sent: &'a Sent) -> Self {
        let message_id = Some(Cow::Borrowed(sent.message_id.as_str()));
        Self { message_id, ..Self::of(place, RequestState::Accepted) }
    }

    /// Returns the result of a failed message. The platform's own message may repeat what was sent, so it is only included on request.
    pub(super) fn failed(place: Place, error: &'a Error, with_words: bool) -> Self {
        let retry_after_seconds = match error.retry_advice() {
            RetryAdvice::Later { after } => after.map(|after| after.as_secs()),
            _ => None,
        };
        let problem = Problem {
            kind: error.kind().as_str(),
            message: sentence(error).into(),
            code: error.code(),
            provider_code: error.provider_code(),
            http_status: error.http_status().map(|status| status.as_u16()),
            attempts: Some(error.attempts()),
            retry_advice: error.retry_advice().as_str(),
            retry_after_seconds,
            help: help(error),
            violations: error
                .report()
                .map(Report::violations)
                .unwrap_or_default()
                .iter()
                .map(Violation::from)
                .collect(),
            platform_message: error.platform_message().filter(|_| with_words),
            ..Problem::default()
        };
        let message_id = error.message_id().map(|id| Cow::Owned(id.into_string()));
        Self { message_id, error: Some(problem), ..Self::of(place, error.request_state()) }
    }

    /// Returns the result of malformed input.
    pub(super) fn malformed(place: Place, malformed: &'a Malformed) -> Self {
        let first_line = place.line.and_then(|line| usize::try_from(line).ok()).unwrap_or(1);
        let mut problem = Problem {
            kind: "malformed",
            retry_advice: RetryAdvice::Correct.as_str(),
            help: "correct the line; it was not sent, and the other lines are not affected",
            pointer: Some(""),
            ..Problem::default()
        };
        let mut warnings = Vec::new();
        match malformed {
            Malformed::Long(bytes) => problem.message = format!("the line is longer than {bytes} bytes").into(),
            Malformed::Body(document) => {
                let verdict = Verdict::of_document(document, first_line);
                (problem.violations, warnings) = (verdict.violations, verdict.warnings);
                problem.column = document.error().map(DecodeError::column);
                problem.pointer = document.error().map(DecodeError::pointer);
                let error = document.error().map(|error| Violation::of_decoding(error, first_line).to_string());
                problem.message = error.unwrap_or_default().into();
            }
        }
        Self { warnings, error: Some(problem), ..Self::of(place, RequestState::NotSent) }
    }

    /// Returns the result of a message that breaks rules of the platform, or whose warnings are denied.
    pub(super) fn invalid(place: Place, verdict: Verdict) -> Self {
        let is_denied = verdict.violations.is_empty();
        let (message, help) = if is_denied {
            ("the message has warnings", "correct what is listed, or send without --deny-warnings")
        } else {
            (
                "the message breaks rules of the platform",
                "correct the listed violations, or skip validation with --no-validate",
            )
        };
        let problem = Problem {
            kind: ErrorKind::Invalid.as_str(),
            message: message.into(),
            retry_advice: RetryAdvice::Correct.as_str(),
            help,
            violations: verdict.violations,
            ..Problem::default()
        };
        let warnings = verdict.warnings;
        Self { warnings, error: Some(problem), ..Self::of(place, RequestState::NotSent) }
    }

    /// Returns the result of a message as a journal has it.
    pub(super) fn recorded(
        place: Place,
        state: RequestState,
        message_id: Option<&'a str>,
        cause: Option<Cause<'a>>,
    ) -> Self {
        let error = cause.map(|cause| Problem {
            kind: cause.kind,
            message: one_line(&cause.message).into(),
            attempts: Some(cause.attempts),
            retry_advice: cause.retry_advice.as_str(),
            help: cause.help,
            ..Problem::default()
        });
        Self { message_id: message_id.map(Cow::Borrowed), error, ..Self::of(place, state) }
    }

    /// Marks a result that an earlier run recorded.
    pub(super) fn of_earlier_run(self, is_earlier: bool) -> Self {
        Self { earlier: is_earlier.then_some(true), ..self }
    }

    /// Returns the result of a message that was not started.
    pub(super) fn cancelled(place: Place) -> Self {
        let problem = Problem {
            kind: ErrorKind::Cancelled.as_str(),
            message: "sending was stopped before this message".into(),
            retry_advice: "later",
            help: "send it later; it was not sent",
            ..Problem::default()
        };
        Self { error: Some(problem), ..Self::of(place, RequestState::NotSent) }
    }

    fn of(place: Place, state: RequestState) -> Self {
        Self {
            index: place.index,
            number: place.line,
            request_state: state,
            message_id: None,
            earlier: None,
            warnings: Vec::new(),
            error: None,
        }
    }

    /// Adds the warnings about the message.
    pub(super) fn with_warnings(self, warnings: Vec<Violation>) -> Self {
        Self { warnings, ..self }
    }

    /// Returns the state of the message.
    pub(super) fn state(&self) -> RequestState {
        self.request_state
    }

    /// Writes the line, as JSON or for people.
    pub(super) fn write(&self, json: bool, to: &mut Vec<u8>) {
        // A `Vec` takes any bytes.
        let _ = if json { serde_json::to_writer(&mut *to, self).map_err(Into::into) } else { self.write_text(to) };
        to.push(b'\n');
    }

    fn write_text(&self, to: &mut Vec<u8>) -> std::io::Result<()> {
        let Self { number, request_state: state, message_id, warnings, error, .. } = self;
        let colour = match state {
            RequestState::Accepted => AnsiColor::Green,
            RequestState::Unknown => AnsiColor::Yellow,
            RequestState::NotSent | RequestState::Rejected => AnsiColor::Red,
        };
        let (state, style) = (state.as_str(), colour.on_default());
        if let Some(number) = number {
            write!(to, "{number:>6}  ")?;
        }
        write!(to, "{style}{state:<8}{style:#}")?;
        if let Some(id) = message_id {
            write!(to, "  {}", one_line(id))?;
        }
        if let Some(problem) = error {
            Self::write_problem(problem, to)?;
        }
        for (number, warning) in warnings.iter().enumerate() {
            let is_first = number == 0 && error.is_none();
            write!(to, "{}warning: {warning}", if is_first { "  " } else { "; " })?;
        }
        if self.earlier.is_some() {
            write!(to, "  (earlier run)")?;
        }
        Ok(())
    }

    fn write_problem(problem: &Problem<'_>, to: &mut Vec<u8>) -> std::io::Result<()> {
        write!(to, "  {}", problem.message)?;
        // The message already describes the decoding error.
        let violations = problem.violations.iter().filter(|violation| !violation.is_of_decoding());
        for (number, violation) in violations.enumerate() {
            let is_first = number == 0 && problem.kind == ErrorKind::Invalid.as_str();
            write!(to, "{}{violation}", if is_first { ": " } else { "; " })?;
        }
        if let Some(words) = problem.platform_message {
            write!(to, "; the platform says: {}", one_line(words))?;
        }
        Ok(())
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn word<S: Serializer>(state: &RequestState, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(state.as_str())
}

/// Replaces control characters by spaces, so that a text of others cannot move the cursor of a terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
