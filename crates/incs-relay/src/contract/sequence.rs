//! Random sequences of operations, compared with the model.

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::Instant;

use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::check::{Maker, Numbers, Time, all, is_open, member, millis, ordering_key, sent_id, status_update, works};
use super::operation::{self, Completed, Delivery, HOLDERS, KEYS, Limits, Message, Next, Operation, SENT};
use super::{Checked, Suite, ensure};
use crate::clock::{Clock, later};
use crate::store::{
    Appended, Claim, ClaimLimits, Completion, Erasure, FencingToken, InboxItem, ItemFilter, ItemId, ItemState, Lease,
    LeaseState, MemoryStore, NextStep, OperatorAction, OperatorResult, OrderingKey, OutboxEntry, OutboxFilter,
    OutboxMessage, Retention, Store, StoreError,
};
use incs_model::Timestamp;

/// The largest number of shorter sequences that are tried after a failure.
const MAX_SHORTER: usize = 1000;

pub(super) async fn run<S, F>(suite: &Suite, open: &impl Fn(Clock) -> F) -> Checked
where
    S: Store,
    F: Future<Output = Result<S, StoreError>>,
{
    let strategy = operation::operations(suite.operations);
    shortest_failure(suite, strategy, async |operations: &[Operation]| sequence(open, operations).await).await
}

/// Checks random sequences of operations. Makes the first one that fails shorter.
pub(super) async fn shortest_failure<T: Debug>(
    suite: &Suite,
    strategy: impl Strategy<Value = Vec<T>>,
    check: impl AsyncFn(&[T]) -> Checked,
) -> Checked {
    let started = Instant::now();
    let mut seed = [0; 32];
    seed.iter_mut().zip(suite.seed.to_le_bytes()).for_each(|(to, from)| *to = from);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for case in 0..suite.cases {
        if started.elapsed() > suite.time_limit {
            break;
        }
        let mut tree = strategy.new_tree(&mut runner).map_err(|reason| reason.to_string())?;
        let Err(mut violation) = check(&tree.current()).await else { continue };
        let mut shortest = tree.current();
        let mut is_failing = true;
        let failed = Instant::now();
        for _ in 0..MAX_SHORTER {
            if failed.elapsed() > suite.time_limit || !(if is_failing { tree.simplify() } else { tree.complicate() }) {
                break;
            }
            let found = check(&tree.current()).await;
            is_failing = found.is_err();
            if let Err(found) = found {
                (violation, shortest) = (found, tree.current());
            }
        }
        let steps: String =
            shortest.iter().flat_map(|operation| ["\n  ".to_owned(), format!("{operation:?}")]).collect();
        return Err(format!("{violation}\n  in case {case} of seed {}, after the last of{steps}", suite.seed));
    }
    Ok(())
}

async fn sequence<S, F>(open: &impl Fn(Clock) -> F, operations: &[Operation]) -> Checked
where
    S: Store,
    F: Future<Output = Result<S, StoreError>>,
{
    let time = Time::start();
    let store = works("opening", open(time.clock()).await)?;
    let mut world = World {
        model: MemoryStore::with_clock(time.clock()),
        store,
        time,
        maker: Maker::default(),
        numbers: Numbers::default(),
        raws: HashMap::new(),
        hands: std::array::from_fn(|_| Vec::new()),
        leases: HashMap::new(),
        last_token: None,
        listed: Vec::new(),
    };
    for (place, operation) in operations.iter().enumerate() {
        world.perform(operation).await?;
        if place.is_multiple_of(8) {
            world.check_bytes().await?;
        }
    }
    world.drain().await?;
    world.check_bytes().await
}

struct World<S> {
    store: S,
    model: MemoryStore,
    time: Time,
    maker: Maker,
    numbers: Numbers,
    /// The bytes that each item was appended with, until they are erased.
    raws: HashMap<ItemId, Vec<u8>>,
    /// The leases that each holder got, those that ended included.
    hands: [Vec<Hand>; HOLDERS],
    /// The last lease of each key, and its end.
    leases: HashMap<OrderingKey, (FencingToken, Timestamp)>,
    last_token: Option<FencingToken>,
    /// All items after the last operation.
    listed: Vec<InboxItem>,
}

#[derive(Clone)]
struct Hand {
    store: Lease,
    model: Lease,
    items: Vec<(ItemId, ItemId)>,
}

