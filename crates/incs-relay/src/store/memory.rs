//! The store in memory. It is also the model that the contract suite compares other stores with, so it is written plainly.

mod outbox;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use incs_model::Timestamp;
use incs_model::delivery::{DeliveryState, Stage};
use tokio::sync::Notify;

use self::outbox::Outbox;
use super::keys::RecipientKey;
use super::keys::{OrderingKey, hash};
use super::outbox::{
    Advanced, Candidates, Decision, DecisionResult, Enqueued, ExpiredSends, OutboxEntry, OutboxFilter, OutboxId,
    OutboxMessage, Reported, SendLimits, SendResult, SenderId,
};
use super::types::{
    Appended, Claim, ClaimLimits, ClaimedItem, Completion, Erasure, FencingToken, InboxItem, ItemFilter, ItemId,
    ItemState, Lease, LeaseState, NOTICE, NewDelivery, NewItem, NextStep, OperatorAction, OperatorResult, Retention,
    Stats, StatusUpdate, StoredItem, Swept, only, within,
};
use super::{Store, StoreError};
use crate::clock::{Clock, earlier, later};

/// A [`Store`] in memory, for tests. Everything is lost with the process. Clones share the state.
///
/// ```
/// use incs_relay::store::{ItemFilter, MemoryStore, Store};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = MemoryStore::new();
/// let items = store.list(ItemFilter { limit: 10, ..ItemFilter::default() }).await.unwrap();
/// assert!(items.is_empty());
/// # });
/// ```
#[derive(Clone)]
pub struct MemoryStore(Arc<Inner>);

