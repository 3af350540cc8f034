//! Watching a batch.

use incs_model::OutboundMessage;

use super::outcome::BatchOutcome;

/// Is told of each message of a batch that begins and ends: a progress bar, a journal.
///
/// For each message taken from the input [`finished`](Self::finished) is called once, even when the batch is dropped; only not
/// when the observer itself panics, which ends its part. Both calls are made while the batch is polled, so they should be short.
///
/// A closure that takes a [`BatchOutcome`] and a [`BatchProgress`] is an observer of what ends.
///
/// ```
/// use incs_client::{BatchObserver, BatchOutcome, BatchProgress, RequestState};
/// use incs_model::OutboundMessage;
///
/// #[derive(Default)]
/// struct Journal {
///     open: Vec<usize>,
///     unknown: Vec<usize>,
/// }
///
/// impl BatchObserver for Journal {
///     fn started(&mut self, index: usize, _: &OutboundMessage, _: &BatchProgress) {
///         self.open.push(index);
///     }
///
///     fn finished(&mut self, outcome: &BatchOutcome, _: &BatchProgress) {
///         self.open.retain(|index| *index != outcome.index);
///         if outcome.error().is_some_and(|error| error.request_state() == RequestState::Unknown) {
///             self.unknown.push(outcome.index);
///         }
///     }
/// }
/// ```
pub trait BatchObserver: Send {
    /// A message is about to be sent; nothing of it has left yet. Not called for a message that ends without having begun.
    fn started(&mut self, index: usize, message: &OutboundMessage, progress: &BatchProgress) {
        let _ = (index, message, progress);
    }

    /// A message has ended. Whether it had begun is told by [`started`](Self::started).
    fn finished(&mut self, outcome: &BatchOutcome, progress: &BatchProgress);
}

impl<F: FnMut(&BatchOutcome, &BatchProgress) + Send> BatchObserver for F {
    fn finished(&mut self, outcome: &BatchOutcome, progress: &BatchProgress) {
        self(outcome, progress);
    }
}

/// How far a batch is, the message that is just told of included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchProgress {
    /// Messages taken from the input.
    pub taken: usize,
    /// Messages that have begun and not ended.
    pub in_flight: usize,
    /// Messages that have ended, one way or the other.
    pub done: usize,
    /// Messages that have ended with an error.
    pub failed: usize,
    /// Messages in all, when the input said so at the beginning. A batch that is stopped may take fewer.
    pub total: Option<usize>,
}
