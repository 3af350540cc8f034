//! How the program ends: the exit code, and why a command failed.

use std::fmt;
use std::process::ExitCode;

use incs_facade::client::{Error, ErrorKind, RequestState, RetryAdvice};
use serde_json::{Map, Value};

/// How the program ended. Numbers are a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// It failed in a way that no other code names.
    Failure = 1,
    /// The command line, a file or a message is wrong; nothing was sent.
    Usage = 2,
    /// What was asked for does not exist.
    NotFound = 3,
    /// The platform does not accept the credential, or there is none.
    Authentication = 4,
    /// The platform, or the provider behind it, refused the call.
    Refused = 5,
    /// The platform has had too many calls.
    RateLimited = 6,
    /// The network failed, and nothing was sent.
    Network = 7,
    /// What became of the message is not known: do not send it again blindly.
    Unknown = 8,
    /// Of several, some were done and some were not.
    Partly = 9,
    /// The time to wait was up.
    TimedOut = 10,
}

impl Exit {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 11] = [
        Self::Done,
        Self::Failure,
        Self::Usage,
        Self::NotFound,
        Self::Authentication,
        Self::Refused,
        Self::RateLimited,
        Self::Network,
        Self::Unknown,
        Self::Partly,
        Self::TimedOut,
    ];

    /// The number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// What it means, for `incs help exit-codes`.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failure => "failure",
            Self::Usage => "usage or validation",
            Self::NotFound => "not found",
            Self::Authentication => "authentication",
            Self::Refused => "refused by the platform",
            Self::RateLimited => "rate limited",
            Self::Network => "network, nothing was sent",
            Self::Unknown => "outcome unknown, do not retry blindly",
            Self::Partly => "partly done",
            Self::TimedOut => "timed out waiting",
        }
    }

    /// The code of an error of the client.
    pub(crate) fn of(error: &Error) -> Self {
        // What was taken without a reply that can be read must not be sent again either.
        let is_taken = error.request_state() == RequestState::Accepted && error.retry_advice() == RetryAdvice::Never;
        if is_taken || error.retry_advice() == RetryAdvice::FindOut {
            return Self::Unknown;
        }
        match error.kind() {
            ErrorKind::Invalid | ErrorKind::Request => Self::Usage,
            ErrorKind::Credential | ErrorKind::Authentication => Self::Authentication,
            ErrorKind::RateLimited | ErrorKind::Limited => Self::RateLimited,
            ErrorKind::Refused => Self::Refused,
            // Nothing was sent, or it was a question that may be asked twice.
            ErrorKind::Connect
            | ErrorKind::Tls
            | ErrorKind::Timeout
            | ErrorKind::Interrupted
            | ErrorKind::Transport => Self::Network,
            _ => Self::Failure,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command gave up. `Display` is one sentence without secret, phone number or text of a message.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    /// What else there is to say, for people only; `details` has it for machines.
    pub(crate) lines: Vec<String>,
    /// What a person can do now.
    pub(crate) help: Option<String>,
    /// Further members of the JSON object.
    pub(crate) details: Map<String, Value>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), lines: Vec::new(), help: None, details: Map::new() }
    }

    /// The command line, a file or a setting is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(crate) fn with_detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut failure = Self::new(Exit::of(&error), error.to_string())
            .with_help(error.help())
            .with_detail("kind", error.kind().as_str())
            .with_detail("request_state", error.request_state().as_str())
            .with_detail("retry_advice", error.retry_advice().as_str())
            .with_detail("attempts", error.attempts());
        if let Some(code) = error.code().and_then(|code| serde_json::to_value(code).ok()) {
            failure = failure.with_detail("code", code);
        }
        if let Some(code) = error.provider_code() {
            failure = failure.with_detail("provider_code", code);
        }
        if let Some(status) = error.http_status() {
            failure = failure.with_detail("http_status", status.as_u16());
        }
        if let Some(report) = error.report() {
            failure.lines = report.violations().iter().map(ToString::to_string).collect();
            if let Ok(violations) = serde_json::to_value(report) {
                failure = failure.with_detail("violations", violations);
            }
        }
        failure
    }
}
