//! Exit codes, which tell the truth about what was done.

use std::process::ExitCode;

use incs_facade::client::{Error, ErrorKind, RequestState, RetryAdvice};

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