impl<S: Store> World<S> {
    async fn perform(&mut self, operation: &Operation) -> Checked {
        let is_changed = match operation {
            Operation::Append(deliveries) => self.append(deliveries).await?,
            Operation::Claim { holder, limits, items_per_key, lease } => {
                self.claim(*holder, limits, *items_per_key, *lease).await?
            }
            Operation::Renew { holder, leases, lease } => self.renew(*holder, leases, *lease).await?,
            Operation::Complete { holder, completions } => self.complete(*holder, completions).await?,
            Operation::Enqueue(messages) => self.enqueue(messages).await?,
            Operation::Operate(actions) => self.operate(actions).await?,
            Operation::Erase(erasures) => self.erase(erasures).await?,
            Operation::Sweep { done, dead, budget } => self.sweep(*done, *dead, *budget).await?,
            Operation::Advance(millis) => {
                self.time.advance(*millis);
                true
            }
        };
        self.compare(is_changed, matches!(operation, Operation::Sweep { .. })).await
    }

    async fn append(&mut self, specs: &[Delivery]) -> Checked<bool> {
        let (mut deliveries, mut raws) = (Vec::new(), Vec::new());
        for spec in specs {
            let received_at = self.time.before(i64::try_from(spec.age).unwrap_or(0));
            let (delivery, items) = self.maker.delivery(spec, received_at);
            deliveries.push(delivery);
            raws.extend(items);
        }
        let answers = works("append", self.store.append(deliveries.clone()).await)?;
        let expected = works("append", self.model.append(deliveries).await)?;
        let shape = |answers: &[Vec<Appended>]| answers.iter().map(Vec::len).collect::<Vec<_>>();
        ensure!(shape(&answers) == shape(&expected), "append must answer each item of each delivery");
        for ((answer, expected), raw) in answers.concat().into_iter().zip(expected.concat()).zip(raws) {
            match (answer, expected) {
                (Appended::New(id), Appended::New(model)) => {
                    self.numbers.add(id, model)?;
                    self.raws.insert(id, raw);
                }
                (Appended::Seen, Appended::Seen) => {}
                (Appended::DuplicateOf { id, first }, Appended::DuplicateOf { id: model, first: expected }) => {
                    self.numbers.add(id, model)?;
                    self.raws.insert(id, raw);
                    ensure!(self.numbers.of(first)? == expected, "item {id} is not a duplicate of {first}");
                }
                _ => return Err(format!("append answered {answer:?}, {expected:?} was expected")),
            }
        }
        Ok(true)
    }

    async fn claim(&mut self, holder: usize, limits: &Limits, items_per_key: usize, lease: u64) -> Checked<bool> {
        let all = ClaimLimits {
            keys: usize::MAX,
            items_per_key,
            bytes: usize::MAX,
            lease: millis(lease),
            max_attempts: u32::MAX,
        };
        let (claims, expected) = match limits {
            Limits::All { max_attempts } => {
                let limits = ClaimLimits { max_attempts: *max_attempts, ..all };
                let mut claims = works("claim", self.store.claim(limits).await)?;
                let mut expected = works("claim", self.model.claim(limits).await)?;
                claims.sort_by_key(|claim| claim.lease.key);
                expected.sort_by_key(|claim| claim.lease.key);
                (claims, expected)
            }
            Limits::Some { keys, bytes } => {
                let limits = ClaimLimits { keys: *keys, bytes: bytes.unwrap_or(usize::MAX), ..all };
                let due = self.model.due().min(*keys);
                let claims = works("claim", self.store.claim(limits).await)?;
                let number = claims.len();
                let is_allowed = number <= due && (number == due || (bytes.is_some() && number > 0));
                ensure!(is_allowed, "{number} keys were claimed, {due} are due");
                // The store has chosen among the keys, and the model follows.
                let chosen = claims.iter().map(|claim| claim.lease.key).collect();
                let expected = self.model.claim_of(chosen, limits);
                (claims, expected)
            }
        };
        self.check_claims(&claims)?;
        self.numbers.same_claims(&claims, &expected)?;
        let until = later(self.time.now(), millis(lease));
        for (claim, model) in claims.into_iter().zip(expected) {
            self.last_token = self.last_token.max(Some(claim.lease.token));
            self.leases.insert(claim.lease.key, (claim.lease.token, until));
            let ids = claim.items.iter().map(|item| item.item.id);
            let items = ids.zip(model.items.iter().map(|item| item.item.id)).collect();
            if let Some(hand) = self.hands.get_mut(holder) {
                hand.push(Hand { store: claim.lease, model: model.lease, items });
            }
        }
        Ok(true)
    }

