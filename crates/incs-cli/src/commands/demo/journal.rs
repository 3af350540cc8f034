//! What the receiver of the demo took in.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use incs_facade::webhook::Item;
use tokio::sync::Notify;

/// One item that arrived, and whether it was there before.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) item: Item,
    pub(super) is_repeated: bool,
}

/// What the receiver took in, in order.
#[derive(Debug, Default)]
pub(super) struct Journal {
    seen: Mutex<Vec<Seen>>,
    grown: Notify,
}

impl Journal {
    pub(super) fn add(&self, seen: Seen) {
        self.entries().push(seen);
        self.grown.notify_waiters();
    }

    /// The first thing that `pick` finds among all that came or comes, if it comes in time.
    pub(super) async fn wait<T>(&self, limit: Duration, pick: impl Fn(&Seen) -> Option<T>) -> Option<T> {
        let found = async {
            loop {
                let grown = self.grown.notified();
                tokio::pin!(grown);
                // Listening before looking, so that nothing slips in between.
                grown.as_mut().enable();
                if let Some(found) = self.entries().iter().find_map(&pick) {
                    return found;
                }
                grown.await;
            }
        };
        tokio::time::timeout(limit, found).await.ok()
    }

    pub(super) fn count(&self, is_wanted: impl Fn(&Seen) -> bool) -> usize {
        self.entries().iter().filter(|seen| is_wanted(seen)).count()
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
