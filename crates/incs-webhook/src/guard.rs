//! Taking each thing once, however often it is delivered.
//!
//! A guard that marks an item as seen when it *arrives* loses messages: the handler fails, the sender tries again, and the
//! second try is thrown away as a repetition. So here are two steps. An item is **claimed** before it is handled and
//! **confirmed** after; what was claimed and not confirmed can be claimed again.
//!
//! ```
//! use std::time::Duration;
//!
//! use incs_model::Timestamp;
//! use incs_webhook::Delivery;
//! use incs_webhook::guard::{Claim, MemoryGuard, Ticket};
//!
//! # fn handle(_: &incs_webhook::Item) -> Result<(), ()> { Ok(()) }
//! # fn main() -> Result<(), incs_webhook::Rejection> {
//! let guard = MemoryGuard::new(100_000, Duration::from_secs(3 * 24 * 3600));
//!
//! # let body = br#"{"event":"message_status_update","message_id":"m1","message_status":"read"}"#;
//! # let headers = [("content-type", "application/json")];
//! let batch = Delivery::new(&headers, body).dangerously_skip_verification()?.parse();
//! let mut all_done = true;
//! for item in &batch {
//!     match Ticket::claim(&guard, item.dedup_key(), Timestamp::now()) {
//!         Claim::First(ticket) => match handle(item) {
//!             Ok(()) => ticket.confirm(Timestamp::now()),
//!             // The ticket is dropped, so the next delivery of this item counts as the first.
//!             Err(()) => all_done = false,
//!         },
//!         // Another task has it in hand and may fail yet.
//!         Claim::InHand => all_done = false,
//!         Claim::Repeated => {}
//!     }
//! }
//! let status = if all_done { 200 } else { 503 };
//! # assert_eq!(status, 200);
//! # Ok(())
//! # }
//! ```
//!
//! After a 503 the whole body may come again; the items that were confirmed are then [`Claim::Repeated`] and the one that failed
//! is [`Claim::First`]. **Unknown:** whether INCS or Exotel deliver again at all, and for how long. So keep the body of a failed
//! item besides.
//!
//! # In a database
//!
//! The surest guard is a unique key in the transaction that handles the item. Then commit is confirm, roll back is release, and
//! a crash between the two cannot be:
//!
//! ```sql
//! CREATE TABLE handled (key bytea PRIMARY KEY, at timestamptz NOT NULL);
//! -- in the transaction that stores the message; no row was inserted: it is a repetition
//! INSERT INTO handled (key, at) VALUES ($1, now()) ON CONFLICT DO NOTHING;
//! ```
//!
//! `$1` is [`DedupKey::as_bytes`], 32 bytes. This needs nothing of this module, and works as well with an async driver:
//! await the statement with `item.dedup_key()`, and handle an item without a key always.
//!
//! Where handling is no transaction, implement [`ReplayGuard`] over a blocking driver, with a lease for what was claimed:
//!
//! ```sql
//! CREATE TABLE claims (key bytea PRIMARY KEY, lease bigint NOT NULL, at timestamptz NOT NULL, confirmed boolean NOT NULL);
//! -- claim: one row was written: first; none: in hand or repeated, as `confirmed` tells
//! INSERT INTO claims VALUES ($1, $2, $3, false) ON CONFLICT (key) DO UPDATE
//!     SET lease = excluded.lease, at = excluded.at, confirmed = false
//!     WHERE claims.at < $3 - CASE WHEN claims.confirmed THEN interval '3 days' ELSE interval '5 minutes' END;
//! -- confirm
//! INSERT INTO claims VALUES ($1, 0, $2, true) ON CONFLICT (key) DO UPDATE SET at = excluded.at, confirmed = true;
//! -- release
//! DELETE FROM claims WHERE key = $1 AND lease = $2 AND NOT confirmed;
//! ```

mod memory;

use std::fmt;
use std::sync::Arc;

use incs_model::Timestamp;

pub use self::memory::MemoryGuard;
use crate::dedup::DedupKey;

/// Remembers what was handled. [`MemoryGuard`] is ready; write your own by implementing this, and use any of them through
/// [`Ticket`].
///
/// No method can fail: a guard whose store does not answer should grant claims, since twice is better than lost. Times are
/// the receiver's own, never those of a message.
pub trait ReplayGuard: Send + Sync {
    /// Claims a key: [`Claim::First`] to exactly one of many that ask, until its claim is released or has expired.
    fn claim(&self, key: &DedupKey, now: Timestamp) -> Claim<Lease>;

