//! The agenda: future jobs in the order of their due time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use incs_model::Timestamp;

use super::messages::State;

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

/// Jobs that are never too many.
const ROOM: usize = 1024;

/// Future jobs in the order of their due time; jobs with the same time keep the order of insertion.
#[derive(Debug)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<(Timestamp, u64, Job)>>,
    count: u64,
    /// From here on it is worth a look which jobs have become void.
    long: usize,
}

impl Default for Agenda {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), count: 0, long: ROOM }
    }
}

impl Agenda {
    pub(crate) fn put(&mut self, due: Timestamp, job: Job) {
        self.count += 1;
        self.heap.push(Reverse((due, self.count, job)));
    }

    /// Returns the due time of the next job.
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

    /// Returns whether void jobs should be removed: the agenda has doubled since the last time.
    pub(crate) fn is_long(&self) -> bool {
        self.heap.len() > self.long
    }

    /// Forgets all jobs but some. The order of the others stays.
    pub(crate) fn retain(&mut self, keep: impl Fn(Job) -> bool) {
        self.heap.retain(|Reverse((.., job))| keep(*job));
        self.long = (2 * self.heap.len()).max(ROOM);
    }
}
