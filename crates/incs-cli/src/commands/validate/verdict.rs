//! What a check found.

use std::fmt;

use anstyle::{AnsiColor, Style};
use incs_facade::model::{self, DecodeError, Found};
use serde::Serialize;
use serde_json::Value;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Whether a document is well, and all that is not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Verdict {
    pub(crate) valid: bool,
    pub(crate) violations: Vec<Violation>,
}

/// One thing that is wrong. No member holds a value of the document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Violation {
    /// JSON pointer of the offending value; a missing one is named as if it were there.
    pub(crate) pointer: String,
    /// The stable id of the rule.
    pub(crate) rule: String,
    pub(crate) limit: Value,
    /// What was counted or which kind of value was there.
    pub(crate) found: Value,
    pub(crate) message: String,
}

impl Verdict {
    pub(crate) fn of(violations: impl IntoIterator<Item = Violation>) -> Self {
        let violations: Vec<_> = violations.into_iter().collect();
        Self { valid: violations.is_empty(), violations }
    }

    /// One line for each violation and one to close.
    pub(crate) fn show(&self, name: &str, names_needed: bool, out: Output) {
        let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
        for Violation { pointer, rule, message, .. } in &self.violations {
            let before = if names_needed { format!("{name}: ") } else { String::new() };
            let place = if pointer.is_empty() { "the whole" } else { pointer };
            out.line(&format!("{before}{bold}{place}{bold:#}: {message} {dim}[{rule}]{dim:#}"));
        }
        let style = if self.valid { AnsiColor::Green } else { AnsiColor::Red }.on_default();
        out.line(&format!("{name}: {style}{}{style:#}", self.sum()));
    }

    /// Gives up because of these violations, if there are any.
    pub(crate) fn into_result(self, name: &str) -> Result<(), Failure> {
        if self.valid {
            return Ok(());
        }
        let message = format!("{name}: {}", self.sum());
        let violations = serde_json::to_value(&self.violations).unwrap_or_default();
        let mut failure = Failure::new(Exit::Usage, message).with_detail("violations", violations);
        failure.lines = self.violations.iter().map(Violation::to_string).collect();
        Err(failure)
    }

    fn sum(&self) -> String {
        match self.violations.len() {
            0 => "valid".to_owned(),
            1 => "1 violation".to_owned(),
            count => format!("{count} violations"),
        }
    }
}

impl Violation {
    /// The document cannot be read. Lines are counted from that of the file in which the document begins.
    pub(crate) fn of_decoding(error: &DecodeError, first_line: usize) -> Self {
        let (line, column) = (error.line() + first_line - 1, error.column());
        let (expected, found) = (error.expected(), error.found());
        let (found, instead) = match found {
            Found::Other => (Value::Null, String::new()),
            found => (found.to_string().into(), format!(", found {found}")),
        };
        Self {
            pointer: error.pointer().to_owned(),
            rule: "decode".to_owned(),
            limit: expected.into(),
            found,
            message: format!("expected {expected}{instead} (line {line}, column {column})"),
        }
    }

    /// A member that is not known. `incs schema check` has the same rule.
    pub(crate) fn of_unknown_member(pointer: String) -> Self {
        Self {
            pointer,
            rule: "schema.additional_properties".to_owned(),
            limit: Value::Null,
            found: Value::Null,
            message: "not a member that is known here".to_owned(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.message)
    }
}

impl From<&model::Violation> for Violation {
    fn from(violation: &model::Violation) -> Self {
        let mut written = serde_json::to_value(violation).unwrap_or_default();
        let mut take = |member: &str| written.get_mut(member).map(Value::take).unwrap_or_default();
        Self {
            pointer: violation.pointer().to_owned(),
            rule: violation.rule().id().to_owned(),
            limit: take("limit"),
            found: take("found"),
            message: violation.message(),
        }
    }
}
