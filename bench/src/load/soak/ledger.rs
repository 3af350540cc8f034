//! The receiver's record of each message of the soak.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use incs_model::delivery::{DeliveryState, DeliveryUpdate, Stage};
use incs_model::id::MessageId;

/// The receiver's record of each message.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    deliveries: HashMap<MessageId, DeliveryState>,
    /// Ids by customer, from webhooks.
    found: HashMap<String, MessageId>,
    items: u64,
    repeated: u64,
    last: Option<Instant>,
}

impl Ledger {
    /// Counts a received item.
    pub(super) fn came(&self, is_repeated: bool) {
        let mut book = self.book();
        book.items += 1;
        book.repeated += u64::from(is_repeated);
        book.last = Some(Instant::now());
    }

    /// Merges an update of a message. Returns true if its state changed.
    pub(super) fn merge(&self, id: &MessageId, fact: &DeliveryUpdate) -> bool {
        self.book().deliveries.entry(id.clone()).or_default().merge(fact).stage_changed()
    }

    /// Records the customer of a message id.
    pub(super) fn names(&self, customer: String, id: MessageId) {
        self.book().found.insert(customer, id);
    }

    pub(super) fn found(&self, customer: &str) -> Option<MessageId> {
        self.book().found.get(customer).cloned()
    }

    /// Returns the state in the platform's words.
    pub(super) fn state(&self, id: &MessageId) -> Option<String> {
        let stage = self.book().deliveries.get(id)?.stage()?;
        let word = match stage {
            Stage::Created => "created",
            Stage::Sent => "sent",
            Stage::Failed => "failed",
            Stage::Delivered => "delivered",
            Stage::Read => "read",
        };
        Some(word.to_owned())
    }

    /// Removes checked messages, so that the soak itself needs little memory.
    pub(super) fn forget<'a>(&self, ids: impl Iterator<Item = &'a MessageId>) {
        let mut book = self.book();
        for id in ids {
            book.deliveries.remove(id);
        }
        book.found.clear();
    }

    pub(super) fn silent_for(&self) -> Duration {
        self.book().last.map_or(Duration::ZERO, |last| last.elapsed())
    }

    pub(super) fn items(&self) -> u64 {
        self.book().items
    }

    pub(super) fn repeated(&self) -> u64 {
        self.book().repeated
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
