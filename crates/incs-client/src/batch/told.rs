//! The numbers of a batch, and telling them.

use std::fmt;

use incs_model::OutboundMessage;

use super::observer::{BatchObserver, BatchProgress};
use super::outcome::BatchOutcome;

/// What the observer was told, and the observer.
pub(super) struct Told<'a> {
    progress: BatchProgress,
    observer: Option<Box<dyn BatchObserver + 'a>>,
}

impl<'a> Told<'a> {
    pub(super) fn new(total: Option<usize>) -> Self {
        Self { progress: BatchProgress { total, ..BatchProgress::default() }, observer: None }
    }

    pub(super) fn observe(&mut self, observer: Box<dyn BatchObserver + 'a>) {
        self.observer = Some(observer);
    }

    pub(super) fn progress(&self) -> BatchProgress {
        self.progress
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

impl fmt::Debug for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told").field("progress", &self.progress).finish_non_exhaustive()
    }
}
