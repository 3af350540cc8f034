//! A credential that was refused once: every further call with it would be refused as well, and many refusals look like an
//! attack.

use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, RetryAdvice};

/// The error that ends a series of calls.
#[derive(Debug, Clone)]
pub(crate) struct Refusal(Error);

impl Refusal {
    /// Nothing when an error says nothing about other calls.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        matches!(error.kind(), ErrorKind::Authentication | ErrorKind::Credential).then(|| Self(error.clone()))
    }

    /// The error of a call that was not begun because of it.
    pub(crate) fn call_off(&self, call: &impl Endpoint) -> Error {
        Error::not_sent(ErrorKind::Cancelled, call.operation())
            .with_advice(RetryAdvice::Authenticate)
            .with_source(self.0.clone())
    }
}
