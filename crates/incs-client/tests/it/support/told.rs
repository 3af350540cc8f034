//! What an error tells a program.

use incs_client::{Error, ErrorKind, RequestState, RetryAdvice};

/// The kind, what is known of the request, what to do now, and the attempts.
pub(crate) fn told(error: &Error) -> (ErrorKind, RequestState, RetryAdvice, u32) {
    (error.kind(), error.request_state(), error.retry_advice(), error.attempts())
}