struct Inner {
    clock: Clock,
    state: Mutex<State>,
    is_ready: Notify,
    is_queued: Notify,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::with_clock(Clock::steady())
    }

    /// Creates an empty store with a clock.
    pub fn with_clock(clock: Clock) -> Self {
        Self(Arc::new(Inner { clock, state: Mutex::default(), is_ready: Notify::new(), is_queued: Notify::new() }))
    }

    /// Does something with the state at the present time.
    fn with<T>(&self, act: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        act(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner), self.0.clock.now())
    }

    /// Does something after which there may be something to claim.
    fn change<T>(&self, act: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let answer = self.with(act);
        self.0.is_ready.notify_one();
        self.0.is_queued.notify_one();
        answer
    }

    /// Claims as [`Store::claim`] does, but looks at these keys only, in this order.
    #[cfg(feature = "contract")]
    pub(crate) fn claim_of(&self, keys: Vec<OrderingKey>, limits: ClaimLimits) -> Vec<Claim> {
        self.with(|state, now| state.claim(now, keys, limits))
    }

    /// Returns the number of keys that are due.
    #[cfg(feature = "contract")]
    pub(crate) fn due(&self) -> usize {
        self.with(|state, now| state.due(now).len())
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn append(&self, deliveries: Vec<NewDelivery>) -> Result<Vec<Vec<Appended>>, StoreError> {
        Ok(self.change(|state, now| deliveries.into_iter().map(|one| state.append(now, one)).collect()))
    }

    async fn claim(&self, limits: ClaimLimits) -> Result<Vec<Claim>, StoreError> {
        Ok(self.with(|state, now| {
            let due = state.due(now);
            state.claim(now, due.into_iter().take(limits.keys).collect(), limits)
        }))
    }

    async fn renew(&self, leases: Vec<Lease>, lease: Duration) -> Result<Vec<LeaseState>, StoreError> {
        Ok(self.with(|state, now| leases.into_iter().map(|one| state.renew(later(now, lease), one)).collect()))
    }

    async fn complete(&self, completions: Vec<Completion>) -> Result<Vec<LeaseState>, StoreError> {
        Ok(self.change(|state, now| completions.into_iter().map(|one| state.complete(now, one)).collect()))
    }

    async fn list(&self, filter: ItemFilter) -> Result<Vec<InboxItem>, StoreError> {
        Ok(self.with(|state, _| {
            let items = state.items.keys().filter(|id| filter.id.is_none_or(|one| one == **id));
            let items = items.filter(|id| filter.after.is_none_or(|after| after < **id));
            let items = items.filter_map(|id| state.inbox_item(*id));
            items.filter(|item| filter.state.is_none_or(|one| one == item.state)).take(filter.limit).collect()
        }))
    }

    async fn read(&self, after: Option<ItemId>, limit: usize) -> Result<Vec<StoredItem>, StoreError> {
        Ok(self.with(|state, _| {
            let items = state.items.keys().filter(|id| after.is_none_or(|after| after < **id));
            items.filter_map(|id| state.stored_item(*id)).take(limit).collect()
        }))
    }

    async fn body(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.with(|state, _| {
            let row = state.items.get(&id).filter(|row| !row.is_erased)?;
            state.deliveries.get(&row.delivery)?.body.clone()
        }))
    }

    async fn delivery_state(
        &self,
        message_id: &str,
        recipient: Option<&str>,
    ) -> Result<Option<DeliveryState>, StoreError> {
        let name = (message_id.to_owned(), recipient.map(str::to_owned));
        Ok(self.with(|state, _| state.delivery_states.get(&name).map(|(state, _)| state.clone())))
    }

    async fn operate(&self, actions: Vec<(ItemId, OperatorAction)>) -> Result<Vec<OperatorResult>, StoreError> {
        Ok(self.change(|state, now| actions.into_iter().map(|(id, action)| state.operate(now, id, action)).collect()))
    }

    async fn erase(&self, erasures: Vec<Erasure>) -> Result<u64, StoreError> {
        Ok(self.change(|state, now| erasures.into_iter().map(|one| u64::from(state.erase(now, one))).sum()))
    }

    async fn sweep(&self, retention: Retention, budget: usize) -> Result<Swept, StoreError> {
        Ok(self.with(|state, now| state.sweep(now, retention, budget.max(1))))
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        Ok(self.with(|state, _| state.stats()))
    }

    async fn wait(&self, limit: Duration) {
        drop(tokio::time::timeout(limit, self.0.is_ready.notified()).await);
    }

    async fn enqueue(&self, messages: Vec<OutboxMessage>) -> Result<Vec<Enqueued>, StoreError> {
        Ok(self.change(|state, now| messages.iter().map(|one| state.enqueue(now, one)).collect()))
    }

    async fn advance(&self, results: Vec<SendResult>, limits: SendLimits) -> Result<Advanced, StoreError> {
        let is_changed = !results.is_empty();
        let advanced = self.with(|state, now| state.advance(now, results, limits));
        if is_changed {
            // The next message to a recipient may be due.
            self.0.is_queued.notify_one();
        }
        Ok(advanced)
    }

    async fn wait_to_send(&self, limit: Duration) {
        drop(tokio::time::timeout(limit, self.0.is_queued.notified()).await);
    }

    async fn renew_sender(&self, sender: SenderId, lease: Duration) -> Result<(), StoreError> {
        self.with(|state, now| state.renew_sender(now, sender, lease));
        Ok(())
    }

    async fn expire_sends(&self, hold: Duration, unresolved_after: Duration) -> Result<ExpiredSends, StoreError> {
        Ok(self.with(|state, now| state.expire_sends(now, hold, unresolved_after)))
    }

    async fn decide(&self, decisions: Vec<(OutboxId, Decision)>) -> Result<Vec<DecisionResult>, StoreError> {
        Ok(self.change(|state, now| decisions.into_iter().map(|(id, one)| state.decide(now, id, one)).collect()))
    }

    async fn messages(&self, filter: OutboxFilter) -> Result<Vec<OutboxEntry>, StoreError> {
        Ok(self.with(|state, _| state.messages(&filter)))
    }

    async fn message_body(&self, id: OutboxId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.with(|state, _| state.message_body(id)))
    }

    async fn candidates(&self, id: OutboxId) -> Result<Option<Candidates>, StoreError> {
        Ok(self.with(|state, _| state.candidates(id)))
    }

    async fn record_statuses(&self, asked: Vec<OutboxId>, updates: Vec<StatusUpdate>) -> Result<(), StoreError> {
        self.with(|state, now| state.record_statuses(now, &asked, updates));
        Ok(())
    }

    async fn last_contact(&self, channel: &str, customer: Vec<RecipientKey>) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.with(|state, _| state.last_contact(channel, &customer)))
    }

    async fn claim_reports(&self, limit: usize, lease: Duration) -> Result<Vec<OutboxEntry>, StoreError> {
        Ok(self.with(|state, now| state.claim_reports(now, limit, lease)))
    }

    async fn complete_reports(&self, reports: Vec<Reported>) -> Result<(), StoreError> {
        self.with(|state, now| reports.into_iter().for_each(|report| state.complete_report(now, report)));
        Ok(())
    }

    async fn erase_messages(&self, recipients: Vec<RecipientKey>) -> Result<u64, StoreError> {
        Ok(self.with(|state, now| state.erase_messages(now, &recipients)))
    }

    async fn property(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.with(|state, _| state.outbox.properties.get(name).cloned()))
    }

    async fn set_property(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.with(|state, _| state.outbox.properties.insert(name.to_owned(), value.to_owned()));
        Ok(())
    }
}

