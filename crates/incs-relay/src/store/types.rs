//! The values that a store takes and returns.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use incs_model::Timestamp;
use incs_model::delivery::DeliveryUpdate;

use super::keys::OrderingKey;
use super::outbox::{CustomerContact, OutboxMessage, OutboxStats, Sighting};

/// The number of an item. A later item has a larger number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u64);

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Returns the part of a range that lies in a body.
pub(crate) fn within(range: &Range<usize>, length: usize) -> Range<usize> {
    let end = range.end.min(length);
    range.start.min(end)..end
}

/// Returns a body of which only these ranges are kept, and the rest is spaces.
pub(crate) fn only(body: &[u8], kept: &[Range<usize>]) -> Vec<u8> {
    let mut only = vec![b' '; body.len()];
    for range in kept {
        if let (Some(to), Some(from)) = (only.get_mut(range.clone()), body.get(range.clone())) {
            to.copy_from_slice(from);
        }
    }
    only
}

/// A number that grows with every claim of a store. A holder with an older number than the current one holds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FencingToken(pub u64);

/// A delivery to be stored with its items.
#[derive(Clone)]
pub struct NewDelivery {
    /// The time of arrival.
    pub received_at: Timestamp,
    /// The unchanged body.
    pub body: Arc<[u8]>,
    /// The data that the items share: `incs_webhook::Envelope::to_bytes`. Stored once for each delivery.
    pub envelope: Arc<[u8]>,
    /// The items.
    pub items: Vec<NewItem>,
}

impl fmt::Debug for NewDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewDelivery").field("items", &self.items).finish_non_exhaustive()
    }
}

/// An item to be stored.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// The key of items that are handled in order.
    pub ordering_key: OrderingKey,
    /// The deduplication key. Random for an item without identity.
    pub dedup_key: [u8; 32],
    /// The identity of a customer's message, which is the same in each of its callbacks.
    pub message: Option<[u8; 16]>,
    /// The kind, in the words of `incs_webhook::Item::kind`.
    pub kind: String,
    /// The class, which decides which handler gets the item.
    pub class: ItemClass,
    /// The JSON pointer of the item in its body.
    pub pointer: String,
    /// The range of the item in the body.
    pub range: Range<usize>,
    /// The customer who wrote it, if it opens the 24-hour window.
    pub contact: Option<CustomerContact>,
}

/// The class of an item, which decides which handler gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemClass {
    /// A customer's message.
    Message,
    /// A receipt: a delivery update of a sent message.
    Receipt,
    /// Another event that was understood.
    Event,
    /// An item that was not understood.
    Unparsed,
}

impl ItemClass {
    /// All classes.
    pub const ALL: [Self; 4] = [Self::Message, Self::Receipt, Self::Event, Self::Unparsed];

    /// Returns the name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Receipt => "receipt",
            Self::Event => "event",
            Self::Unparsed => "unparsed",
        }
    }

    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "stored by number"))]
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "stored by number"))]
    pub(crate) fn of_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Unparsed)
    }
}

/// The result of appending one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// The item is new and will be handed out.
    New(ItemId),
    /// An item with the same deduplication key is stored.
    Seen,
    /// The item is a second callback of a customer's message. It is stored, and never handed out.
    DuplicateOf {
        /// The item.
        id: ItemId,
        /// The first item of the message.
        first: ItemId,
    },
    /// The item waits in a spool on the disk of this machine. The store gets it later, so it is not known yet whether it is new.
    Spooled,
}

/// The limits of one [`claim`](super::Store::claim).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimLimits {
    /// The largest number of ordering keys.
    pub keys: usize,
    /// The largest number of items of each key.
    pub items_per_key: usize,
    /// The largest number of bytes of all items. The first item is returned whatever its size.
    pub bytes: usize,
    /// The duration of the lease.
    pub lease: Duration,
    /// The number of attempts after which an item that never completed becomes a dead letter.
    pub max_attempts: u32,
}

/// The right to handle the items of one ordering key until the lease ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The ordering key.
    pub key: OrderingKey,
    /// The fencing token of the claim.
    pub token: FencingToken,
}

