//! One request and what became of it.

use super::recorded::{Recorded, RecordedReply};
use crate::transport::TransportErrorKind;

/// One request and what became of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub(super) request: Recorded,
    pub(super) ending: Ending,
}

impl Exchange {
    /// The request.
    pub fn request(&self) -> &Recorded {
        &self.request
    }

    /// What became of it.
    pub fn ending(&self) -> &Ending {
        &self.ending
    }
}

/// What became of a request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Ending {
    /// A reply of any status.
    Reply(RecordedReply),
    /// An error of the transport.
    Error(TransportErrorKind),
    /// The caller gave up, for example at its time limit.
    Dropped,
}