    /// Checks claims without the model.
    fn check_claims(&self, claims: &[Claim]) -> Checked {
        let now = self.time.now();
        for Claim { lease: Lease { key, token }, items } in claims {
            let is_leased = self.leases.get(key).is_some_and(|(_, until)| *until > now);
            ensure!(!is_leased, "{key} was claimed while it is leased");
            ensure!(Some(*token) > self.last_token, "the token {token:?} is not larger than those of earlier claims");
            let ids: Vec<_> = items.iter().map(|item| item.item.id).collect();
            ensure!(ids.is_sorted(), "the items {ids:?} of {key} are not in order");
            let last = ids.last().ok_or_else(|| format!("the claim of {key} has no item"))?;
            let is_next = |item: &&InboxItem| item.ordering_key == *key && is_open(item.state) && item.id <= *last;
            let open: Vec<_> = self.listed.iter().filter(is_next).map(|item| item.id).collect();
            // Items may have become dead letters by this claim, but only the first ones.
            ensure!(open.ends_with(&ids), "{ids:?} of {key} were claimed, {open:?} come first");
            for item in items {
                let id = item.item.id;
                ensure!(item.item.raw.as_ref() == self.raws.get(&id), "item {id} was claimed with other bytes");
            }
        }
        Ok(())
    }

    /// Returns a lease of a holder, counted back from the last one. A holder without leases takes those of another one.
    fn hand(&self, holder: usize, back: usize) -> Option<Hand> {
        let others = self.hands.iter().cycle().skip(holder).take(HOLDERS);
        let hands = others.into_iter().find(|hands| !hands.is_empty())?;
        hands.iter().rev().nth(back.checked_rem(hands.len())?).cloned()
    }

    /// Checks without the model that a lease is stale if the key was claimed since.
    fn check_stale(&self, lease: Lease, state: LeaseState) -> Checked {
        let is_last = self.leases.get(&lease.key).is_some_and(|(token, _)| *token == lease.token);
        ensure!(is_last || state == LeaseState::Stale, "{lease:?} is not stale, but the key was claimed since");
        Ok(())
    }

    async fn renew(&mut self, holder: usize, backs: &[usize], lease: u64) -> Checked<bool> {
        let hands: Vec<_> = backs.iter().filter_map(|back| self.hand(holder, *back)).collect();
        let leases = hands.iter().map(|hand| hand.store).collect();
        let states = works("renew", self.store.renew(leases, millis(lease)).await)?;
        let leases = hands.iter().map(|hand| hand.model).collect();
        let expected = works("renew", self.model.renew(leases, millis(lease)).await)?;
        ensure!(states == expected, "renew answered {states:?}, {expected:?} was expected");
        let until = later(self.time.now(), millis(lease));
        for (hand, state) in hands.iter().zip(&states) {
            self.check_stale(hand.store, *state)?;
            if *state == LeaseState::Held {
                self.leases.insert(hand.store.key, (hand.store.token, until));
            }
        }
        Ok(states.contains(&LeaseState::Held))
    }