/// A leased ordering key with its next items.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The lease.
    pub lease: Lease,
    /// The items, in order. Never empty.
    pub items: Vec<ClaimedItem>,
}

/// A leased item.
#[derive(Debug, Clone)]
pub struct ClaimedItem {
    /// The item.
    pub item: StoredItem,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// The second callback of the same message, if it has arrived.
    pub copy: Option<StoredItem>,
}

/// An item with its bytes.
#[derive(Clone)]
pub struct StoredItem {
    /// The number of the item.
    pub id: ItemId,
    /// The class.
    pub class: ItemClass,
    /// The kind.
    pub kind: String,
    /// The JSON pointer of the item in its body.
    pub pointer: String,
    /// The time of arrival.
    pub received_at: Timestamp,
    /// The item that this one replays.
    pub replay_of: Option<ItemId>,
    /// The data that the items of the delivery share.
    pub envelope: Arc<[u8]>,
    /// The bytes of the item. `None` if they were erased.
    pub raw: Option<Vec<u8>>,
}

impl fmt::Debug for StoredItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredItem").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The result of handling leased items.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The lease.
    pub lease: Lease,
    /// The items that were handled.
    pub done: Vec<ItemId>,
    /// The next step for the ordering key.
    pub next: NextStep,
    /// The receipts among the handled items.
    pub status_updates: Vec<StatusUpdate>,
    /// Messages to send, which are stored in the same transaction.
    pub enqueue: Vec<OutboxMessage>,
}

impl Completion {
    /// Returns a completion of these items that ends the lease.
    pub fn release(lease: Lease, done: Vec<ItemId>) -> Self {
        Self { lease, done, next: NextStep::Release, status_updates: Vec::new(), enqueue: Vec::new() }
    }
}

/// The next step for an ordering key after a completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// The holder goes on with the other leased items.
    KeepLease,
    /// The lease ends. The next items can be claimed at once. If nothing was done, the attempt does not count.
    Release,
    /// The next item failed. The key waits, and the lease ends.
    Retry {
        /// The time to wait.
        delay: Duration,
        /// A short description for an operator.
        error: String,
    },
    /// An item becomes a dead letter. The lease ends.
    DeadLetter {
        /// The item.
        item: ItemId,
        /// The reason in one word.
        reason: &'static str,
        /// A short description for an operator.
        error: String,
    },
}

/// A receipt of a sent message.
#[derive(Clone)]
pub struct StatusUpdate {
    /// The provider's id of the message.
    pub message_id: String,
    /// The key of the recipient, for a message to a group.
    pub recipient: Option<String>,
    /// The content of the receipt.
    pub update: DeliveryUpdate,
    /// The same webhook as evidence for a send whose outcome is unknown.
    pub sighting: Option<Sighting>,
}

impl fmt::Debug for StatusUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusUpdate").field("stage", &self.update.stage).finish_non_exhaustive()
    }
}

/// Reports whether a lease was valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    /// The lease was valid, and the operation was done.
    Held,
    /// Another holder has claimed the key since, or the lease was ended. Nothing was changed.
    Stale,
}

/// The state of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemState {
    /// Waits for its turn.
    Stored,
    /// Is being handled.
    Leased,
    /// Was handled, or is a duplicate.
    Done,
    /// Failed, and waits for the next attempt.
    Failed,
    /// Is a dead letter, and waits for an operator.
    Dead,
}

impl ItemState {
    /// All states.
    pub const ALL: [Self; 5] = [Self::Stored, Self::Leased, Self::Done, Self::Failed, Self::Dead];

    /// Returns the name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }
}

/// The selection of a [`list`](super::Store::list).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemFilter {
    /// Only items with this state.
    pub state: Option<ItemState>,
    /// Only this item.
    pub id: Option<ItemId>,
    /// Only items after this one.
    pub after: Option<ItemId>,
    /// The largest number of items.
    pub limit: usize,
}

