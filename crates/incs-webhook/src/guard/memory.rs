//! A guard in memory.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use incs_model::Timestamp;

use super::{Claim, Lease, ReplayGuard};
use crate::dedup::DedupKey;

/// A guard in memory for one process, with a bounded number of keys and a time to live.
///
/// - **Time.** A key is remembered for the time to live after its confirmation. A claim that is neither confirmed nor released,
///   because its task hangs or leaked it, ends after the lease: 5 minutes, or the time to live if that is shorter.
/// - **Capacity.** It holds at most `capacity` keys. A new key evicts the key that was confirmed first, which counts as new when
///   delivered again. If all keys are claimed and none is confirmed, the oldest claim is evicted; it can still be confirmed.
/// - **Memory.** 210 to 240 bytes per key (measured), allocated as keys arrive and reused. 100 000 keys take about 24 MB.
/// - **Clock.** The guard uses the latest time that it was given, so an expired key stays expired when a clock is set back. A `now`
///   far in the future expires all keys. After that, keys are only evicted by capacity until the clock catches up.
///
/// The keys are lost with the process and not shared with other processes. See the [module](super) for a guard in a database.
pub struct MemoryGuard {
    capacity: usize,
    ttl: Duration,
    lease: Duration,
    state: Mutex<State>,
}

/// The state of a key.
#[derive(Clone, Copy)]
struct Entry {
    /// The sequence number of its claim or confirmation, which is its place in the order of its kind.
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

/// Keys of one kind in the order of their turns, which is also the order of their times.
type Order = BTreeMap<u64, (DedupKey, Timestamp)>;

impl MemoryGuard {
    /// The default lease: an unconfirmed claim ends after this time.
    pub const DEFAULT_LEASE: Duration = Duration::from_mins(5);

    /// Creates a guard for at most `capacity` keys, each remembered for `ttl`. With a capacity or a time to live of zero it remembers
    /// nothing, and every claim is first.
    pub fn new(capacity: usize, ttl: Duration) -> Self {
        Self { capacity, ttl, lease: ttl.min(Self::DEFAULT_LEASE), state: Mutex::default() }
    }

    /// Sets the lease: the time after which an unconfirmed claim ends, at most the time to live. It should be longer than any handler
    /// runs. If a claim ends during handling, the next delivery of the item is first again.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease: lease.min(self.ttl), ..self }
    }

    /// Returns the number of keys, including those that have expired since the last call of another method.
    pub fn len(&self) -> usize {
        self.state().entries.len()
    }

    /// Returns true if it holds no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Locks the state. No code panics while holding the lock, so it is never poisoned.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the state at a time, without expired keys, and the time of the guard.
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
            Some(Entry { confirmed: true, .. }) => Claim::Duplicate,
            Some(Entry { confirmed: false, .. }) => Claim::InProgress,
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
    /// Adds a new key, evicting others if necessary, and returns its turn.
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

/// Returns the oldest key if it has expired.
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
