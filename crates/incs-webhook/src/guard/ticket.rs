//! A claim that gives itself back.

use std::fmt;

use incs_model::Timestamp;

use super::{Claim, Lease, ReplayGuard};
use crate::dedup::DedupKey;

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
