//! What is on its way, and what became of the rest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use incs_facade::client::{BatchObserver, BatchOutcome, BatchProgress};

use super::line::Line;
use super::progress::Progress;
use super::sheet::Sheet;
use super::source::{Malformed, Place};
use super::tally::Tally;

/// What is on its way, and what became of the rest. A clone writes into the same one.
#[derive(Clone)]
pub(super) struct Ledger(Arc<Mutex<Entries>>);

/// The entries of a ledger.
pub(super) struct Entries {
    pub(super) sheet: Sheet,
    pub(super) tally: Tally,
    pub(super) progress: Progress,
    json: bool,
    with_words: bool,
    /// Messages taken from the input, by their number in the batch.
    taken: usize,
    places: HashMap<usize, Place>,
}

impl Ledger {
    pub(super) fn new(sheet: Sheet, progress: Progress, json: bool, with_words: bool) -> Self {
        let (tally, places) = (Tally::default(), HashMap::new());
        Self(Arc::new(Mutex::new(Entries { sheet, tally, progress, json, with_words, taken: 0, places })))
    }

    /// Nothing can be half done under this lock.
    pub(super) fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is left when the sheet is closed.
    pub(super) fn close(self) -> Option<(Tally, Progress)> {
        let entries = Arc::into_inner(self.0)?.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some((entries.tally, entries.progress))
    }
}

impl Entries {
    /// The batch takes a message next.
    pub(super) fn take(&mut self, place: Place) {
        self.places.insert(self.taken, place);
        self.taken += 1;
    }

    pub(super) fn malformed(&mut self, place: Place, malformed: &Malformed) {
        self.tally.malformed();
        self.add(&Line::malformed(place, malformed));
    }

    pub(super) fn cancelled(&mut self, place: Place) {
        self.tally.cancelled();
        self.add(&Line::cancelled(place));
    }

    fn finished(&mut self, outcome: &BatchOutcome) {
        // The batch counts as the ledger does.
        let index = u64::try_from(outcome.index).unwrap_or(u64::MAX);
        let place = self.places.remove(&outcome.index).unwrap_or(Place { index, line: None });
        match &outcome.result {
            Ok(sent) => {
                self.tally.accepted();
                self.add(&Line::accepted(place, sent));
            }
            Err(error) => {
                self.tally.failed(error);
                self.add(&Line::failed(place, error, self.with_words));
            }
        }
    }

    fn add(&mut self, line: &Line<'_>) {
        let json = self.json;
        self.sheet.add(|buffer| line.write(json, buffer));
    }
}

impl BatchObserver for Ledger {
    fn finished(&mut self, outcome: &BatchOutcome, _: &BatchProgress) {
        self.entries().finished(outcome);
    }
}
