//! The exit code of the program, and the failure of a command.

use std::error::Error as StdError;
use std::fmt;
use std::process::ExitCode;

use incs_facade::client::transport::TransportError;
use incs_facade::client::{Error, ErrorKind, RequestState, RetryAdvice};
use incs_facade::model::envelope::Code;

use crate::lines::{Details, Violation};

/// The exit code of the program. Scripts rely on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// The command succeeded.
    Done = 0,
    /// The command failed for a reason that has no code of its own.
    Failure = 1,
    /// The command line, a file or a message is wrong; nothing was sent.
    Usage = 2,
    /// The requested object does not exist.
    NotFound = 3,
    /// The credential is missing, or the platform does not accept it.
    Authentication = 4,
    /// The platform, or the provider behind it, rejected the call.
    Refused = 5,
    /// The platform received too many calls.
    RateLimited = 6,
    /// The network failed, and nothing was sent.
    Network = 7,
    /// The outcome of the message is unknown: retrying blindly may send it twice.
    Unknown = 8,
    /// Some of several items succeeded, others did not.
    Partly = 9,
    /// The wait timed out.
    TimedOut = 10,
}

impl Exit {
    /// All codes, in order.
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

    /// Returns the number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// Returns the meaning, for `incs help exit-codes`.
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

    /// Returns the code for an error of the client.
    pub(crate) fn of(error: &Error) -> Self {
        // A message that was accepted with an unreadable reply must not be retried either.
        let is_taken = error.request_state() == RequestState::Accepted && error.retry_advice() == RetryAdvice::Never;
        if is_taken || error.retry_advice() == RetryAdvice::Reconcile {
            return Self::Unknown;
        }
        match error.kind() {
            ErrorKind::Invalid | ErrorKind::Request => Self::Usage,
            ErrorKind::Credential | ErrorKind::Authentication => Self::Authentication,
            ErrorKind::RateLimited | ErrorKind::Limited => Self::RateLimited,
            ErrorKind::Refused => Self::Refused,
            // Nothing was sent, or the call is idempotent.
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

/// The failure of a command. `Display` is one sentence without secrets, phone numbers or message texts.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    /// A short message for people, used when the results on stdout already have the message and the lines.
    pub(crate) brief: Option<&'static str>,
    /// Further lines for people; `details` has the same for machines.
    pub(crate) lines: Vec<String>,
    /// The next step for a person.
    pub(crate) help: Option<String>,
    /// Further members of the JSON object.
    pub(crate) details: Box<Details>,
    /// True when standard output could not be written.
    pub(crate) is_unwritten: bool,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        let (brief, lines, help, details) = (None, Vec::new(), None, Box::default());
        Self { exit, message: message.into(), brief, lines, help, details, is_unwritten: false }
    }

    /// Returns the failure of a wrong command line, file or setting.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(crate) fn with_details(mut self, set: impl FnOnce(&mut Details)) -> Self {
        set(&mut self.details);
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
        let mut failure = Self::new(Exit::of(&error), sentence(&error)).with_help(help(&error));
        *failure.details = Details {
            kind: Some(error.kind().as_str()),
            request_state: Some(error.request_state().into()),
            retry_advice: Some(error.retry_advice().as_str()),
            attempts: Some(error.attempts()),
            code: error.code().map(Code::as_i64),
            provider_code: error.provider_code(),
            http_status: error.http_status().map(|status| status.as_u16()),
            ..Details::default()
        };
        if let Some(report) = error.report() {
            failure.lines = report.violations().iter().map(ToString::to_string).collect();
            failure.details.violations = Some(report.violations().iter().map(Violation::from).collect());
        }
        failure
    }
}

/// A transport error with the host of the request.
#[derive(Debug)]
pub(crate) struct HostError {
    /// Host and port, as in `127.0.0.1:9`.
    pub(crate) host: String,
    pub(crate) error: TransportError,
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.host, self.error)
    }
}

impl StdError for HostError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.error)
    }
}

/// Describes an error in one sentence: with host and cause if there was no reply, or with the missing setting.
pub(crate) fn sentence(error: &Error) -> String {
    let state = match (error.request_state(), error.retry_advice()) {
        (RequestState::NotSent, RetryAdvice::Later { .. }) => "nothing was sent, it is safe to retry",
        (RequestState::NotSent, _) => "nothing was sent",
        (RequestState::Unknown, RetryAdvice::Later { .. }) => "it is safe to retry",
        (RequestState::Unknown, _) => "the outcome is unknown",
        (RequestState::Rejected | RequestState::Accepted, _) => return error.to_string(),
    };
    if error.kind() == ErrorKind::Credential {
        let why = match token_error(error) {
            Some(inner) => format!("no token could be fetched: {}", sentence(inner)),
            None if needs_token(error) => {
                "INCS_TOKEN is not set, there is no account to fetch a token for, and no profile (--profile) holds either"
                    .to_owned()
            }
            None => {
                "INCS_CERTIFICATION_CODE is not set, and no profile (--profile) holds a certification code".to_owned()
            }
        };
        return format!("{}: {why}; {state}", error.operation());
    }
    let Some(HostError { host, error: inner }) = find_source::<HostError>(error) else { return error.to_string() };
    let what = match error.kind() {
        ErrorKind::Connect => "cannot connect to",
        ErrorKind::Tls => "cannot make a secure connection to",
        ErrorKind::Timeout => "no reply in time from",
        ErrorKind::Interrupted => "lost the connection to",
        ErrorKind::Transport => "the request failed at",
        _ => return error.to_string(),
    };
    let attempts = match error.attempts() {
        0 | 1 => String::new(),
        attempts => format!(" after {attempts} attempts"),
    };
    format!("{what} {host} ({}){attempts}; {state}", cause(inner))
}

/// Describes the next step in one sentence.
pub(crate) fn help(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::Credential => match token_error(error) {
            Some(inner) => inner.help(),
            None if needs_token(error) => {
                "set INCS_TOKEN, or INCS_USERNAME and INCS_PASSWORD, or name a profile that has them with --profile"
            }
            None => {
                "set INCS_CERTIFICATION_CODE or INCS_CERTIFICATION_CODE_FILE, or name a profile that has a code with --profile"
            }
        },
        ErrorKind::Connect => "check the network and the base URL (INCS_BASE_URL, or the profile's), then retry",
        ErrorKind::Invalid => "correct the listed violations, or skip validation with --no-validate",
        _ => error.help(),
    }
}

/// Returns the error of the call that fetches the token.
pub(crate) fn token_error(error: &Error) -> Option<&Error> {
    StdError::source(error)?.downcast_ref()
}

/// Reports whether a call needs a token, as the calls for tasks do.
fn needs_token(error: &Error) -> bool {
    error.operation().contains("task")
}

/// Returns the first error of this type among the sources.
fn find_source<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// Returns the root cause of an error in a few words, as in `connection refused`.
pub(crate) fn cause(error: &(dyn StdError + 'static)) -> String {
    let mut first = error;
    while let Some(source) = first.source() {
        first = source;
    }
    let text = first.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut signs = text.chars();
    // A name like `UnknownIssuer` or `TLS` stays as it is.
    match (signs.next(), signs.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(std::iter::once(second)).chain(signs).collect()
        }
        _ => text.to_owned(),
    }
}
