//! The record of a fault server, and the state that its connections share.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::sync::watch;

use super::fault::{Fault, Moment, Reply};

/// The record of a [`FaultServer`](crate::FaultServer).
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Seen {
    /// Connections that were accepted.
    pub connections: usize,
    /// Connections that are open now.
    pub open: usize,
    /// Exchanges in progress: from the first byte of a request to the last byte of its reply, or to the end of the connection.
    /// The server notices a disconnect of the client also while it stalls.
    pub busy: usize,
    /// Exchanges that are stalled now.
    pub stalled: usize,
    /// Complete requests: all headers, and the complete body by its `content-length` or chunks.
    pub complete: Vec<SeenRequest>,
    /// The number of bytes of each incomplete request. Over TLS, a broken handshake counts too.
    pub partial: Vec<usize>,
}

/// A complete request.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SeenRequest {
    /// The method.
    pub method: Method,
    /// Path and query from the request line.
    pub target: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, without chunk marks.
    pub body: Bytes,
    /// The number of its connection, from 1.
    pub connection: usize,
}

/// The state that the connections of one server share.
pub(super) struct Shared {
    pub(super) seen: watch::Sender<Seen>,
    faults: Mutex<Faults>,
}

pub(super) struct Faults {
    pub(super) queue: VecDeque<Fault>,
    pub(super) default: Fault,
}

impl Default for Shared {
    fn default() -> Self {
        let faults = Faults { queue: VecDeque::new(), default: Reply::new(200).echoing().into() };
        Self { seen: watch::Sender::default(), faults: Mutex::new(faults) }
    }
}

impl Shared {
    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn next(&self) -> Fault {
        let mut faults = self.faults();
        faults.queue.pop_front().unwrap_or_else(|| faults.default.clone())
    }

    pub(super) fn take_if_at(&self, moment: Moment) -> Option<Fault> {
        let mut faults = self.faults();
        match faults.queue.front() {
            Some(fault) if fault.is_at(moment) => faults.queue.pop_front(),
            None if faults.default.is_at(moment) => Some(faults.default.clone()),
            _ => None,
        }
    }

    /// Records a request, and returns its number, from 1.
    pub(super) fn record(&self, request: SeenRequest) -> usize {
        let mut number = 0;
        self.seen.send_modify(|seen| {
            seen.complete.push(request);
            number = seen.complete.len();
        });
        number
    }

    pub(super) fn record_partial(&self, bytes: usize) {
        self.seen.send_modify(|seen| seen.partial.push(bytes));
    }

    pub(super) fn count(self: &Arc<Self>, of: fn(&mut Seen) -> &mut usize) -> Count {
        self.seen.send_modify(|seen| *of(seen) += 1);
        Count { shared: Arc::clone(self), of }
    }
}

/// Counts one thing for as long as it lives.
pub(super) struct Count {
    shared: Arc<Shared>,
    of: fn(&mut Seen) -> &mut usize,
}

impl Drop for Count {
    fn drop(&mut self) {
        self.shared.seen.send_modify(|seen| *(self.of)(seen) -= 1);
    }
}