    async fn complete(&mut self, holder: usize, specs: &[Completed]) -> Checked<bool> {
        let (mut hands, mut stores, mut models) = (Vec::new(), Vec::new(), Vec::new());
        for spec in specs {
            let Some(hand) = self.hand(holder, spec.lease) else { continue };
            let mut done: Vec<_> = (0..8).zip(&hand.items).filter(|(bit, _)| spec.done >> bit & 1 == 1).collect();
            if spec.done & 0x80 != 0 && spec.done != 0xff {
                done.reverse();
            }
            let mut done: Vec<_> = done.into_iter().map(|(_, pair)| *pair).collect();
            done.extend(spec.other.and_then(|place| self.numbers.at(place)));
            let completion = |lease, of: fn(&(ItemId, ItemId)) -> ItemId| Completion {
                lease,
                done: done.iter().map(of).collect(),
                next: match spec.next {
                    Next::KeepLease => NextStep::KeepLease,
                    Next::Release => NextStep::Release,
                    Next::Retry(delay) => NextStep::Retry { delay: millis(delay), error: "failed".to_owned() },
                    Next::DeadLetter(place) => {
                        let item = place.checked_rem(hand.items.len()).and_then(|place| hand.items.get(place));
                        let item = item.map_or(ItemId(0), of);
                        NextStep::DeadLetter { item, reason: "refused", error: "it cannot be handled".to_owned() }
                    }
                },
                status_updates: spec.receipts.iter().map(|one| status_update(one, self.time.now())).collect(),
                enqueue: spec.enqueue.iter().map(outbox_message).collect(),
            };
            stores.push(completion(hand.store, |pair| pair.0));
            models.push(completion(hand.model, |pair| pair.1));
            hands.push(hand);
        }
        let states = works("complete", self.store.complete(stores.clone()).await)?;
        let expected = works("complete", self.model.complete(models).await)?;
        ensure!(states == expected, "complete answered {states:?}, {expected:?} was expected");
        for ((hand, state), completion) in hands.iter().zip(&states).zip(&stores) {
            self.check_stale(hand.store, *state)?;
            if *state == LeaseState::Held && completion.next != NextStep::KeepLease {
                self.leases.remove(&hand.store.key);
            }
        }
        Ok(states.contains(&LeaseState::Held))
    }

    async fn enqueue(&mut self, messages: &[Message]) -> Checked<bool> {
        let messages: Vec<_> = messages.iter().map(outbox_message).collect();
        works("enqueue", self.store.enqueue(messages.clone()).await)?;
        works("enqueue", self.model.enqueue(messages).await)?;
        self.same_messages().await?;
        Ok(true)
    }

    /// Compares the keys and bodies of the messages that were enqueued.
    async fn same_messages(&self) -> Checked {
        let all = || OutboxFilter { limit: usize::MAX, ..OutboxFilter::default() };
        let messages = works("messages", self.store.messages(all()).await)?;
        let expected = works("messages", self.model.messages(all()).await)?;
        let keys = |entries: &[OutboxEntry]| entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>();
        let (got, wanted) = (keys(&messages), keys(&expected));
        ensure!(got == wanted, "{got:?} are enqueued, {wanted:?} were expected");
        for (message, model) in messages.iter().zip(&expected) {
            let body = works("message_body", self.store.message_body(message.id).await)?;
            let of_model = works("message_body", self.model.message_body(model.id).await)?;
            ensure!(body == of_model, "message {} is not the one that was enqueued", message.id);
        }
        Ok(())
    }

    async fn operate(&mut self, actions: &[(usize, OperatorAction)]) -> Checked<bool> {
        let actions: Vec<_> =
            actions.iter().filter_map(|(place, action)| Some((self.target(*place, *action)?, *action))).collect();
        self.expect_ends(&actions);
        let ended = actions.iter().filter(|(_, action)| *action == OperatorAction::DeadLetter);
        self.expect_revoked(&ended.map(|((id, _), _)| *id).collect::<Vec<_>>());
        let of_store = actions.iter().map(|((id, _), action)| (*id, *action)).collect();
        let of_model = actions.iter().map(|((_, id), action)| (*id, *action)).collect();
        let results = works("operate", self.store.operate(of_store).await)?;
        let expected = works("operate", self.model.operate(of_model).await)?;
        ensure!(results.len() == expected.len(), "operate must answer each action");
        for ((result, expected), ((id, _), action)) in results.into_iter().zip(expected).zip(actions) {
            match (result, expected) {
                (OperatorResult::Replayed(new), OperatorResult::Replayed(model)) => {
                    self.numbers.add(new, model)?;
                    if let Some(raw) = self.raws.get(&id).cloned() {
                        self.raws.insert(new, raw);
                    }
                }
                (result, expected) => {
                    ensure!(result == expected, "{action:?} of {id} was {result:?}, {expected:?} was expected");
                }
            }
        }
        Ok(true)
    }