#[derive(Default)]
struct State {
    last_id: u64,
    last_token: u64,
    items: BTreeMap<ItemId, Row>,
    /// By their first new item.
    deliveries: BTreeMap<ItemId, Delivery>,
    by_dedup_key: HashMap<[u8; 32], ItemId>,
    /// The first item of each message.
    messages: HashMap<[u8; 16], ItemId>,
    /// The keys with open items.
    keys: BTreeMap<OrderingKey, Key>,
    outbox: Outbox,
    delivery_states: BTreeMap<(String, Option<String>), (DeliveryState, Timestamp)>,
}

struct Delivery {
    envelope: Arc<[u8]>,
    body: Option<Vec<u8>>,
}

struct Row {
    item: NewItem,
    delivery: ItemId,
    received_at: Timestamp,
    duplicate_of: Option<ItemId>,
    replay_of: Option<ItemId>,
    is_erased: bool,
    /// The number of attempts, once the item is not open.
    attempts: u32,
    dead: Option<Dead>,
}

struct Dead {
    reason: String,
    error: String,
    at: Timestamp,
}

struct Key {
    open: BTreeSet<ItemId>,
    /// The time at which it is due, at which its lease ends, or of the next attempt.
    ready_at: Timestamp,
    token: u64,
    /// Attempts of the item that `current` returns, like the two fields below.
    attempts: u32,
    blocked_since: Option<Timestamp>,
    error: Option<String>,
    /// The leased items.
    lease: Option<RangeInclusive<ItemId>>,
    /// Items up to this one are handed out one by one.
    single_to: ItemId,
}

impl Key {
    fn new(ready_at: Timestamp) -> Self {
        Self {
            open: BTreeSet::new(),
            ready_at,
            token: 0,
            attempts: 0,
            blocked_since: None,
            error: None,
            lease: None,
            single_to: ItemId(0),
        }
    }

    fn head(&self) -> Option<ItemId> {
        self.open.first().copied()
    }

    /// Returns the first open item of the lease, or the first one of the key without a lease. The two differ after a dead letter was
    /// handed back while later items were leased.
    fn current(&self) -> Option<ItemId> {
        let from = self.lease.as_ref().map_or(ItemId(0), |lease| *lease.start());
        self.open.range(from..).next().copied()
    }

    fn is_leased(&self, id: ItemId) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.contains(&id))
    }

    fn attempts_of(&self, id: ItemId) -> u32 {
        if self.current() == Some(id) { self.attempts } else { u32::from(self.is_leased(id)) }
    }

    /// Removes an open item. Returns its attempts, or `None` if it is not open.
    fn take(&mut self, id: ItemId) -> Option<u32> {
        let (is_current, attempts) = (self.current() == Some(id), self.attempts_of(id));
        if !self.open.remove(&id) {
            return None;
        }
        if is_current {
            self.start_anew();
            // The next leased item was handed out with this one.
            self.attempts = u32::from(self.current().is_some_and(|next| self.is_leased(next)));
        }
        Some(attempts)
    }

    /// Forgets the failures, which were those of another item.
    fn start_anew(&mut self) {
        (self.attempts, self.blocked_since, self.error) = (0, None, None);
    }

    fn end_lease(&mut self, now: Timestamp, ready_at: Timestamp) {
        let is_new_head = self.head() != self.current();
        (self.lease, self.ready_at) = (None, ready_at);
        if is_new_head {
            self.start_anew();
            self.ready_at = now;
        }
    }
}

