//! Why a command gave up: one sentence for people, one object for machines, one exit code.

use std::fmt;

use incs_facade::client;
use serde_json::{Map, Value};

use crate::exit::Exit;

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

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Self {
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