    /// Returns an item for an action: half of the times one that the action fits.
    fn target(&self, place: usize, action: OperatorAction) -> Option<(ItemId, ItemId)> {
        let fits = |item: &&InboxItem| match action {
            OperatorAction::Retry => matches!(item.state, ItemState::Dead | ItemState::Failed),
            OperatorAction::DeadLetter => is_open(item.state),
            OperatorAction::Replay => !is_open(item.state),
        };
        let fitting: Vec<_> = self.listed.iter().filter(fits).collect();
        match place.checked_rem(fitting.len()).and_then(|place| fitting.get(place)) {
            Some(item) if place.is_multiple_of(2) => Some((item.id, self.numbers.of(item.id).ok()?)),
            _ => self.numbers.at(place),
        }
    }

    /// Dead letters may end the last open item of a key, and its lease with it, before another action adds one.
    fn expect_ends(&mut self, actions: &[((ItemId, ItemId), OperatorAction)]) {
        let now = self.time.now();
        let is_ended = |item: &InboxItem| {
            actions.iter().any(|((id, _), action)| *id == item.id && *action == OperatorAction::DeadLetter)
        };
        for (key, (_, until)) in &mut self.leases {
            let mut open = self.listed.iter().filter(|item| item.ordering_key == *key && is_open(item.state));
            if open.all(is_ended) {
                *until = now;
            }
        }
    }

    /// An operator who ends a leased item ends its lease.
    fn expect_revoked(&mut self, ended: &[ItemId]) {
        let now = self.time.now();
        let leased = self.listed.iter().filter(|item| item.state == ItemState::Leased && ended.contains(&item.id));
        for item in leased {
            if let Some((_, until)) = self.leases.get_mut(&item.ordering_key) {
                *until = now.min(*until);
            }
        }
    }

    async fn erase(&mut self, erasures: &[(usize, bool)]) -> Checked<bool> {
        let items: Vec<_> = erasures
            .iter()
            .filter_map(|(place, has_envelope)| Some((self.numbers.at(*place)?, *has_envelope)))
            .collect();
        self.expect_revoked(&items.iter().map(|((id, _), _)| *id).collect::<Vec<_>>());
        let envelope = |is_given: bool| is_given.then(|| b"{\"erased\":true}".as_slice().into());
        let erasure = |item, has_envelope| Erasure { item, envelope: envelope(has_envelope) };
        let of_store = items.iter().map(|((id, _), envelope)| erasure(*id, *envelope)).collect();
        let of_model = items.iter().map(|((_, id), envelope)| erasure(*id, *envelope)).collect();
        let erased = works("erase", self.store.erase(of_store).await)?;
        let expected = works("erase", self.model.erase(of_model).await)?;
        ensure!(erased == expected, "{erased} items were erased, {expected} were expected");
        for ((id, _), _) in items {
            self.raws.remove(&id);
        }
        Ok(true)
    }

    async fn sweep(&mut self, done: u64, dead: u64, budget: usize) -> Checked<bool> {
        let retention = Retention { done: millis(done), dead: millis(dead), ..Retention::default() };
        let removed = sweep(&self.store, retention, budget).await?;
        let expected = sweep(&self.model, retention, budget).await?;
        ensure!(removed == expected, "{removed} items were swept, {expected} were expected");
        Ok(true)
    }

    /// Compares all items and the numbers, and checks the invariants.
    async fn compare(&mut self, is_changed: bool, is_sweep: bool) -> Checked {
        let listed = all(&self.store).await?;
        self.numbers.same_listing(&listed, &all(&self.model).await?)?;
        ensure!(is_changed || listed == self.listed, "an operation with a stale lease has changed something");
        let mut rest = listed.iter().map(|item| item.id).peekable();
        for old in &self.listed {
            if rest.next_if_eq(&old.id).is_none() {
                ensure!(is_sweep, "item {} was lost", old.id);
                ensure!(!is_open(old.state), "item {} was swept, but it was {}", old.id, old.state.as_str());
            }
        }
        let mut stats = works("stats", self.store.stats().await)?;
        stats.bytes = None;
        let expected = works("stats", self.model.stats().await)?;
        ensure!(stats == expected, "the store counts {stats:?}, the model {expected:?}");
        // A lease ends with the last open item.
        self.leases.retain(|key, _| listed.iter().any(|item| item.ordering_key == *key && is_open(item.state)));
        self.listed = listed;
        Ok(())
    }