impl State {
    fn next_id(&mut self) -> ItemId {
        self.last_id += 1;
        ItemId(self.last_id)
    }

    fn append(&mut self, now: Timestamp, new: NewDelivery) -> Vec<Appended> {
        let mut delivery = None;
        let mut answers = Vec::new();
        for mut item in new.items {
            if self.by_dedup_key.contains_key(&item.dedup_key) {
                answers.push(Appended::Seen);
                continue;
            }
            item.range = within(&item.range, new.body.len());
            let id = self.next_id();
            let delivery = *delivery.get_or_insert(id);
            let first = item.message.and_then(|message| self.messages.get(&message).copied());
            if first.is_none() {
                if let Some(contact) = &item.contact {
                    self.add_contact(contact);
                }
                self.messages.extend(item.message.map(|message| (message, id)));
                self.open(now, item.ordering_key, id);
            }
            self.insert(id, item, delivery, new.received_at, (first, None));
            answers.push(first.map_or(Appended::New(id), |first| Appended::DuplicateOf { id, first }));
        }
        if let Some(id) = delivery {
            self.deliveries.insert(id, Delivery { envelope: new.envelope, body: Some(new.body.to_vec()) });
        }
        answers
    }

    fn insert(
        &mut self,
        id: ItemId,
        item: NewItem,
        delivery: ItemId,
        received_at: Timestamp,
        (duplicate_of, replay_of): (Option<ItemId>, Option<ItemId>),
    ) {
        self.by_dedup_key.insert(item.dedup_key, id);
        let row =
            Row { item, delivery, received_at, duplicate_of, replay_of, is_erased: false, attempts: 0, dead: None };
        self.items.insert(id, row);
    }

    fn open(&mut self, now: Timestamp, key: OrderingKey, id: ItemId) {
        self.keys.entry(key).or_insert_with(|| Key::new(now)).open.insert(id);
    }

    fn due(&self, now: Timestamp) -> Vec<OrderingKey> {
        let mut due: Vec<_> = self.keys.iter().filter(|(_, row)| row.ready_at <= now).collect();
        due.sort_by_key(|(key, row)| (row.ready_at, **key));
        due.into_iter().map(|(key, _)| *key).collect()
    }

    fn claim(&mut self, now: Timestamp, due: Vec<OrderingKey>, limits: ClaimLimits) -> Vec<Claim> {
        let mut claims: Vec<Claim> = Vec::new();
        let mut room = limits.bytes;
        for key in due {
            if !claims.is_empty() && room == 0 {
                break;
            }
            let Some(row) = self.keys.get(&key).filter(|row| row.ready_at <= now) else { continue };
            let single_to = row.lease.as_ref().map_or(row.single_to, |lease| row.single_to.max(*lease.end()));
            let is_new_head = row.head() != row.current();
            if let Some(head) = row.head()
                && !is_new_head
                && row.attempts >= limits.max_attempts
            {
                self.bury(now, key, head, "handler_never_finished", String::new());
                if let Some(row) = self.keys.get_mut(&key) {
                    (row.lease, row.attempts, row.single_to) = (None, 0, single_to);
                }
            }
            let Some(row) = self.keys.get(&key) else { continue };
            let attempts = if is_new_head { 1 } else { row.attempts + 1 };
            let is_single = row.head().is_some_and(|head| head <= single_to);
            let most = if is_single { 1 } else { limits.items_per_key.max(1) };
            let mut items = Vec::new();
            for id in row.open.iter().take(most) {
                let Some(item) = self.stored_item(*id) else { continue };
                let size = item.raw.as_ref().map_or(0, Vec::len);
                if size > room && !(claims.is_empty() && items.is_empty()) {
                    room = 0;
                    break;
                }
                room = room.saturating_sub(size);
                let attempt = if items.is_empty() { attempts } else { 1 };
                items.push(ClaimedItem { item, attempt, copy: self.copy_of(*id) });
            }
            let (Some(first), Some(last)) = (items.first(), items.last()) else { continue };
            let leased = first.item.id..=last.item.id;
            self.last_token += 1;
            let token = self.last_token;
            let Some(row) = self.keys.get_mut(&key) else { continue };
            if is_new_head {
                row.start_anew();
            }
            (row.lease, row.attempts, row.single_to, row.token) = (Some(leased), attempts, single_to, token);
            row.ready_at = later(now, limits.lease);
            claims.push(Claim { lease: Lease { key, token: FencingToken(token) }, items });
        }
        claims
    }

