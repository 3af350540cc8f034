//! The schedule: future jobs in the order of their due time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use incs_model::Timestamp;

use super::messages::State;

/// A job that runs at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Job {
    /// Moves a message, by number, to a state.
    SetState(u64, State),
    /// Posts a webhook delivery, by number.
    Post(u64),
    /// Reviews a template, by number.
    Review(u64),
}

/// The number of jobs up to which nothing is removed.
const MIN_SWEEP: usize = 1024;

/// Future jobs in the order of their due time; jobs with the same time keep the order of insertion.
#[derive(Debug)]
pub(crate) struct Schedule {
    heap: BinaryHeap<Reverse<(Timestamp, u64, Job)>>,
    count: u64,
    /// The number of jobs above which void jobs are removed.
    sweep_at: usize,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), count: 0, sweep_at: MIN_SWEEP }
    }
}

impl Schedule {
    pub(crate) fn add(&mut self, due: Timestamp, job: Job) {
        self.count += 1;
        self.heap.push(Reverse((due, self.count, job)));
    }

    /// Returns the due time of the next job.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse((due, ..))| *due)
    }

    /// Removes and returns the next job with its due time, if that is not after `now`.
    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<(Timestamp, Job)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((due, _, job))| (due, job))
    }

    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    /// Returns whether void jobs should be removed: the schedule has doubled since the last time.
    pub(crate) fn needs_sweep(&self) -> bool {
        self.heap.len() > self.sweep_at
    }

    /// Keeps the jobs that `keep` selects, in their order.
    pub(crate) fn retain(&mut self, keep: impl Fn(Job) -> bool) {
        self.heap.retain(|Reverse((.., job))| keep(*job));
        self.sweep_at = (2 * self.heap.len()).max(MIN_SWEEP);
    }
}
