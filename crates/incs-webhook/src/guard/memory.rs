//! A guard in memory.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use incs_model::Timestamp;

use super::{Claim, Lease, ReplayGuard};
use crate::dedup::DedupKey;

/// A guard in memory, for one process: bounded in number and in time.
///
/// - **Time.** A key is remembered for the time to live after it was confirmed. A claim that was neither confirmed nor released,
///   since its task hangs or leaked it, ends after the lease: 5 minutes, or the time to live if that is shorter.
/// - **Number.** It never holds more than `capacity` keys. When one more comes, the key that was confirmed longest ago is
///   forgotten: delivered again, it will count as first. Only if every key is in hand is the oldest claim forgotten instead; its
///   ticket can still be confirmed.
/// - **Memory.** 210 to 240 bytes a key (measured), taken as keys come and kept for later ones. 100 000 keys are about 24 MB.
/// - **Clock.** Its time is the latest that it was given; an earlier `now` counts as that one. So what has expired stays so when
///   a clock is set back. A `now` from the far future makes it forget all it holds, and nothing more expires until the clock has
///   come there; only the number of keys still forgets.
///
/// Nothing survives the process, and another process knows nothing of it: see the [module](super) for a guard in a database.
pub struct MemoryGuard {
    capacity: usize,
    ttl: Duration,
    lease: Duration,
    state: Mutex<State>,
}

/// What is known of a key.
#[derive(Clone, Copy)]
struct Entry {
    /// When it was claimed or, after that, confirmed, as a count; it is the place in the order of its kind.
    turn: u64,
    confirmed: bool,
}

#[derive(Default)]
struct State {
    entries: HashMap<DedupKey, Entry>,
    claimed: Order,
    confirmed: Order,
    turns: u64,
    now: Option<Timestamp>,
}

/// Keys of one kind in the order of their turns, which is also that of their times.
type Order = BTreeMap<u64, (DedupKey, Timestamp)>;

impl MemoryGuard {
    /// The time after which a claim that nobody confirmed or released ends.
    pub const DEFAULT_LEASE: Duration = Duration::from_mins(5);

    /// Remembers at most `capacity` keys, each for `ttl`. With a capacity or a time to live of zero it remembers nothing, and
    /// every claim is first.
    pub fn new(capacity: usize, ttl: Duration) -> Self {
        Self { capacity, ttl, lease: ttl.min(Self::DEFAULT_LEASE), state: Mutex::default() }
    }

    /// Sets the time after which a claim that nobody confirmed or released ends; at most the time to live. It should be longer than
    /// any handler takes: what is still being handled then is first for the next delivery as well.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease: lease.min(self.ttl), ..self }
    }

    /// How many keys it holds, with those that have expired since the last call.
    pub fn len(&self) -> usize {
        self.state().entries.len()
    }

    /// Whether it holds no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Nothing panics with the lock in hand, so there is no poison to heed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state at a time, without what has expired.
    fn state_at(&self, now: Timestamp) -> (MutexGuard<'_, State>, Timestamp) {
        let mut state = self.state();
        let now = state.now.map_or(now, |latest| latest.max(now));
        state.now = Some(now);
        state.expire(now, self.lease, self.ttl);
        (state, now)
    }
}

impl ReplayGuard for MemoryGuard {
    fn claim(&self, key: &DedupKey, now: Timestamp) -> Claim<Lease> {
        let (mut state, now) = self.state_at(now);
        match state.entries.get(key) {
            Some(Entry { confirmed: true, .. }) => Claim::Repeated,
            Some(Entry { confirmed: false, .. }) => Claim::InHand,
            None => Claim::First(Lease::new(state.insert(*key, now, false, self.capacity))),
        }
    }

    fn confirm(&self, key: &DedupKey, now: Timestamp) {
        let (mut state, now) = self.state_at(now);
        state.remove(key);
        state.insert(*key, now, true, self.capacity);
    }

    fn release(&self, key: &DedupKey, lease: Lease) {
        let mut state = self.state();
        if state.entries.get(key).is_some_and(|entry| !entry.confirmed && entry.turn == lease.as_u64()) {
            state.remove(key);
        }
    }
}

impl State {
    /// Adds a key that is not there, making room for it, and returns its turn.
    fn insert(&mut self, key: DedupKey, now: Timestamp, confirmed: bool, capacity: usize) -> u64 {
        let turn = self.turns;
        self.turns += 1;
        if capacity == 0 {
            return turn;
        }
        while self.entries.len() >= capacity {
            let oldest = self.confirmed.first_key_value().or_else(|| self.claimed.first_key_value());
            let Some((_, &(oldest, _))) = oldest else { break };
            self.remove(&oldest);
        }
        self.entries.insert(key, Entry { turn, confirmed });
        self.order(confirmed).insert(turn, (key, now));
        turn
    }

    fn remove(&mut self, key: &DedupKey) {
        if let Some(Entry { turn, confirmed }) = self.entries.remove(key) {
            self.order(confirmed).remove(&turn);
        }
    }

    fn expire(&mut self, now: Timestamp, lease: Duration, ttl: Duration) {
        while let Some(key) = expired(&self.claimed, now, lease).or_else(|| expired(&self.confirmed, now, ttl)) {
            self.remove(&key);
        }
    }

    fn order(&mut self, confirmed: bool) -> &mut Order {
        if confirmed { &mut self.confirmed } else { &mut self.claimed }
    }
}

/// The oldest key, if it has expired.
fn expired(order: &Order, now: Timestamp, span: Duration) -> Option<DedupKey> {
    let (_, &(key, since)) = order.first_key_value()?;
    // Never negative: the clock of a guard does not go back.
    let age = Duration::try_from(now.duration_since(since)).unwrap_or_default();
    (age >= span).then_some(key)
}

impl fmt::Debug for MemoryGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryGuard")
            .field("capacity", &self.capacity)
            .field("ttl", &self.ttl)
            .field("lease", &self.lease)
            .finish_non_exhaustive()
    }
}