    fn copy_of(&self, first: ItemId) -> Option<StoredItem> {
        let (copy, _) = self.items.iter().find(|(_, row)| row.duplicate_of == Some(first))?;
        self.stored_item(*copy)
    }

    /// Returns the key of a lease, or `None` if the lease is stale.
    fn leased(&mut self, lease: Lease) -> Option<&mut Key> {
        self.keys.get_mut(&lease.key).filter(|row| row.lease.is_some() && row.token == lease.token.0)
    }

    fn renew(&mut self, until: Timestamp, lease: Lease) -> LeaseState {
        let Some(row) = self.leased(lease) else { return LeaseState::Stale };
        row.ready_at = until;
        LeaseState::Held
    }

    fn complete(&mut self, now: Timestamp, completion: Completion) -> LeaseState {
        let Completion { lease, done, next, status_updates, enqueue } = completion;
        if self.leased(lease).is_none() {
            return LeaseState::Stale;
        }
        for message in &enqueue {
            self.enqueue(now, message);
        }
        for update in &status_updates {
            self.merge(now, update);
            self.receipt(now, update);
        }
        for id in done {
            self.finish(lease.key, id);
        }
        if let NextStep::DeadLetter { item, reason, error } = &next
            && self.keys.get(&lease.key).is_some_and(|row| row.is_leased(*item))
        {
            self.bury(now, lease.key, *item, reason, error.clone());
        }
        if let Some(row) = self.keys.get_mut(&lease.key) {
            match next {
                NextStep::KeepLease => {}
                NextStep::Release | NextStep::DeadLetter { .. } => {
                    row.attempts = row.attempts.saturating_sub(1);
                    row.end_lease(now, now);
                }
                NextStep::Retry { delay, error } => {
                    row.error = Some(error);
                    row.blocked_since.get_or_insert(now);
                    row.end_lease(now, later(now, delay));
                }
            }
        }
        self.forget_if_empty(lease.key);
        LeaseState::Held
    }

    /// Merges a receipt into the state of its message. Returns the stage.
    fn merge(&mut self, now: Timestamp, update: &StatusUpdate) -> Option<Stage> {
        let name = (update.message_id.clone(), update.recipient.clone());
        let (state, at) = self.delivery_states.entry(name).or_insert_with(|| (DeliveryState::default(), now));
        state.merge(&update.update);
        *at = now;
        state.stage()
    }

    /// Ends a leased item that was handled.
    fn finish(&mut self, key: OrderingKey, id: ItemId) {
        let Some(row) = self.keys.get_mut(&key).filter(|row| row.is_leased(id)) else { return };
        if let (Some(attempts), Some(item)) = (row.take(id), self.items.get_mut(&id)) {
            item.attempts = attempts;
        }
    }

    /// Makes an open item a dead letter.
    fn bury(&mut self, now: Timestamp, key: OrderingKey, id: ItemId, reason: &str, error: String) {
        let Some(row) = self.keys.get_mut(&key) else { return };
        if let (Some(attempts), Some(item)) = (row.take(id), self.items.get_mut(&id)) {
            item.attempts = attempts;
            item.dead = Some(Dead { reason: reason.to_owned(), error, at: now });
        }
        self.forget_if_empty(key);
    }

    fn forget_if_empty(&mut self, key: OrderingKey) {
        if self.keys.get(&key).is_some_and(|row| row.open.is_empty()) {
            self.keys.remove(&key);
        }
    }

