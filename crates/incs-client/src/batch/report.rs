//! What a batch came to.

use super::outcome::BatchOutcome;
use crate::error::{Error, RequestState};

/// What a batch came to: each message is counted once.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct BatchReport {
    /// Messages that went out.
    pub sent: usize,
    /// Messages of which nothing went out: [`RequestState::NotSent`].
    pub not_sent: usize,
    /// Messages that the platform refused: [`RequestState::Rejected`].
    pub rejected: usize,
    /// Messages of which nobody knows: [`RequestState::Unknown`]. Find out before you send them again.
    pub unknown: usize,
    /// Messages that went out although the reply could not be read: [`RequestState::Accepted`].
    pub accepted: usize,
    /// Every message that is not among the sent, in the order of the input.
    pub failures: Vec<BatchFailure>,
}

/// A message of a batch that was not sent, or is not known to be.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BatchFailure {
    /// The place of the message in the input, from 0.
    pub index: usize,
    /// Why.
    pub error: Error,
}

impl BatchReport {
    /// Messages in all.
    pub fn total(&self) -> usize {
        self.sent + self.failures.len()
    }

    pub(super) fn count(&mut self, outcome: BatchOutcome) {
        let Err(error) = outcome.result else {
            self.sent += 1;
            return;
        };
        *match error.request_state() {
            RequestState::NotSent => &mut self.not_sent,
            RequestState::Rejected => &mut self.rejected,
            RequestState::Unknown => &mut self.unknown,
            RequestState::Accepted => &mut self.accepted,
        } += 1;
        self.failures.push(BatchFailure { index: outcome.index, error });
    }

    /// Messages end in another order than that of the input.
    pub(super) fn sort(&mut self) {
        self.failures.sort_by_key(|failure| failure.index);
    }
}
