//! Outcomes, progress and report of a batch, and its observer.

use std::fmt;

use incs_model::{Document, Sent};

use crate::error::{Error, RequestState};

/// The outcome of one message of a batch. `Debug` does not show the key.
#[derive(Clone)]
#[non_exhaustive]
pub struct BatchOutcome<K> {
    /// The key of the message.
    pub key: K,
    /// The index of the message in the input, from 0.
    pub index: usize,
    /// The result of the send. The error's [`request_state`](Error::request_state) says whether the message was sent.
    pub result: Result<Sent, Error>,
}

impl<K> BatchOutcome<K> {
    /// Returns the key of the message.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Returns the error, if the message was not sent or its state is unknown.
    pub fn error(&self) -> Option<&Error> {
        self.result.as_ref().err()
    }
}

impl<K> fmt::Debug for BatchOutcome<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchOutcome").field("index", &self.index).field("result", &self.result).finish_non_exhaustive()
    }
}

/// Observes the messages of a batch as they start and finish, such as a progress bar or a journal.
///
/// [`finished`](Self::finished) is called once for each message taken from the input, even if the batch is dropped. An observer that
/// panics is not called again. Both methods run while the batch is polled, so they should be short.
///
/// A closure that takes a [`BatchOutcome`] and a [`BatchProgress`] is an observer of finished messages.
///
/// ```
/// use incs_client::{BatchObserver, BatchOutcome, BatchProgress, RequestState};
/// use incs_model::Document;
///
/// #[derive(Default)]
/// struct Journal {
///     open: Vec<String>,
///     unknown: Vec<String>,
/// }
///
/// impl BatchObserver<String> for Journal {
///     fn started(&mut self, booking: &String, _: &Document, _: &BatchProgress) {
///         self.open.push(booking.clone());
///     }
///
///     fn finished(&mut self, outcome: &BatchOutcome<String>, _: &BatchProgress) {
///         self.open.retain(|booking| booking != outcome.key());
///         if outcome.error().is_some_and(|error| error.request_state() == RequestState::Unknown) {
///             self.unknown.push(outcome.key().clone());
///         }
///     }
/// }
/// ```
pub trait BatchObserver<K>: Send {
    /// Called before a message is sent. Not called for a message that ends before it starts.
    fn started(&mut self, key: &K, message: &Document, progress: &BatchProgress) {
        let _ = (key, message, progress);
    }

    /// Called when a message has ended, also if [`started`](Self::started) was not called for it.
    fn finished(&mut self, outcome: &BatchOutcome<K>, progress: &BatchProgress);
}

impl<K, F: FnMut(&BatchOutcome<K>, &BatchProgress) + Send> BatchObserver<K> for F {
    fn finished(&mut self, outcome: &BatchOutcome<K>, progress: &BatchProgress) {
        self(outcome, progress);
    }
}

/// The progress of a batch, including the reported message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchProgress {
    /// Messages taken from the input.
    pub taken: usize,
    /// Messages that have started and not ended.
    pub in_flight: usize,
    /// Messages that have ended, with or without an error.
    pub done: usize,
    /// Messages that have ended with an error.
    pub failed: usize,
    /// Total number of messages, if the input reported it at the start. A stopped batch may take fewer.
    pub total: Option<usize>,
}

/// The report of a whole batch: each message is counted once.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BatchReport<K> {
    /// Messages that were sent.
    pub sent: usize,
    /// Messages that were not sent: [`RequestState::NotSent`].
    pub not_sent: usize,
    /// Messages that the platform rejected: [`RequestState::Rejected`].
    pub rejected: usize,
    /// Messages whose state is [`RequestState::Unknown`]. Find out before you send them again.
    pub unknown: usize,
    /// Messages that were accepted, but whose reply could not be read: [`RequestState::Accepted`].
    pub accepted: usize,
    /// All other messages, in the order of the input.
    pub failures: Vec<BatchFailure<K>>,
}

/// A message of a batch that was not sent or whose state is unknown. `Debug` does not show the key.
#[derive(Clone)]
#[non_exhaustive]
pub struct BatchFailure<K> {
    /// The key of the message.
    pub key: K,
    /// The index of the message in the input, from 0.
    pub index: usize,
    /// The error of the send.
    pub error: Error,
}

impl<K> fmt::Debug for BatchFailure<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchFailure").field("index", &self.index).field("error", &self.error).finish_non_exhaustive()
    }
}

impl<K> Default for BatchReport<K> {
    fn default() -> Self {
        Self { sent: 0, not_sent: 0, rejected: 0, unknown: 0, accepted: 0, failures: Vec::new() }
    }
}

impl<K> BatchReport<K> {
    /// Returns the total number of messages.
    pub fn total(&self) -> usize {
        self.sent + self.failures.len()
    }

    pub(super) fn count(&mut self, outcome: BatchOutcome<K>) {
        let BatchOutcome { key, index, result } = outcome;
        let Err(error) = result else {
            self.sent += 1;
            return;
        };
        *match error.request_state() {
            RequestState::NotSent => &mut self.not_sent,
            RequestState::Rejected => &mut self.rejected,
            RequestState::Unknown => &mut self.unknown,
            RequestState::Accepted => &mut self.accepted,
        } += 1;
        self.failures.push(BatchFailure { key, index, error });
    }
}

/// The progress of a batch, and its observer.
pub(super) struct Tracker<'a, K> {
    pub(super) progress: BatchProgress,
    pub(super) observer: Option<Box<dyn BatchObserver<K> + 'a>>,
}

impl<K> Tracker<'_, K> {
    pub(super) fn new(total: Option<usize>) -> Self {
        Self { progress: BatchProgress { total, ..BatchProgress::default() }, observer: None }
    }

    /// Counts a message taken from the input and returns its index.
    pub(super) fn taken(&mut self) -> usize {
        let index = self.progress.taken;
        self.progress.taken += 1;
        index
    }

    pub(super) fn started(&mut self, key: &K, message: &Document) {
        self.progress.in_flight += 1;
        self.tell(|observer, progress| observer.started(key, message, progress));
    }

    pub(super) fn finished(&mut self, outcome: BatchOutcome<K>) -> BatchOutcome<K> {
        self.progress.in_flight -= 1;
        self.called_off(outcome)
    }

    /// Reports a message that ended before it started.
    pub(super) fn called_off(&mut self, outcome: BatchOutcome<K>) -> BatchOutcome<K> {
        self.progress.done += 1;
        self.progress.failed += usize::from(outcome.result.is_err());
        self.tell(|observer, progress| observer.finished(&outcome, progress));
        outcome
    }

    fn tell(&mut self, event: impl FnOnce(&mut dyn BatchObserver<K>, &BatchProgress)) {
        // An observer that panics must not be called again, above all not while the batch is dropped because of that panic.
        if let Some(mut observer) = self.observer.take() {
            event(&mut *observer, &self.progress);
            self.observer = Some(observer);
        }
    }
}