    fn inbox_item(&self, id: ItemId) -> Option<InboxItem> {
        let row = self.items.get(&id)?;
        let key = self.keys.get(&row.item.ordering_key).filter(|key| key.open.contains(&id));
        let is_current = key.is_some_and(|key| key.current() == Some(id));
        let state = match key {
            _ if row.dead.is_some() => ItemState::Dead,
            None => ItemState::Done,
            Some(key) if key.is_leased(id) => ItemState::Leased,
            Some(key) if is_current && key.lease.is_none() && key.error.is_some() => ItemState::Failed,
            Some(_) => ItemState::Stored,
        };
        let is_waiting = matches!(state, ItemState::Leased | ItemState::Failed);
        let failure = key.filter(|_| is_waiting && is_current).and_then(|key| key.error.as_ref());
        let error = row.dead.as_ref().map(|dead| &dead.error).or(failure);
        Some(InboxItem {
            id,
            state,
            class: row.item.class,
            kind: row.item.kind.clone(),
            dedup_key: row.item.dedup_key,
            ordering_key: row.item.ordering_key,
            attempts: key.map_or(row.attempts, |key| key.attempts_of(id)),
            received_at: row.received_at,
            next_at: key.filter(|_| is_waiting).map(|key| key.ready_at),
            duplicate_of: row.duplicate_of,
            replay_of: row.replay_of,
            reason: row.dead.as_ref().map(|dead| dead.reason.clone()),
            error: error.filter(|error| !error.is_empty()).cloned(),
            is_erased: row.is_erased,
        })
    }

    fn stored_item(&self, id: ItemId) -> Option<StoredItem> {
        let row = self.items.get(&id)?;
        let delivery = self.deliveries.get(&row.delivery)?;
        let raw = delivery.body.as_ref().filter(|_| !row.is_erased).and_then(|body| body.get(row.item.range.clone()));
        Some(StoredItem {
            id,
            class: row.item.class,
            kind: row.item.kind.clone(),
            pointer: row.item.pointer.clone(),
            received_at: row.received_at,
            replay_of: row.replay_of,
            envelope: Arc::clone(&delivery.envelope),
            raw: raw.map(<[u8]>::to_vec),
        })
    }

    fn operate(&mut self, now: Timestamp, id: ItemId, action: OperatorAction) -> OperatorResult {
        let Some(item) = self.inbox_item(id) else { return OperatorResult::NotFound };
        let key = item.ordering_key;
        match (action, item.state) {
            (OperatorAction::Retry | OperatorAction::Replay, _) if item.is_erased => OperatorResult::Erased,
            (OperatorAction::Retry, ItemState::Failed) => {
                if let Some(row) = self.keys.get_mut(&key) {
                    row.ready_at = now;
                }
                OperatorResult::Done
            }
            (OperatorAction::Retry, ItemState::Dead) => {
                if let Some(row) = self.items.get_mut(&id) {
                    (row.dead, row.attempts) = (None, 0);
                }
                self.open(now, key, id);
                if let Some(row) = self.keys.get_mut(&key)
                    && row.lease.is_none()
                    && row.head() == Some(id)
                {
                    row.start_anew();
                    row.ready_at = now;
                }
                OperatorResult::Done
            }
            (OperatorAction::DeadLetter, ItemState::Stored | ItemState::Failed | ItemState::Leased) => {
                self.unblock(now, key, id);
                let is_leased = self.keys.get(&key).is_some_and(|row| row.is_leased(id));
                self.bury(now, key, id, "operator", String::new());
                if is_leased {
                    self.revoke(now, key);
                }
                OperatorResult::Done
            }
            (OperatorAction::Replay, ItemState::Done | ItemState::Dead) => self.replay(now, id),
            (_, state) => OperatorResult::WrongState(state),
        }
    }

    /// Ends a lease after an operator has ended an item of it. The key waits a little, so that the holder can notice.
    fn revoke(&mut self, now: Timestamp, key: OrderingKey) {
        if let Some(row) = self.keys.get_mut(&key).filter(|row| row.lease.is_some()) {
            let ready_at = row.ready_at.min(later(now, NOTICE));
            // The attempt was ended by the operator.
            row.attempts = row.attempts.saturating_sub(1);
            row.end_lease(now, ready_at);
            row.ready_at = ready_at;
        }
    }

    /// Makes a key due whose first item an operator is about to end.
    fn unblock(&mut self, now: Timestamp, key: OrderingKey, id: ItemId) {
        if let Some(row) = self.keys.get_mut(&key)
            && row.lease.is_none()
            && row.head() == Some(id)
        {
            row.ready_at = now;
        }
    }

