//! The [`Store`]: the durable state of an inbox and an outbox.

mod keys;
mod memory;
mod outbox;
#[cfg(feature = "sqlite")]
mod spool;
#[cfg(feature = "sqlite")]
mod sqlite;
mod types;

use std::time::Duration;

use async_trait::async_trait;
use incs_model::Timestamp;
use incs_model::delivery::DeliveryState;

pub(crate) use self::keys::hash;
pub use self::keys::{ContentKey, OrderingKey, RecipientKey};
pub use self::memory::MemoryStore;
pub use self::outbox::{
    Advanced, CUSTOMER_WINDOW, Candidates, CustomerContact, Decision, DecisionResult, Enqueued, ExpiredSends,
    OutboxEntry, OutboxFilter, OutboxId, OutboxMessage, OutboxState, OutboxStats, Proof, Recorded, Reported,
    SendLimits, SendOutcome, SendResult, SenderId, SendingMessage, Sighting, SightingKind,
};
#[cfg(feature = "sqlite")]
pub use self::spool::{Spool, SpoolOptions};
#[cfg(feature = "sqlite")]
pub use self::sqlite::{CompleteInError, SqliteOptions, SqliteStore};
pub use self::types::{
    Appended, Claim, ClaimLimits, ClaimedItem, Completion, Erasure, FencingToken, InboxItem, ItemClass, ItemFilter,
    ItemId, ItemState, Lease, LeaseState, NewDelivery, NewItem, NextStep, OperatorAction, OperatorResult, Retention,
    Spooled, Stats, StatusUpdate, StoredItem, Swept,
};