    /// Compares the bytes, the states of sent messages and the filters of the listing.
    async fn check_bytes(&self) -> Checked {
        let expected = works("read", self.model.read(None, usize::MAX).await)?;
        let mut items = Vec::new();
        loop {
            let page =
                works("read", self.store.read(items.last().map(|item: &crate::store::StoredItem| item.id), 7).await)?;
            if page.is_empty() {
                break;
            }
            items.extend(page);
        }
        ensure!(items.len() == expected.len(), "{} items were read, {} were expected", items.len(), expected.len());
        for (item, expected) in items.iter().zip(&expected) {
            self.numbers.same_item(item, expected)?;
            ensure!(item.raw.as_ref() == self.raws.get(&item.id), "item {} was read with other bytes", item.id);
            let body = works("body", self.store.body(item.id).await)?;
            let expected = works("body", self.model.body(expected.id).await)?;
            ensure!(body == expected, "item {} has another body than its delivery", item.id);
        }
        self.same_messages().await?;
        for (message, recipient) in (0..SENT).flat_map(|message| [(message, None), (message, Some(member()))]) {
            let id = sent_id(message);
            let state = works("delivery_state", self.store.delivery_state(&id, recipient).await)?;
            let expected = works("delivery_state", self.model.delivery_state(&id, recipient).await)?;
            ensure!(state == expected, "the merged state of the sent message {message} is wrong");
        }
        self.check_filters().await
    }

    async fn check_filters(&self) -> Checked {
        for state in ItemState::ALL {
            let expected: Vec<_> = self.listed.iter().filter(|item| item.state == state).cloned().collect();
            let filter = ItemFilter { state: Some(state), limit: usize::MAX, ..ItemFilter::default() };
            let items = works("list", self.store.list(filter).await)?;
            ensure!(items == expected, "the list of items that are {} is wrong", state.as_str());
        }
        if let Some(item) = self.listed.get(self.listed.len() / 2) {
            let filter = ItemFilter { id: Some(item.id), limit: 1, ..ItemFilter::default() };
            let found = works("list", self.store.list(filter).await)?;
            ensure!(found == std::slice::from_ref(item), "the list of item {} alone is wrong", item.id);
            let filter = ItemFilter { after: Some(item.id), limit: 3, ..ItemFilter::default() };
            let found = works("list", self.store.list(filter).await)?;
            let expected = self.listed.iter().filter(|other| other.id > item.id).take(3);
            ensure!(found.iter().eq(expected), "the page of items after {} is wrong", item.id);
        }
        Ok(())
    }

    /// Handles everything that is open.
    async fn drain(&mut self) -> Checked {
        for _ in 0..10_000 {
            if !self.listed.iter().any(|item| is_open(item.state)) {
                return Ok(());
            }
            self.perform(&Operation::Advance(2000)).await?;
            let limits = Limits::All { max_attempts: u32::MAX };
            self.perform(&Operation::Claim { holder: 0, limits, items_per_key: 3, lease: 1000 }).await?;
            let completion = |lease| Completed {
                lease,
                done: 0xff,
                other: None,
                next: Next::Release,
                receipts: Vec::new(),
                enqueue: Vec::new(),
            };
            let completions = (0..usize::from(KEYS)).map(completion).collect();
            self.perform(&Operation::Complete { holder: 0, completions }).await?;
        }
        let keys: Vec<_> = (0..KEYS).map(ordering_key).collect();
        Err(format!("items of {keys:?} stay open although they are handled"))
    }
}

fn outbox_message(message: &Message) -> OutboxMessage {
    let channel = ["whatsapp", "viber", "rcs"].get(usize::from(message.body)).copied().unwrap_or("whatsapp");
    OutboxMessage {
        key: format!("key {}", message.key),
        channel: channel.to_owned(),
        body: vec![message.body; 40].into(),
        recipient: None,
        content: None,
        is_ordered: false,
        is_free_form: false,
        not_after: None,
    }
}

/// Sweeps until nothing is left to sweep.
async fn sweep(store: &impl Store, retention: Retention, budget: usize) -> Checked<u64> {
    let mut removed = 0;
    for _ in 0..10_000 {
        let swept = works("sweep", store.sweep(retention, budget).await)?;
        ensure!(swept.items <= budget as u64, "{} items were swept with a budget of {budget}", swept.items);
        removed += swept.items;
        if swept.is_finished {
            return Ok(removed);
        }
    }
    Err("the sweep does not finish".to_owned())
}