    fn replay(&mut self, now: Timestamp, id: ItemId) -> OperatorResult {
        let (Some(old), Some(row)) = (self.stored_item(id), self.items.get(&id)) else {
            return OperatorResult::NotFound;
        };
        let raw = old.raw.unwrap_or_default();
        let item = row.item.clone();
        let new = self.next_id();
        let dedup_key = hash(["replay", &new.to_string()]);
        let item = NewItem { dedup_key, message: None, range: 0..raw.len(), ..item };
        self.open(now, item.ordering_key, new);
        self.insert(new, item, new, now, (None, Some(id)));
        self.deliveries.insert(new, Delivery { envelope: old.envelope, body: Some(raw) });
        OperatorResult::Replayed(new)
    }

    fn erase(&mut self, now: Timestamp, erasure: Erasure) -> bool {
        let Erasure { item: id, envelope } = erasure;
        let Some(row) = self.items.get_mut(&id).filter(|row| !row.is_erased) else { return false };
        (row.is_erased, row.dead) = (true, None);
        let (key, delivery) = (row.item.ordering_key, row.delivery);
        self.unblock(now, key, id);
        let is_leased = self.keys.get(&key).is_some_and(|row| row.is_leased(id));
        if let Some(attempts) = self.keys.get_mut(&key).and_then(|row| row.take(id)) {
            if let Some(row) = self.items.get_mut(&id) {
                row.attempts = attempts;
            }
            if is_leased {
                self.revoke(now, key);
            }
        }
        self.forget_if_empty(key);
        let others = self.items.values().filter(|row| row.delivery == delivery && !row.is_erased);
        let kept: Vec<_> = others.map(|row| row.item.range.clone()).collect();
        let Some(delivery) = self.deliveries.get_mut(&delivery) else { return true };
        if kept.is_empty() {
            (delivery.body, delivery.envelope) = (None, b"{}".as_slice().into());
            return true;
        }
        delivery.body = delivery.body.take().map(|body| only(&body, &kept));
        if let Some(envelope) = envelope {
            delivery.envelope = envelope;
        }
        true
    }

    fn sweep(&mut self, now: Timestamp, retention: Retention, budget: usize) -> Swept {
        let (done, dead) = (earlier(now, retention.done), earlier(now, retention.dead));
        let is_old = |id: &ItemId, row: &Row| {
            let is_open = self.keys.get(&row.item.ordering_key).is_some_and(|key| key.open.contains(id));
            !is_open && row.received_at < done && row.dead.as_ref().is_none_or(|letter| letter.at < dead)
        };
        let mut old: Vec<_> = self.items.iter().filter(|(id, row)| is_old(id, row)).map(|(id, _)| *id).collect();
        let is_finished = old.len() <= budget;
        old.truncate(budget);
        for id in &old {
            let Some(row) = self.items.remove(id) else { continue };
            self.by_dedup_key.remove(&row.item.dedup_key);
            if let Some(message) = row.item.message
                && self.messages.get(&message) == Some(id)
            {
                self.messages.remove(&message);
            }
            if !self.items.values().any(|other| other.delivery == row.delivery) {
                self.deliveries.remove(&row.delivery);
            }
        }
        self.delivery_states.retain(|_, (_, at)| *at >= done);
        let (messages, is_outbox_finished) = self.sweep_outbox(earlier(now, retention.sent), done, budget);
        Swept { items: old.len() as u64, messages, is_finished: is_finished && is_outbox_finished }
    }

    fn stats(&self) -> Stats {
        let blocked = || self.keys.values().filter_map(|row| row.blocked_since);
        let oldest = self.keys.values().filter_map(Key::head).min().and_then(|id| self.items.get(&id));
        Stats {
            open: self.keys.values().map(|row| row.open.len() as u64).sum(),
            leased_keys: self.keys.values().filter(|row| row.lease.is_some()).count() as u64,
            blocked_keys: blocked().count() as u64,
            blocked_since: blocked().min(),
            dead: self.items.values().filter(|row| row.dead.is_some()).count() as u64,
            items: self.items.len() as u64,
            oldest_open: oldest.map(|row| row.received_at),
            outbox: self.outbox_stats(),
            bytes: None,
        }
    }
}
