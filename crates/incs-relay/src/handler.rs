//! Handlers of items: their context and their errors.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use incs_model::inbound::Inbound;
use incs_model::{Invalid, OutboundMessage, Timestamp};
use incs_webhook::Item;

#[cfg(feature = "outbox")]
use crate::store::OutboxEntry;
use crate::store::{ItemId, Lease, OutboxMessage};

/// The largest length of a stored error text, in bytes.
const MAX_ERROR: usize = 500;

pub(crate) type HandlerFuture = Pin<Box<dyn Future<Output = Result<(), HandlerError>> + Send>>;
pub(crate) type MessageHandler = Arc<dyn Fn(Inbound, Context) -> HandlerFuture + Send + Sync>;
pub(crate) type EventHandler = Arc<dyn Fn(Item, Context) -> HandlerFuture + Send + Sync>;

#[cfg(feature = "outbox")]
pub(crate) type OutcomeHandler = Arc<dyn Fn(OutboxEntry) -> HandlerFuture + Send + Sync>;

/// The item that a handler handles, and the operations that are stored with its completion. Cheap to clone.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    id: ItemId,
    item: Item,
    attempt: u32,
    received_at: Timestamp,
    replay_of: Option<ItemId>,
    lease: Lease,
    messages: Mutex<Vec<OutboxMessage>>,
}

impl Context {
    pub(crate) fn new(
        id: ItemId,
        item: Item,
        attempt: u32,
        received_at: Timestamp,
        replay_of: Option<ItemId>,
        lease: Lease,
    ) -> Self {
        Self(Arc::new(Inner { id, item, attempt, received_at, replay_of, lease, messages: Mutex::default() }))
    }

    /// Returns the number of the item in the store.
    pub fn id(&self) -> ItemId {
        self.0.id
    }

    /// Returns the item: its kind, its deduplication key and its bytes.
    pub fn item(&self) -> &Item {
        &self.0.item
    }

    /// Returns the number of this attempt, from 1. An attempt that a crash ended counts.
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    /// Returns the time at which the webhook arrived.
    pub fn received_at(&self) -> Timestamp {
        self.0.received_at
    }

    /// Returns the item that this one replays, if an operator replayed it.
    pub fn replay_of(&self) -> Option<ItemId> {
        self.0.replay_of
    }

    /// Returns the lease, for `SqliteStore::complete_in`. Its fencing token guards writes to other systems: refuse a write whose token
    /// is smaller than the largest one that was seen for its ordering key.
    pub fn lease(&self) -> Lease {
        self.0.lease
    }

    /// Enqueues a message in the same transaction as the completion of this item.
    ///
    /// The message is enqueued exactly once, however often the handler runs: its key is made of the item and the number of this call. If
    /// a later attempt enqueues another message in the same place, the first one counts.
    ///
    /// # Errors
    ///
    /// Returns the violations of a message that the platform would reject.
    pub fn enqueue(&self, message: impl Into<OutboundMessage>) -> Result<(), Invalid> {
        let mut messages = self.0.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("inbox/{}/{}", self.0.id, messages.len() + 1);
        messages.push(OutboxMessage::try_new(key, message)?);
        Ok(())
    }

    /// Enqueues a message with a key and options of its own in the same transaction as the completion of this item.
    ///
    /// The key decides whether the message is new, so make it of the thing that the message is about. Use another key than the keys of
    /// [`enqueue`](Self::enqueue), which begin with `inbox/`.
    pub fn enqueue_message(&self, message: OutboxMessage) {
        self.0.messages.lock().unwrap_or_else(PoisonError::into_inner).push(message);
    }

    pub(crate) fn take_messages(&self) -> Vec<OutboxMessage> {
        std::mem::take(&mut *self.0.messages.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("id", &self.0.id).field("attempt", &self.0.attempt).finish_non_exhaustive()
    }
}

/// The failure of a handler. Every error converts into one that is retried, so `?` works in a handler.
///
/// Its text is stored with the item and shown to operators. Put no phone number and no message text into it.
pub struct HandlerError {
    pub(crate) text: String,
    pub(crate) next: AfterFailure,
}

/// The next step after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterFailure {
    /// By the schedule of the relay.
    Retry,
    RetryAfter(Duration),
    DeadLetter,
    /// Nobody handles items of this class.
    NoHandler,
}

impl HandlerError {
    /// Returns a failure that is retried by the schedule of the relay.
    pub fn retry(text: impl fmt::Display) -> Self {
        Self::new(&text, AfterFailure::Retry)
    }

    /// Returns a failure that is retried after this time. It counts as an attempt.
    pub fn retry_after(delay: Duration, text: impl fmt::Display) -> Self {
        Self::new(&text, AfterFailure::RetryAfter(delay))
    }

    /// Returns a failure after which the item becomes a dead letter at once, and the next item is handled.
    pub fn dead_letter(text: impl fmt::Display) -> Self {
        Self::new(&text, AfterFailure::DeadLetter)
    }

    pub(crate) fn no_handler() -> Self {
        Self::new(&"", AfterFailure::NoHandler)
    }

    fn new(text: &dyn fmt::Display, next: AfterFailure) -> Self {
        let mut text = text.to_string();
        text.truncate(text.floor_char_boundary(MAX_ERROR));
        Self { text, next }
    }
}

impl<E: std::error::Error> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self::retry(error)
    }
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerError").field("next", &self.next).finish_non_exhaustive()
    }
}
