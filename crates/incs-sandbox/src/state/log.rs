//! A bounded log: entries are numbered, and the oldest is dropped first.

use std::collections::VecDeque;

/// An entry with a weight: the bytes that clients sent, roughly.
pub(crate) trait Weigh {
    fn weight(&self) -> usize;
}

/// A bounded list of numbered entries. The oldest is dropped when there are too many, or when they weigh too much.
#[derive(Debug)]
pub(crate) struct Log<T> {
    entries: VecDeque<T>,
    first: u64,
    weight: usize,
    max_entries: usize,
    max_weight: usize,
}

impl<T: Weigh> Log<T> {
    pub(crate) fn new(max_entries: usize, max_weight: usize) -> Self {
        Self { entries: VecDeque::new(), first: 1, weight: 0, max_entries: max_entries.max(1), max_weight }
    }

    /// Returns the number of the next entry.
    pub(crate) fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// Adds an entry and returns the entries that were dropped for it.
    pub(crate) fn push(&mut self, entry: T) -> Vec<T> {
        self.weight += entry.weight();
        self.entries.push_back(entry);
        let mut gone = Vec::new();
        while self.entries.len() > self.max_entries || (self.weight > self.max_weight && self.entries.len() > 1) {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.weight = self.weight.saturating_sub(oldest.weight());
            self.first += 1;
            gone.push(oldest);
        }
        gone
    }

    pub(crate) fn get(&self, number: u64) -> Option<&T> {
        self.entries.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Returns an entry for changing. Its weight must stay the same; see [`Self::grow`].
    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        self.entries.get_mut(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Adds to the weight of an entry that grew.
    pub(crate) fn grow(&mut self, number: u64, bytes: usize) {
        if self.get(number).is_some() {
            self.weight += bytes;
        }
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.entries.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