/// The description of an item, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    /// The number of the item.
    pub id: ItemId,
    /// The state.
    pub state: ItemState,
    /// The class.
    pub class: ItemClass,
    /// The kind.
    pub kind: String,
    /// The deduplication key.
    pub dedup_key: [u8; 32],
    /// The key of items that are handled in order.
    pub ordering_key: OrderingKey,
    /// The number of attempts.
    pub attempts: u32,
    /// The time of arrival.
    pub received_at: Timestamp,
    /// The time of the next attempt of a failed item, or of the end of the lease of a leased one.
    pub next_at: Option<Timestamp>,
    /// The first item of the same message.
    pub duplicate_of: Option<ItemId>,
    /// The item that this one replays.
    pub replay_of: Option<ItemId>,
    /// The reason in one word why the item is a dead letter.
    pub reason: Option<String>,
    /// The description of the last failure.
    pub error: Option<String>,
    /// True when the bytes were erased.
    pub is_erased: bool,
}

/// The time that a holder has to notice that an operator has ended its lease, before the next item of the key is handed out.
pub(crate) const NOTICE: Duration = Duration::from_secs(3);

/// An action of an operator on one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperatorAction {
    /// Makes the next attempt of a failed item now, or hands out a dead letter again.
    Retry,
    /// Makes an open item a dead letter. If it is leased, the lease ends: the other items of the lease are handed out again, a few
    /// seconds later.
    DeadLetter,
    /// Appends a copy of the item at the end of its ordering key.
    Replay,
}

/// The result of an operator's action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorResult {
    /// The action was done.
    Done,
    /// The item was replayed as this one.
    Replayed(ItemId),
    /// The store has no such item.
    NotFound,
    /// The action does not fit the state of the item. Nothing was changed.
    WrongState(ItemState),
    /// The bytes of the item were erased.
    Erased,
}

/// An item whose bytes are to be removed.
#[derive(Clone)]
pub struct Erasure {
    /// The item.
    pub item: ItemId,
    /// The data that the other items of the delivery keep, without the person. `None` leaves it as it is.
    pub envelope: Option<Arc<[u8]>>,
}

impl fmt::Debug for Erasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Erasure").field("item", &self.item).finish_non_exhaustive()
    }
}

/// The time for which items are kept. It is also the time for which duplicates are recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// For items that are done, from their arrival.
    pub done: Duration,
    /// For dead letters, from the time at which they became one.
    pub dead: Duration,
    /// For messages of the outbox, from the time at which they got their last state. Messages that wait, are being sent or whose outcome
    /// is unknown are kept. It is also the time for which a key that is used again is recognized.
    pub sent: Duration,
}

impl Default for Retention {
    /// Returns 7 days for items that are done, 90 days for dead letters, and 30 days for messages of the outbox.
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60;
        Self {
            done: Duration::from_secs(7 * DAY),
            dead: Duration::from_secs(90 * DAY),
            sent: Duration::from_secs(30 * DAY),
        }
    }
}

/// The result of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// The number of removed items.
    pub items: u64,
    /// The number of removed messages of the outbox.
    pub messages: u64,
    /// True when nothing older than the retention is left.
    pub is_finished: bool,
}

/// The deliveries that wait in a spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Spooled {
    /// The number of deliveries.
    pub deliveries: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// The time of arrival of the first of them.
    pub since: Option<Timestamp>,
}

/// The state of a store in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Items that wait for their turn, for a lease or for the next attempt.
    pub open: u64,
    /// Ordering keys that are leased.
    pub leased_keys: u64,
    /// Ordering keys that wait after a failure. Their later items wait too.
    pub blocked_keys: u64,
    /// The time of the failure since which the first of them waits.
    pub blocked_since: Option<Timestamp>,
    /// Dead letters.
    pub dead: u64,
    /// All items, those that are done included.
    pub items: u64,
    /// The time of arrival of the oldest open item.
    pub oldest_open: Option<Timestamp>,
    /// The outbox.
    pub outbox: OutboxStats,
    /// The size of the store in bytes, if it has one.
    pub bytes: Option<u64>,
}
