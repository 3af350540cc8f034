//! Operations at the same time: the answers cannot be predicted, but the invariants must hold.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::check::{Maker, all, is_open, millis, ordering_key, works};
use super::operation::{Delivery, Item};
use super::{Checked, ensure};
use crate::clock::Clock;
use crate::store::{
    Appended, Claim, ClaimLimits, Completion, FencingToken, ItemId, ItemState, LeaseState, NextStep, OrderingKey,
    Store, StoreError,
};

const APPENDERS: u8 = 3;
const HOLDERS: u64 = 4;
const DELIVERIES: u8 = 24;
const ITEMS: u8 = 3;
const KEYS: u8 = 5;
const LEASE: Duration = Duration::from_millis(40);
/// The time in which everything must be done.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Seen {
    /// The items that were acknowledged as new, by their deduplication key.
    new: HashMap<u8, ItemId>,
    /// The last token that a claim of each key returned.
    last: HashMap<OrderingKey, FencingToken>,
    /// The completions whose lease was held: the key, the token, and the items.
    done: Vec<(OrderingKey, FencingToken, Vec<ItemId>)>,
    dead: Vec<ItemId>,
}

struct Shared<S> {
    store: S,
    clock: Clock,
    seen: Mutex<Seen>,
    is_appended: AtomicBool,
}

