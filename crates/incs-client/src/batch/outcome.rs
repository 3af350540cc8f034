//! What one message of a batch came to.

use incs_model::Sent;

use crate::error::Error;

/// What one message of a batch came to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BatchOutcome {
    /// The place of the message in the input, from 0.
    pub index: usize,
    /// What its send came to. The error's [`request_state`](Error::request_state) says whether the message is out.
    pub result: Result<Sent, Error>,
}

impl BatchOutcome {
    /// Why it was not sent, or is not known to be.
    pub fn error(&self) -> Option<&Error> {
        self.result.as_ref().err()
    }
}