/// The durable state of an inbox and an outbox. Object safe, so a [`Relay`](crate::Relay) holds any store.
///
/// Every operation takes a batch and returns one answer for each entry, in the order of the input. Repeating an operation is safe. After
/// an error, any part of the operation may have been stored.
///
/// # Invariants
///
/// The `contract` suite of this crate checks them for every store:
///
/// 1. An acknowledged append is found after any crash.
/// 2. There is one item for each deduplication key, for as long as the item is retained.
/// 3. Two holders never hold one ordering key with valid leases. A stale [`FencingToken`] changes nothing, also after a restart.
/// 4. Items of one ordering key are handed out in the order of their appends.
/// 5. Every acknowledged item is open, done or dead.
/// 6. Status updates can arrive in any order and more than once.
/// 7. A sweep removes no item that is open, and no dead letter before its time.
/// 8. A store that cannot work returns an error, never a wrong answer.
/// 9. An attempt of a message is marked at most once. `Sending` and `Unknown` become `Queued` only by an outcome that proves that nothing
///    was done, or by a person.
/// 10. The first outcome of an attempt is recorded, however late it comes.
///
/// # Stability
///
/// Not stable before version 1.0. Implement it only if you can follow each version.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Stores deliveries durably, each with its items. Each delivery has one answer for each of its items.
    ///
    /// An item whose deduplication key is known is not stored again. A customer's message that is known by its
    /// [`message`](NewItem::message) is stored as a duplicate, and is never handed out.
    async fn append(&self, deliveries: Vec<NewDelivery>) -> Result<Vec<Vec<Appended>>, StoreError>;

    /// Leases ordering keys that are due, with their next items in order. Counts an attempt for the first item of each key.
    ///
    /// A key whose first item was handed out [`max_attempts`](ClaimLimits::max_attempts) times without a completion loses that item to
    /// the dead letters, with the reason `handler_never_finished`. After a lease ran out, the items of that lease are handed out one by
    /// one, so that an item that kills the process is found.
    async fn claim(&self, limits: ClaimLimits) -> Result<Vec<Claim>, StoreError>;

    /// Extends leases to `lease` from now.
    async fn renew(&self, leases: Vec<Lease>, lease: Duration) -> Result<Vec<LeaseState>, StoreError>;

    /// Records the results of leased items. A completion with a stale lease changes nothing.
    async fn complete(&self, completions: Vec<Completion>) -> Result<Vec<LeaseState>, StoreError>;

    /// Returns a page of items, the oldest first.
    async fn list(&self, filter: ItemFilter) -> Result<Vec<InboxItem>, StoreError>;

    /// Returns a page of items with their bytes, the oldest first: at most `limit` items after `after`.
    async fn read(&self, after: Option<ItemId>, limit: usize) -> Result<Vec<StoredItem>, StoreError>;

    /// Returns the unchanged body of the delivery that an item arrived with, or the bytes of a replayed item. `None` if the item is
    /// unknown or erased.
    async fn body(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Returns the merged state of a sent message by the provider's id of it, or `None` before its first receipt. For a message to a
    /// group, `recipient` is the key of one member.
    async fn delivery_state(
        &self,
        message_id: &str,
        recipient: Option<&str>,
    ) -> Result<Option<DeliveryState>, StoreError>;

    /// Performs an operator's actions.
    async fn operate(&self, actions: Vec<(ItemId, OperatorAction)>) -> Result<Vec<OperatorResult>, StoreError>;

    /// Removes the bytes of items and keeps their keys. Items that are open or dead are done then. Returns the number of items that were
    /// erased now.
    ///
    /// Of the body, only the bytes of the delivery's other items are kept. Their places do not change, and the
    /// rest becomes spaces.
    async fn erase(&self, erasures: Vec<Erasure>) -> Result<u64, StoreError>;

    /// Removes what is older than the retention. Looks at no more than `budget` rows; [`Swept::is_finished`] shows whether more is left.
    async fn sweep(&self, retention: Retention, budget: usize) -> Result<Swept, StoreError>;

    /// Returns the state of the store in numbers.
    async fn stats(&self) -> Result<Stats, StoreError>;

    /// Waits until there may be something to claim, at most for `limit`. A hint: correctness does not depend on it.
    async fn wait(&self, limit: Duration);

    /// Stores messages to send durably, each once for its key.
    async fn enqueue(&self, messages: Vec<OutboxMessage>) -> Result<Vec<Enqueued>, StoreError>;

    /// Records the outcomes of attempts, and then marks messages as `Sending`, durably and in one transaction. The messages that it
    /// returns may leave after that, once. If there are any, the sender has a lease from now on.
    ///
    /// **Outcomes.** The first outcome of the last attempt is recorded, also if the message has become unknown meanwhile, and also if
    /// evidence or a person has decided about it: an outcome is a fact. Three decisions are kept, since the outcome says less: an
    /// outcome without effect (`Retry`, `Dead`, `Unknown`) leaves messages that are accepted, abandoned or queued again as they are. An id
    /// that another message has makes the outcome unknown. A late `Accepted` of an earlier attempt sets
    /// [`second_message_id`](OutboxEntry::second_message_id).
    ///
    /// **Marks.** Messages are marked in the order of the time at which they became due, then of their numbers. An ordered message
    /// waits while an earlier ordered one to the same recipient on the same channel is queued or being sent, and for
    /// [`hold`](SendLimits::hold) after one has become unknown. A message whose time is over expires instead: after
    /// [`not_after`](OutboxMessage::not_after) (reason `not_after`), or if it is free-form and the last message of the customer is known and
    /// older than [`CUSTOMER_WINDOW`] (reason `window_closed`). One call expires a limited number of messages.
    async fn advance(&self, results: Vec<SendResult>, limits: SendLimits) -> Result<Advanced, StoreError>;

    /// Waits until there may be something to send, at most for `limit`. A hint: correctness does not depend on it.
    async fn wait_to_send(&self, limit: Duration);

    /// Extends the lease of a sender to `lease` from now.
    async fn renew_sender(&self, sender: SenderId, lease: Duration) -> Result<(), StoreError>;

    /// Makes messages unknown whose sender has no lease any more, and unknown messages unresolved that have been unknown for longer than
    /// `unresolved_after`. `hold` is that of [`SendLimits`].
    async fn expire_sends(&self, hold: Duration, unresolved_after: Duration) -> Result<ExpiredSends, StoreError>;

    /// Records decisions about messages.
    async fn decide(&self, decisions: Vec<(OutboxId, Decision)>) -> Result<Vec<DecisionResult>, StoreError>;

    /// Returns a page of messages of the outbox, the oldest first.
    async fn messages(&self, filter: OutboxFilter) -> Result<Vec<OutboxEntry>, StoreError>;

    /// Returns the body of a message of the outbox. `None` if the message is unknown or erased.
    async fn message_body(&self, id: OutboxId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Returns a message of the outbox with the evidence about it.
    async fn candidates(&self, id: OutboxId) -> Result<Option<Candidates>, StoreError>;

    /// Merges the rows of a status query about messages into their states. `asked` are the messages that it was about.
    async fn record_statuses(&self, asked: Vec<OutboxId>, updates: Vec<StatusUpdate>) -> Result<(), StoreError>;

    /// Returns the time at which a customer last wrote on a channel, by any of their keys.
    async fn last_contact(&self, channel: &str, customer: Vec<RecipientKey>) -> Result<Option<Timestamp>, StoreError>;

    /// Leases changes of messages that are to be reported to a handler of outcomes.
    async fn claim_reports(&self, limit: usize, lease: Duration) -> Result<Vec<OutboxEntry>, StoreError>;

    /// Records the ends of calls of the handler of outcomes.
    async fn complete_reports(&self, reports: Vec<Reported>) -> Result<(), StoreError>;

    /// Removes the bodies of all messages to a recipient, the evidence about them, and the times at which they wrote. Queued messages are
    /// cancelled. Returns the number of messages that were erased now.
    async fn erase_messages(&self, recipients: Vec<RecipientKey>) -> Result<u64, StoreError>;

    /// Returns a text that the program has stored under a name.
    async fn property(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Stores a small text of the program under a name.
    async fn set_property(&self, name: &str, value: &str) -> Result<(), StoreError>;

    /// Returns what waits in a spool in front of the store. `None` without a spool.
    fn spooled(&self) -> Option<Spooled> {
        None
    }
}

/// The reason why a store cannot do something. `Display` contains no data of an item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk is full, or a spool. Nothing was stored; retry when there is space.
    #[error("the disk is full")]
    Full,
    /// Too much is waiting to be written, or the write did not end in time.
    #[error("the store is busy")]
    Busy,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// Another process owns the store.
    #[error("another process owns the store; stop it, or use another file")]
    Owned,
    /// The store was written by a newer version of this crate.
    #[error("the store has schema {found}, this version knows {known}; use a newer version of the program")]
    TooNew {
        /// The schema of the store.
        found: u32,
        /// The newest schema that this version knows.
        known: u32,
    },
    /// The store cannot be used as it is configured, such as with a version of SQLite that can corrupt it.
    #[error("{0}")]
    Unsuitable(String),
    /// The store is on another machine or in another process, and cannot be reached.
    #[error("the store cannot be reached: {0}")]
    Unreachable(String),
    /// Any other error of the engine.
    #[error("the store failed: {0}")]
    Engine(String),
}

impl StoreError {
    /// Returns the reason in one word, as in metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Busy => "busy",
            Self::Closed => "closed",
            Self::Owned => "owned",
            Self::TooNew { .. } => "too_new",
            Self::Unsuitable(_) => "unsuitable",
            Self::Unreachable(_) => "unreachable",
            Self::Engine(_) => "engine",
        }
    }
}
