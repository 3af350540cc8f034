//! What to do after an error.

use std::time::Duration;

use super::kind::ErrorKind;

/// Whether, when and after what to make a call again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// The same call may be made again later: nothing was done, or doing it twice is as good as once.
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
    /// The advice in one word, as logs and metrics hold it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Later { .. } => "later",
            Self::Correct => "correct",
            Self::Authenticate => "authenticate",
            Self::FindOut => "find_out",
            Self::Never => "never",
        }
    }

    pub(super) fn help(self, kind: ErrorKind) -> &'static str {
        match (self, kind) {
            (Self::Later { .. }, ErrorKind::RateLimited | ErrorKind::Limited) => {
                "wait, then make the call again, and make fewer at once"
            }
            (Self::Later { .. }, ErrorKind::Reply | ErrorKind::ReplyTooLong) => {
                "the reply is not as documented: keep it for the platform's support; making the call again does nothing twice"
            }
            (Self::Later { .. }, _) => "make the call again later; that does nothing twice",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_help_for_every_error_in_one_plain_sentence() {
        let kinds = [
            ErrorKind::Authentication,
            ErrorKind::Cancelled,
            ErrorKind::Connect,
            ErrorKind::Credential,
            ErrorKind::Interrupted,
            ErrorKind::Invalid,
            ErrorKind::Limited,
            ErrorKind::RateLimited,
            ErrorKind::Refused,
            ErrorKind::RepeatedPage,
            ErrorKind::Reply,
            ErrorKind::ReplyTooLong,
            ErrorKind::Request,
            ErrorKind::Server,
            ErrorKind::Timeout,
            ErrorKind::Tls,
            ErrorKind::Transport,
        ];
        let advices = [
            RetryAdvice::Later { after: None },
            RetryAdvice::Later { after: Some(Duration::MAX) },
            RetryAdvice::Correct,
            RetryAdvice::Authenticate,
            RetryAdvice::FindOut,
            RetryAdvice::Never,
        ];
        for (advice, kind) in advices.into_iter().flat_map(|advice| kinds.map(|kind| (advice, kind))) {
            let help = advice.help(kind);
            assert!(help.len() > 10 && !help.ends_with('.'), "{advice:?}, {kind:?}: {help}");
            assert!(help.starts_with(char::is_lowercase), "{advice:?}, {kind:?}: {help}");
        }
    }
}
