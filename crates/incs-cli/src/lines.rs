//! The parts that the `--json` lines of several commands share.

use std::borrow::Cow;
use std::fmt;

use incs_facade::client::RequestState;
use incs_facade::model::{self, DecodeError, Found};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

/// Converts a count for a line.
pub(crate) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// An error or a warning of any command, on standard error.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Diagnostic<'a> {
    /// The command failed.
    Error {
        /// Exit code of the program.
        exit_code: u8,
        /// The fault in words.
        message: &'a str,
        /// Next step for a person.
        #[serde(skip_serializing_if = "Option::is_none")]
        help: Option<&'a str>,
        #[serde(flatten)]
        details: &'a Details,
    },
    /// The command goes on.
    Warning {
        /// The warning in words.
        message: &'a str,
    },
}

/// Further members of an error: of the error of a call, counts of results, or what a command suggests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Details {
    /// Kind of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<&'static str>,
    /// State of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_state: Option<StateWord>,
    /// Advice whether and when to retry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_advice: Option<&'static str>,
    /// Number of attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attempts: Option<u32>,
    /// Code of the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<i64>,
    /// Code of the provider behind the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider_code: Option<u32>,
    /// HTTP status of the last reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http_status: Option<u16>,
    /// The platform's own text; only with `--platform-message`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) platform_message: Option<String>,
    /// Violations of the rules of the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) violations: Option<Vec<Violation>>,
    /// Names that were probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suggestions: Option<Vec<String>>,
    /// Codes that `explain` does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) codes: Option<Vec<String>>,
    /// Number of messages of `send`, and by state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) accepted: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_sent: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rejected: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unknown: Option<u64>,
    /// Number of messages in the journal of `send` with an unknown outcome that a person abandoned; included in `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) abandoned: Option<u64>,
    /// Number of messages in the journal of `send` that are not sent yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) waiting: Option<u64>,
    /// Number of results that standard output did not take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unwritten: Option<u64>,
    /// Number of messages of a dry run that would be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) good: Option<u64>,
    /// Number of messages of a dry run that would not be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bad: Option<u64>,
    /// Number of messages of `status` that the platform knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) found: Option<u64>,
    /// Number of messages of `status` that it does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_found: Option<u64>,
    /// Number of messages of `status`, or of checks of `doctor`, that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<u64>,
    /// Number of messages of `status --wait` that reached the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reached: Option<u64>,
    /// Number of messages of `status --wait` that did not reach it in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) open: Option<u64>,
    /// Number of checks of `doctor` that are ok, have a warning, or were skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ok: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) warnings: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<u64>,
}

/// A violation of a rule. No member holds a value of the document.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Violation {
    /// JSON pointer of the offending value; for a missing member, the pointer that it would have.
    pub(crate) pointer: String,
    /// The stable id of the rule.
    pub(crate) rule: String,
    /// The limit of the rule; null if it has none.
    pub(crate) limit: Value,
    /// The count, or the type of value, that was found.
    pub(crate) found: Value,
    pub(crate) message: String,
    /// The member name that was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suggestion: Option<String>,
}

impl Violation {
    /// The rule id of a document that cannot be decoded.
    pub(crate) const DECODE: &str = "decode";

    /// Returns the violation of a document that cannot be decoded. Lines are counted in the file: the document begins at `first_line`.
    pub(crate) fn of_decoding(error: &DecodeError, first_line: usize) -> Self {
        let (line, column) = (error.line() + first_line - 1, error.column());
        let (expected, found) = (error.expected(), error.found());
        let (found, instead) = match found {
            Found::Other => (Value::Null, String::new()),
            found => (found.to_string().into(), format!(", found {found}")),
        };
        Self {
            pointer: error.pointer().to_owned(),
            rule: Self::DECODE.to_owned(),
            limit: expected.into(),
            found,
            message: format!("expected {expected}{instead} (line {line}, column {column})"),
            suggestion: None,
        }
    }

    /// Reports whether the document could not be decoded.
    pub(crate) fn is_of_decoding(&self) -> bool {
        self.rule == Self::DECODE
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
            suggestion: violation.suggestion().map(str::to_owned),
        }
    }
}

/// The state of a request in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StateWord {
    NotSent,
    Rejected,
    Unknown,
    Accepted,
}

impl From<RequestState> for StateWord {
    fn from(state: RequestState) -> Self {
        match state {
            RequestState::NotSent => Self::NotSent,
            RequestState::Rejected => Self::Rejected,
            RequestState::Unknown => Self::Unknown,
            RequestState::Accepted => Self::Accepted,
        }
    }
}

/// Stands for a customer's message in the schema of a printed line. The catalogue of `incs schema` adds the definition.
pub(crate) struct ReceivedInbound;

/// The name of the definition.
pub(crate) const INBOUND: &str = "InboundMessage";

impl JsonSchema for ReceivedInbound {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        INBOUND.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "$ref": format!("#/$defs/{INBOUND}") })
    }
}
