//! What is to happen, and when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use incs_model::Timestamp;

use crate::life::State;

/// Something that is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Job {
    /// A message, by number, reaches a state.
    Reach(u64, State),
    /// A webhook delivery, by number, is posted.
    Post(u64),
    /// A template, by number, is reviewed.
    Review(u64),
}

/// What is to happen, in order of time, and of being put here where the time is the same.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<(Timestamp, u64, Job)>>,
    count: u64,
}

impl Agenda {
    pub(crate) fn put(&mut self, due: Timestamp, job: Job) {
        self.count += 1;
        self.heap.push(Reverse((due, self.count, job)));
    }

    /// When the next is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse((due, ..))| *due)
    }

    /// The next, with when it was due, if that is not after `now`.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<(Timestamp, Job)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((due, _, job))| (due, job))
    }

    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    pub(crate) fn clear(&mut self) {
        self.heap.clear();
    }
}