    /// Says that what the key stands for was handled. It counts whatever became of the claim meanwhile, also if that has expired:
    /// handled is handled.
    fn confirm(&self, key: &DedupKey, now: Timestamp);

    /// Gives a claim back, so that the next one is first again. Does nothing if the key was confirmed, or was claimed anew after
    /// this claim had expired; the lease tells.
    fn release(&self, key: &DedupKey, lease: Lease);
}

/// The answer to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Claim<T> {
    /// Handle it, then confirm.
    First(T),
    /// Somebody else is handling it, and may fail yet. Do not handle it, and do not tell the sender that all is well: answer
    /// 503, or look again later.
    InHand,
    /// It was handled. Leave it.
    Repeated,
}

/// The number of a claim, by which a guard tells it from a later claim of the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease(u64);

impl<T> Claim<T> {
    /// What came with [`Claim::First`].
    pub fn first(self) -> Option<T> {
        match self {
            Self::First(granted) => Some(granted),
            Self::InHand | Self::Repeated => None,
        }
    }

    /// Changes what comes with [`Claim::First`].
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Claim<U> {
        match self {
            Self::First(granted) => Claim::First(change(granted)),
            Self::InHand => Claim::InHand,
            Self::Repeated => Claim::Repeated,
        }
    }
}

impl Lease {
    /// For guards of your own: a number that no earlier claim of the same key had.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

/// A claim that gives itself back: dropped without [`confirm`](Self::confirm), by an early return, a panic or a task that was
/// cancelled, it releases the key, and the next delivery is the first again.
///
/// `G` is how the guard is held. With `&guard` the ticket borrows it; with a clone of an `Arc` the ticket can go to another task:
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use incs_model::Timestamp;
/// use incs_webhook::DedupKey;
/// use incs_webhook::guard::{Claim, MemoryGuard, ReplayGuard, Ticket};
///
/// let guard: Arc<dyn ReplayGuard> = Arc::new(MemoryGuard::new(1000, Duration::from_secs(3600)));
/// let now: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
/// let key = DedupKey::of_parts(["webhook-id", "msg_1"]);
///
/// if let Claim::First(ticket) = Ticket::claim(Arc::clone(&guard), key, now) {
///     std::thread::spawn(move || ticket.confirm(now)).join().unwrap();
/// }
/// assert!(matches!(Ticket::claim(&guard, key, now), Claim::Repeated));
/// ```
#[must_use = "a ticket that is dropped gives the claim back"]
pub struct Ticket<G: ReplayGuard> {
    guard: G,
    /// `None` for what has no key, and once it was confirmed.
    held: Option<(DedupKey, Lease)>,
}

impl<G: ReplayGuard> Ticket<G> {
    /// Claims a key, as [`Item::dedup_key`](crate::Item::dedup_key) gives it. Without a key nothing can be told apart, so it is
    /// always [`Claim::First`].
    pub fn claim(guard: G, key: impl Into<Option<DedupKey>>, now: Timestamp) -> Claim<Self> {
        match key.into() {
            None => Claim::First(Self { guard, held: None }),
            Some(key) => guard.claim(&key, now).map(|lease| Self { guard, held: Some((key, lease)) }),
        }
    }

    /// Says that it was handled. From now on it is [`Claim::Repeated`], as long as the guard remembers it.
    pub fn confirm(mut self, now: Timestamp) {
        if let Some((key, _)) = self.held.take() {
            self.guard.confirm(&key, now);
        }
    }

    /// Gives the claim back; the same as dropping it.
    pub fn release(self) {
        drop(self);
    }
}

impl<G: ReplayGuard> Drop for Ticket<G> {
    fn drop(&mut self) {
        if let Some((key, lease)) = self.held.take() {
            self.guard.release(&key, lease);
        }
    }
}

impl<G: ReplayGuard> fmt::Debug for Ticket<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ticket").field(&self.held.map(|(key, _)| key)).finish()
    }
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<G: ReplayGuard + ?Sized> ReplayGuard for $pointer {
            fn claim(&self, key: &DedupKey, now: Timestamp) -> Claim<Lease> {
                (**self).claim(key, now)
            }

            fn confirm(&self, key: &DedupKey, now: Timestamp) {
                (**self).confirm(key, now);
            }

            fn release(&self, key: &DedupKey, lease: Lease) {
                (**self).release(key, lease);
            }
        }
    )+};
}

forward!(&G, Box<G>, Arc<G>);
