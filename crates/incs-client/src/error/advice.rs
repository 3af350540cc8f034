//! What to do after an error.

use std::time::Duration;

use super::kind::ErrorKind;

/// Whether, when and after what to make a call again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// Nothing was done: the same call may be made again later.
    Later {
        /// Not before so long, when the platform said so.
        after: Option<Duration>,
    },
    /// Correct the call first: the same call fails again.
    Correct,
    /// Correct the credential first.
    Authenticate,
    /// Find out first what became of it: another call may do it twice.
    FindOut,
    /// Do not make it again: it is done.
    Never,
}

impl RetryAdvice {
    pub(super) fn help(self, kind: ErrorKind) -> &'static str {
        match (self, kind) {
            (Self::Later { .. }, ErrorKind::RateLimited | ErrorKind::Limited) => {
                "wait, then make the call again, and make fewer at once"
            }
            (Self::Later { .. }, _) => "nothing was done; make the call again later",
            (Self::Correct, ErrorKind::Tls) => {
                "check the base URL, the clock of this machine and the trusted certificates"
            }
            (Self::Correct, ErrorKind::Invalid) => {
                "correct what the report lists; or send without validation if you know better"
            }
            (Self::Correct, ErrorKind::RepeatedPage) => {
                "the list cannot be trusted from here on; begin again with another page size"
            }
            (Self::Correct, _) => "correct the call; the same one fails again",
            (Self::Authenticate, _) => "check the certification code of this channel, or the account behind the token",
            (Self::FindOut, ErrorKind::Server | ErrorKind::Reply) => {
                "look for the message in the INCS workbench, or wait for its webhook, before sending again; keep the reply for the platform's support"
            }
            (Self::FindOut, _) => {
                "look for the message in the INCS workbench, or wait for its webhook, before sending again"
            }
            (Self::Never, _) => {
                "do not send it again; the platform took it, find its id in the INCS workbench or in its webhook"
            }
        }
    }
}
