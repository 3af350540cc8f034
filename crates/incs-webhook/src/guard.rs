//! Handles each item once, although it may be delivered several times.
//!
//! A guard that marks an item as seen on *arrival* loses messages: if the handler fails and the sender retries, the retry is dropped
//! as a duplicate. This guard has two steps. An item is **claimed** before it is handled and **confirmed** afterwards. A claim
//! without confirmation can be claimed again.
//!
//! ```
//! use std::time::Duration;
//!
//! use incs_model::Timestamp;
//! use incs_webhook::Delivery;
//! use incs_webhook::guard::{Claim, ClaimGuard, MemoryGuard};
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
//!     match ClaimGuard::claim(&guard, item.dedup_key(), Timestamp::now()) {
//!         Claim::First(claim) => match handle(item) {
//!             Ok(()) => claim.confirm(Timestamp::now()),
//!             // Dropping the claim releases it, so the next delivery of this item is the first again.
//!             Err(()) => all_done = false,
//!         },
//!         // Another task is handling it and may still fail.
//!         Claim::InProgress => all_done = false,
//!         Claim::Duplicate => {}
//!     }
//! }
//! let status = if all_done { 200 } else { 503 };
//! # assert_eq!(status, 200);
//! # Ok(())
//! # }
//! ```
//!
//! After a 503 the sender may deliver the whole body again. Confirmed items are then [`Claim::Duplicate`], and the failed one is
//! [`Claim::First`]. It is **unknown** whether INCS or Exotel retry at all, and for how long, so store the body of a failed item too.
//!
//! # In a database
//!
//! The most reliable guard is a unique key in the transaction that handles the item. A commit confirms the claim and a rollback
//! releases it, so they cannot diverge in a crash:
//!
//! ```sql
//! CREATE TABLE handled (key bytea PRIMARY KEY, at timestamptz NOT NULL);
//! -- in the transaction that stores the message; no inserted row means a duplicate
//! INSERT INTO handled (key, at) VALUES ($1, now()) ON CONFLICT DO NOTHING;
//! ```
//!
//! `$1` is [`DedupKey::as_bytes`], 32 bytes. This needs nothing of this module and works with an async driver too. Always handle items
//! without a key.
//!
//! If handling is not a transaction, implement [`ReplayGuard`] with a blocking driver and a lease for each claim:
//!
//! ```sql
//! CREATE TABLE claims (key bytea PRIMARY KEY, lease bigint NOT NULL, at timestamptz NOT NULL, confirmed boolean NOT NULL);
//! -- claim: one written row means First; none means InProgress or Duplicate, depending on `confirmed`
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

/// Remembers the keys of handled items. Use it through [`ClaimGuard`].
///
/// [`MemoryGuard`] is an implementation in memory. Implement the trait for your own store.
///
/// The methods cannot fail. If the store is not available, grant the claim: a duplicate is better than a lost message. All times are
/// those of the receiver, not of a message.
pub trait ReplayGuard: Send + Sync {
    /// Claims a key. Returns [`Claim::First`] to exactly one of several callers, until the claim is released or expires.
    fn claim(&self, key: &DedupKey, now: Timestamp) -> Claim<Lease>;

    /// Marks the key as handled. This counts even if the claim has expired or was released in the meantime.
    fn confirm(&self, key: &DedupKey, now: Timestamp);

    /// Releases a claim, so that the next one is first again. Does nothing if the key was confirmed, or if it was claimed again after
    /// this claim expired, which the lease shows.
    fn release(&self, key: &DedupKey, lease: Lease);
}

/// The result of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Claim<T> {
    /// The item is new. Handle it, then confirm.
    First(T),
    /// Another task is handling the item and may still fail. Do not handle it and do not answer 200: answer 503, or claim again later.
    InProgress,
    /// The item was handled. Skip it.
    Duplicate,
}

/// The number of a claim, which distinguishes it from a later claim of the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease(u64);

impl<T> Claim<T> {
    /// Returns the value of [`Claim::First`].
    pub fn first(self) -> Option<T> {
        match self {
            Self::First(granted) => Some(granted),
            Self::InProgress | Self::Duplicate => None,
        }
    }

    /// Maps the value of [`Claim::First`].
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Claim<U> {
        match self {
            Self::First(granted) => Claim::First(change(granted)),
            Self::InProgress => Claim::InProgress,
            Self::Duplicate => Claim::Duplicate,
        }
    }
}

#[cfg(feature = "metrics")]
impl<G: ReplayGuard> Claim<ClaimGuard<G>> {
    /// Returns the word of the claim in metrics.
    fn outcome(&self) -> &'static str {
        match self {
            Self::First(claim) if claim.held.is_some() => "first",
            Self::First(_) => "no_key",
            Self::InProgress => "in_progress",
            Self::Duplicate => "duplicate",
        }
    }
}

impl Lease {
    /// Creates a lease, for your own guards. No earlier claim of the same key may have had the number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

/// A claim that is released when it is dropped.
///
/// If it is dropped without [`confirm`](Self::confirm), by an early return, a panic or a cancelled task, the key is released and the
/// next delivery is the first again.
///
/// `G` holds the guard: `&guard` borrows it, and a clone of an `Arc` allows moving the claim to another task:
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use incs_model::Timestamp;
/// use incs_webhook::DedupKey;
/// use incs_webhook::guard::{Claim, ClaimGuard, MemoryGuard, ReplayGuard};
///
/// let guard: Arc<dyn ReplayGuard> = Arc::new(MemoryGuard::new(1000, Duration::from_secs(3600)));
/// let now: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
/// let key = DedupKey::of_parts(["webhook-id", "msg_1"]);
///
/// if let Claim::First(claim) = ClaimGuard::claim(Arc::clone(&guard), key, now) {
///     std::thread::spawn(move || claim.confirm(now)).join().unwrap();
/// }
/// assert!(matches!(ClaimGuard::claim(&guard, key, now), Claim::Duplicate));
/// ```
#[must_use = "dropping the claim releases it"]
pub struct ClaimGuard<G: ReplayGuard> {
    guard: G,
    /// `None` for an item without a key, and after confirmation.
    held: Option<(DedupKey, Lease)>,
}

impl<G: ReplayGuard> ClaimGuard<G> {
    /// Claims the key of an item, as returned by [`Item::dedup_key`](crate::Item::dedup_key). An item without a key cannot be
    /// recognized, so it is always [`Claim::First`].
    pub fn claim(guard: G, key: impl Into<Option<DedupKey>>, now: Timestamp) -> Claim<Self> {
        let key = key.into();
        let claim = match key {
            None => Claim::First(Self { guard, held: None }),
            Some(key) => guard.claim(&key, now).map(|lease| Self { guard, held: Some((key, lease)) }),
        };
        #[cfg(feature = "metrics")]
        crate::metrics::claimed(claim.outcome());
        claim
    }

    /// Marks the item as handled. It is then [`Claim::Duplicate`] for as long as the guard remembers it.
    pub fn confirm(mut self, now: Timestamp) {
        if let Some((key, _)) = self.held.take() {
            self.guard.confirm(&key, now);
        }
    }

    /// Releases the claim. Dropping it has the same effect.
    pub fn release(self) {
        drop(self);
    }
}

impl<G: ReplayGuard> Drop for ClaimGuard<G> {
    fn drop(&mut self) {
        if let Some((key, lease)) = self.held.take() {
            self.guard.release(&key, lease);
        }
    }
}

impl<G: ReplayGuard> fmt::Debug for ClaimGuard<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClaimGuard").field(&self.held.map(|(key, _)| key)).finish()
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
