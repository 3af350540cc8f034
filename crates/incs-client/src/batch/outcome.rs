//! Outcomes, progress and report of a batch, and its observer.

use incs_model::{OutboundMessage, Sent};

use crate::error::{Error, RequestState};

/// The outcome of one message of a batch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BatchOutcome {
    /// The place of the message in the input, from 0.
    pub index: usize,
    /// The result of its send. The error's [`request_state`](Error::request_state) says whether the message is out.
    pub result: Result<Sent, Error>,
}

impl BatchOutcome {
    /// Returns why it was not sent, or is not known to be.
    pub fn error(&self) -> Option<&Error> {
        self.result.as_ref().err()
    }
}

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

/// The progress of a batch, the message that is reported included.
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

/// The report of a whole batch: each message is counted once.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct BatchReport {
    /// Messages that went out.
    pub sent: usize,
    /// Messages of which nothing went out: [`RequestState::NotSent`].
    pub not_sent: usize,
    /// Messages that the platform refused: [`RequestState::Rejected`].
    pub rejected: usize,
    /// Messages whose state is [`RequestState::Unknown`]. Find out before you send them again.
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
}

/// The progress of a batch, and the observer that is told of it.
pub(super) struct Tracker<'a> {
    pub(super) progress: BatchProgress,
    pub(super) observer: Option<Box<dyn BatchObserver + 'a>>,
}

impl Tracker<'_> {
    pub(super) fn new(total: Option<usize>) -> Self {
        Self { progress: BatchProgress { total, ..BatchProgress::default() }, observer: None }
    }

    /// A message was taken from the input; its place there.
    pub(super) fn taken(&mut self) -> usize {
        let index = self.progress.taken;
        self.progress.taken += 1;
        index
    }

    pub(super) fn started(&mut self, index: usize, message: &OutboundMessage) {
        self.progress.in_flight += 1;
        self.tell(|observer, progress| observer.started(index, message, progress));
    }

    pub(super) fn finished(&mut self, outcome: BatchOutcome) -> BatchOutcome {
        self.progress.in_flight -= 1;
        self.called_off(outcome)
    }

    /// A message ended without having begun.
    pub(super) fn called_off(&mut self, outcome: BatchOutcome) -> BatchOutcome {
        self.progress.done += 1;
        self.progress.failed += usize::from(outcome.result.is_err());
        self.tell(|observer, progress| observer.finished(&outcome, progress));
        outcome
    }

    fn tell(&mut self, event: impl FnOnce(&mut dyn BatchObserver, &BatchProgress)) {
        // An observer that panics must not be called again, least of all while the batch is dropped because of that.
        if let Some(mut observer) = self.observer.take() {
            event(&mut *observer, &self.progress);
            self.observer = Some(observer);
        }
    }
}