impl<S> Shared<S> {
    fn see<T>(&self, see: impl FnOnce(&mut Seen) -> T) -> T {
        see(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) async fn run<S, F>(open: &impl Fn(Clock) -> F) -> Checked
where
    S: Store,
    F: Future<Output = Result<S, StoreError>>,
{
    let clock = Clock::steady();
    let store = works("opening", open(clock.clone()).await)?;
    let shared = Arc::new(Shared { store, clock, seen: Mutex::default(), is_appended: AtomicBool::new(false) });
    let appenders: Vec<_> = (0..APPENDERS).map(|number| tokio::spawn(append(Arc::clone(&shared), number))).collect();
    let holders: Vec<_> = (0..HOLDERS).map(|number| tokio::spawn(hold(Arc::clone(&shared), number))).collect();
    for task in appenders {
        task.await.map_err(|_| "a task that appends panicked".to_owned())??;
    }
    shared.is_appended.store(true, Ordering::Relaxed);
    for task in holders {
        task.await.map_err(|_| "a task that claims panicked".to_owned())??;
    }
    check(&shared).await
}

/// Appends the same items as the other appenders, in an order of its own.
async fn append<S: Store>(shared: Arc<Shared<S>>, number: u8) -> Checked {
    let mut maker = Maker::default();
    for place in 0..DELIVERIES {
        let delivery = (place + number * 5) % DELIVERIES;
        let item = |item: u8| {
            let dedup_key = delivery * ITEMS + item;
            Item { key: dedup_key % KEYS, dedup_key, message: None, class: 0, length: 20 }
        };
        let spec = Delivery { items: (0..ITEMS).map(item).collect(), is_large: place % 8 == 0, age: 0 };
        let (new, _) = maker.delivery(&spec, shared.clock.now());
        let answers = works("append", shared.store.append(vec![new]).await)?.concat();
        ensure!(answers.len() == spec.items.len(), "append must answer each item");
        for (item, answer) in spec.items.iter().zip(answers) {
            let first = match answer {
                Appended::New(id) => shared.see(|seen| seen.new.insert(item.dedup_key, id)),
                _ => None,
            };
            ensure!(first.is_none(), "the deduplication key {} was new twice", item.dedup_key);
        }
        sleep(millis(u64::from(place % 3))).await;
    }
    Ok(())
}

/// Claims and completes until everything is done. Some leases run out before their completion.
async fn hold<S: Store>(shared: Arc<Shared<S>>, number: u64) -> Checked {
    let started = Instant::now();
    let mut step = number;
    loop {
        ensure!(started.elapsed() < PATIENCE, "items stay open for {PATIENCE:?}");
        let limits = ClaimLimits { keys: 2, items_per_key: 3, bytes: 1 << 20, lease: LEASE, max_attempts: u32::MAX };
        let claims = works("claim", shared.store.claim(limits).await)?;
        if claims.is_empty() {
            let open = works("stats", shared.store.stats().await)?.open;
            if open == 0 && shared.is_appended.load(Ordering::Relaxed) {
                return Ok(());
            }
            shared.store.wait(millis(5)).await;
        }
        for claim in claims {
            shared.see(|seen| {
                let last = seen.last.entry(claim.lease.key).or_insert(claim.lease.token);
                *last = (*last).max(claim.lease.token);
            });
            step += HOLDERS + 1;
            handle(&shared, claim, step).await?;
        }
    }
}

async fn handle<S: Store>(shared: &Shared<S>, claim: Claim, step: u64) -> Checked {
    let Claim { lease, items } = claim;
    let ids: Vec<_> = items.iter().map(|item| item.item.id).collect();
    let Some((first, rest)) = ids.split_first() else { return Err("a claim has no item".to_owned()) };
    match step % 11 {
        0 => sleep(LEASE * 2).await,
        1 | 2 => {
            works("renew", shared.store.renew(vec![lease], LEASE).await)?;
        }
        _ => sleep(millis(step % 4)).await,
    }
    let step_of = |next, done| Completion { next, ..Completion::release(lease, done) };
    let retry = || NextStep::Retry { delay: millis(5), error: "failed".to_owned() };
    let bury = || NextStep::DeadLetter { item: *first, reason: "refused", error: String::new() };
    let completions = match step % 13 {
        3 => vec![step_of(retry(), Vec::new())],
        4 => vec![step_of(bury(), Vec::new())],
        5 => vec![step_of(NextStep::Release, Vec::new())],
        6 | 7 => vec![step_of(NextStep::KeepLease, vec![*first]), step_of(NextStep::Release, rest.to_vec())],
        _ => vec![step_of(NextStep::Release, ids.clone())],
    };
    for completion in completions {
        let is_overtaken = shared.see(|seen| seen.last.get(&lease.key) > Some(&lease.token));
        let states = works("complete", shared.store.complete(vec![completion.clone()]).await)?;
        if states != [LeaseState::Held] {
            return Ok(());
        }
        ensure!(!is_overtaken, "a completion was accepted after another holder had claimed the key");
        shared.see(|seen| {
            if let NextStep::DeadLetter { item, .. } = completion.next {
                seen.dead.push(item);
            }
            seen.done.push((lease.key, lease.token, completion.done));
        });
    }
    Ok(())
}

async fn check<S: Store>(shared: &Shared<S>) -> Checked {
    let items = all(&shared.store).await?;
    let mut seen = shared.see(std::mem::take);
    let expected = usize::from(DELIVERIES * ITEMS);
    ensure!(items.len() == expected, "{} items are stored, {expected} were appended", items.len());
    ensure!(seen.new.len() == expected, "{} items were new, {expected} were appended", seen.new.len());
    let mut done: HashMap<ItemId, u32> = HashMap::new();
    // The tokens of a key grow from claim to claim.
    seen.done.sort_by_key(|(key, token, _)| (*key, *token));
    for key in (0..KEYS).map(ordering_key) {
        let of_key = seen.done.iter().filter(|(one, ..)| *one == key).flat_map(|(.., ids)| ids);
        let of_key: Vec<_> = of_key.inspect(|id| *done.entry(**id).or_default() += 1).collect();
        ensure!(of_key.is_sorted(), "the items of {key} were completed in the order {of_key:?}");
    }
    for item in items {
        let id = item.id;
        ensure!(!is_open(item.state), "item {id} is {} at the end", item.state.as_str());
        let is_known = seen.new.values().any(|new| *new == id);
        ensure!(is_known, "item {id} is stored, but was not acknowledged");
        let is_dead = seen.dead.contains(&id);
        ensure!(is_dead == (item.state == ItemState::Dead), "item {id} is {}", item.state.as_str());
        let times = done.get(&id).copied().unwrap_or(0);
        ensure!(times == u32::from(!is_dead), "item {id} was completed {times} times with a valid lease");
    }
    Ok(())
}
