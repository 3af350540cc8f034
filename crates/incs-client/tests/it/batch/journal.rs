//! An observer that writes down what it is told.

use std::sync::{Arc, Mutex};

use incs_client::{BatchObserver, BatchOutcome, BatchProgress, ErrorKind};
use incs_model::OutboundMessage;

use super::scene::index_of;

/// What an observer was told, for the test that keeps the clone.
#[derive(Clone, Default)]
pub(super) struct Journal(Arc<Mutex<Vec<Event>>>);

/// What an observer is told.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Started(usize, BatchProgress),
    Finished(BatchOutcome, BatchProgress),
}

impl BatchObserver for Journal {
    fn started(&mut self, index: usize, message: &OutboundMessage, progress: &BatchProgress) {
        assert_eq!(index, index_of(message));
        self.0.lock().unwrap().push(Event::Started(index, *progress));
    }

    fn finished(&mut self, outcome: &BatchOutcome, progress: &BatchProgress) {
        self.0.lock().unwrap().push(Event::Finished(outcome.clone(), *progress));
    }
}

impl Journal {
    pub(super) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn started(&self) -> Vec<usize> {
        let started = |event: &Event| matches!(event, Event::Started(..));
        self.events().iter().filter(|event| started(event)).map(Event::index).collect()
    }

    pub(super) fn outcomes(&self) -> Vec<BatchOutcome> {
        let outcome = |event| if let Event::Finished(outcome, _) = event { Some(outcome) } else { None };
        self.events().into_iter().filter_map(outcome).collect()
    }
}

impl Event {
    pub(super) fn index(&self) -> usize {
        match self {
            Self::Started(index, _) => *index,
            Self::Finished(outcome, _) => outcome.index,
        }
    }

    /// Whether a message ended because its credential was refused.
    pub(super) fn is_refusal(&self) -> bool {
        let Self::Finished(outcome, _) = self else { return false };
        outcome.error().is_some_and(|error| error.kind() == ErrorKind::Authentication)
    }

    pub(super) fn progress(&self) -> BatchProgress {
        let (Self::Started(_, progress) | Self::Finished(_, progress)) = self;
        *progress
    }
}
