//! Fixed cases, which do not need the model.

use std::time::{Duration, Instant};

use incs_model::delivery::Stage;

use super::check::{Maker, Time, all, member, millis, ordering_key, sent_id, status_update, works};
use super::operation::{Delivery, Item, Receipt};
use super::{Checked, ensure};
use crate::clock::Clock;
use crate::store::{
    Appended, Claim, ClaimLimits, Completion, Erasure, FencingToken, ItemFilter, ItemId, ItemState, Lease, LeaseState,
    NewDelivery, NextStep, OperatorAction, OperatorResult, OrderingKey, OutboxFilter, Retention, Store, StoreError,
};

/// Returns the violations.
pub(super) async fn run<S, F>(open: &impl Fn(Clock) -> F) -> Vec<String>
where
    S: Store,
    F: Future<Output = Result<S, StoreError>>,
{
    let mut violations = Vec::new();
    macro_rules! check {
        ($($case:ident),+) => {$({
            let time = Time::start();
            let checked = match open(time.clock()).await {
                Ok(store) => $case(&store, &time).await,
                Err(error) => Err(format!("opening failed: {error}")),
            };
            violations.extend(checked.err().map(|violation| format!("{}: {violation}", stringify!($case))));
        })+};
    }
    check!(
        keys_that_wait_longest_come_first,
        bytes_of_a_claim_are_limited,
        item_that_never_finishes_is_found,
        empty_input_has_an_empty_answer,
        unknown_items_are_not_found,
        range_outside_the_body_is_cut,
        many_items_of_one_delivery,
        receipts_merge_in_any_order,
        retried_dead_letter_has_its_own_attempts,
        waiting_ends
    );
    violations
}

fn limits(keys: usize, items_per_key: usize, bytes: usize) -> ClaimLimits {
    ClaimLimits { keys, items_per_key, bytes, lease: millis(1000), max_attempts: 3 }
}

/// Appends a delivery with one item for each key. Returns the items, and the length of each.
async fn append(store: &impl Store, time: &Time, keys: &[u8]) -> Checked<Vec<(ItemId, usize)>> {
    let item = |(place, key): (u8, &u8)| Item { key: *key, dedup_key: place, message: None, class: 0, length: 50 };
    let spec = Delivery { items: (0..).zip(keys).map(item).collect(), is_large: false, age: 0 };
    let (mut delivery, raws) = Maker::default().delivery(&spec, time.now());
    // No two appends of a case have the same keys.
    let known = works("stats", store.stats().await)?.items;
    for (place, item) in (known..).zip(&mut delivery.items) {
        item.dedup_key.iter_mut().zip(place.to_le_bytes()).for_each(|(to, from)| *to = from);
    }
    let answers = works("append", store.append(vec![delivery]).await)?.concat();
    let ids = answers.iter().map(|answer| match answer {
        Appended::New(id) => Ok(*id),
        other => Err(format!("{other:?} was answered for a new item")),
    });
    ids.zip(&raws).map(|(id, raw)| Ok((id?, raw.len()))).collect()
}

async fn claim(store: &impl Store, limits: ClaimLimits) -> Checked<Vec<Claim>> {
    works("claim", store.claim(limits).await)
}

fn ids(claims: &[Claim]) -> Vec<ItemId> {
    claims.iter().flat_map(|claim| &claim.items).map(|item| item.item.id).collect()
}

/// Completes all items of claims. Fails if a lease is stale, so that a store that hands items out again is found.
async fn finish(store: &impl Store, claims: Vec<Claim>) -> Checked {
    for Claim { lease, items } in claims {
        let done = items.iter().map(|item| item.item.id).collect();
        let states = works("complete", store.complete(vec![Completion::release(lease, done)]).await)?;
        ensure!(states == [LeaseState::Held], "a completion with a valid lease was {states:?}");
    }
    Ok(())
}

async fn keys_that_wait_longest_come_first(store: &impl Store, time: &Time) -> Checked {
    for key in [3, 1, 4, 2] {
        append(store, time, &[key]).await?;
        time.advance(10);
    }
    for expected in [[3, 1], [4, 2]] {
        let claims = claim(store, limits(2, 1, usize::MAX)).await?;
        let keys: Vec<_> = claims.iter().map(|claim| claim.lease.key).collect();
        ensure!(keys == expected.map(ordering_key), "{keys:?} were claimed, {expected:?} were expected");
    }
    ensure!(claim(store, limits(2, 1, usize::MAX)).await?.is_empty(), "leased keys were claimed");
    Ok(())
}

async fn bytes_of_a_claim_are_limited(store: &impl Store, time: &Time) -> Checked {
    let items = append(store, time, &[1, 1, 1, 2, 2]).await?;
    let size = items.iter().map(|(_, size)| *size).max().unwrap_or(0);
    let first = claim(store, limits(1, 1, 0)).await?;
    ensure!(ids(&first).len() == 1, "the first item must be claimed whatever its size");
    let second = claim(store, limits(9, 9, size * 2)).await?;
    let number = ids(&second).len();
    ensure!((1..=2).contains(&number), "{number} items were claimed, two have the allowed number of bytes");
    let mut claimed = ids(&first);
    claimed.extend(ids(&second));
    finish(store, first).await?;
    finish(store, second).await?;
    for _ in 0..items.len() {
        let claims = claim(store, limits(9, 9, 1)).await?;
        claimed.extend(ids(&claims));
        finish(store, claims).await?;
    }
    claimed.sort_unstable();
    ensure!(claimed.iter().eq(items.iter().map(|(id, _)| id)), "{claimed:?} were claimed of {items:?}");
    Ok(())
}

async fn item_that_never_finishes_is_found(store: &impl Store, time: &Time) -> Checked {
    let items: Vec<_> = append(store, time, &[1, 1, 1]).await?.into_iter().map(|(id, _)| id).collect();
    let [poison, second, third] = items[..] else { return Err("three items were not appended".to_owned()) };
    for (attempt, expected) in [vec![poison, second, third], vec![poison], vec![poison]].into_iter().enumerate() {
        let claims = claim(store, limits(9, 9, usize::MAX)).await?;
        ensure!(ids(&claims) == expected, "attempt {} was of {:?}, expected {expected:?}", attempt + 1, ids(&claims));
        time.advance(999);
        ensure!(claim(store, limits(9, 9, usize::MAX)).await?.is_empty(), "the key was claimed during its lease");
        time.advance(1);
    }
    for expected in [second, third] {
        let claims = claim(store, limits(9, 9, usize::MAX)).await?;
        ensure!(ids(&claims) == [expected], "{:?} were claimed, {expected} alone was expected", ids(&claims));
        for Claim { lease, items } in claims {
            let attempt = items.first().map(|item| item.attempt);
            ensure!(attempt == Some(1), "the item after a dead letter has attempt {attempt:?}");
            works("complete", store.complete(vec![Completion::release(lease, vec![expected])]).await)?;
        }
    }
    let dead = ItemFilter { state: Some(ItemState::Dead), limit: 9, ..ItemFilter::default() };
    let dead = works("list", store.list(dead).await)?;
    let found: Vec<_> = dead.iter().map(|item| (item.id, item.attempts, item.reason.as_deref())).collect();
    ensure!(found == [(poison, 3, Some("handler_never_finished"))], "the dead letters are {found:?}");
    Ok(())
}

async fn empty_input_has_an_empty_answer(store: &impl Store, time: &Time) -> Checked {
    append(store, time, &[1]).await?;
    let empty = NewDelivery {
        received_at: time.now(),
        body: b"[]".as_slice().into(),
        envelope: b"{}".as_slice().into(),
        items: Vec::new(),
    };
    let answers = works("append", store.append(vec![empty]).await)?;
    ensure!(answers == [Vec::new()], "a delivery without items was answered {answers:?}");
    let is_empty = works("append", store.append(Vec::new()).await)?.is_empty()
        && works("complete", store.complete(Vec::new()).await)?.is_empty()
        && works("renew", store.renew(Vec::new(), millis(1)).await)?.is_empty()
        && works("enqueue", store.enqueue(Vec::new()).await)?.is_empty()
        && works("operate", store.operate(Vec::new()).await)?.is_empty()
        && works("erase", store.erase(Vec::new()).await)? == 0
        && works("read", store.read(None, 0).await)?.is_empty()
        && works("messages", store.messages(OutboxFilter::default()).await)?.is_empty()
        && works("decide", store.decide(Vec::new()).await)?.is_empty()
        && works("erase_messages", store.erase_messages(Vec::new()).await)? == 0
        && works("list", store.list(ItemFilter::default()).await)?.is_empty()
        && claim(store, limits(0, 1, 1)).await?.is_empty();
    ensure!(is_empty, "an operation without input has an answer");
    let swept = works("sweep", store.sweep(Retention::default(), 0).await)?;
    ensure!(swept.items == 0, "something was swept before its time");
    Ok(())
}

async fn unknown_items_are_not_found(store: &impl Store, time: &Time) -> Checked {
    append(store, time, &[1]).await?;
    for id in [ItemId(0), ItemId(1_000_000), ItemId(u64::MAX)] {
        let result = works("operate", store.operate(vec![(id, OperatorAction::Replay)]).await)?;
        ensure!(result == [OperatorResult::NotFound], "an action on an unknown item was {result:?}");
        ensure!(works("body", store.body(id).await)?.is_none(), "an unknown item has a body");
        let erased = works("erase", store.erase(vec![Erasure { item: id, envelope: None }]).await)?;
        ensure!(erased == 0, "an unknown item was erased");
        let filter = ItemFilter { id: Some(id), limit: 1, ..ItemFilter::default() };
        ensure!(works("list", store.list(filter).await)?.is_empty(), "an unknown item was listed");
        let lease = Lease { key: OrderingKey::from_i64(7), token: FencingToken(id.0) };
        let states = works("complete", store.complete(vec![Completion::release(lease, vec![id])]).await)?;
        ensure!(states == [LeaseState::Stale], "a completion without a lease was {states:?}");
    }
    ensure!(all(store).await?.len() == 1, "an action on an unknown item has changed something");
    Ok(())
}

async fn range_outside_the_body_is_cut(store: &impl Store, time: &Time) -> Checked {
    for (number, size) in [(1, 10), (2, 100_000)] {
        let spec = Delivery {
            items: vec![Item { key: number, dedup_key: number, message: None, class: 0, length: 1 }],
            is_large: size > 10,
            age: 0,
        };
        let (mut delivery, _) = Maker::default().delivery(&spec, time.now());
        let length = delivery.body.len();
        for item in &mut delivery.items {
            item.range = length - 2..length + 100;
        }
        works("append", store.append(vec![delivery]).await)?;
    }
    let claims = claim(store, limits(9, 9, usize::MAX)).await?;
    let sizes: Vec<_> =
        claims.iter().flat_map(|claim| &claim.items).map(|item| item.item.raw.as_ref().map(Vec::len)).collect();
    ensure!(sizes == [Some(2), Some(2)], "the claimed items have {sizes:?} bytes, 2 were expected");
    Ok(())
}

async fn many_items_of_one_delivery(store: &impl Store, time: &Time) -> Checked {
    let keys: Vec<_> = (0..250).map(|place| place % 3).collect();
    let items = append(store, time, &keys).await?;
    let mut claimed = Vec::new();
    for _ in 0..items.len() {
        let claims = claim(store, limits(9, 50, usize::MAX)).await?;
        claimed.extend(ids(&claims));
        finish(store, claims).await?;
    }
    claimed.sort_unstable();
    ensure!(claimed.iter().eq(items.iter().map(|(id, _)| id)), "{} of 250 items were claimed once", claimed.len());
    Ok(())
}

async fn receipts_merge_in_any_order(store: &impl Store, time: &Time) -> Checked {
    append(store, time, &[1]).await?;
    let claims = claim(store, limits(1, 1, 1)).await?;
    let lease = claims.first().ok_or("an item cannot be claimed")?.lease;
    let receipt = |message, stage| status_update(&Receipt { message, is_to_member: false, stage }, time.now());
    for (first, second) in [(3, 0), (0, 3)] {
        for (message, stage) in [(0, first), (1, second), (0, second), (1, first), (0, first)] {
            let completion = Completion {
                next: NextStep::KeepLease,
                status_updates: vec![receipt(message, stage)],
                ..Completion::release(lease, Vec::new())
            };
            works("complete", store.complete(vec![completion]).await)?;
        }
        for message in [0, 1] {
            let merged = works("delivery_state", store.delivery_state(&sent_id(message), None).await)?;
            let stage = merged.and_then(|merged| merged.stage());
            ensure!(stage == Some(Stage::Read), "the stage of a message that was read is {stage:?}");
        }
    }
    let other = works("delivery_state", store.delivery_state(&sent_id(0), Some(member())).await)?;
    ensure!(other.is_none(), "a member of a group has the state of another message");
    Ok(())
}

async fn retried_dead_letter_has_its_own_attempts(store: &impl Store, time: &Time) -> Checked {
    let items: Vec<_> = append(store, time, &[1, 1]).await?.into_iter().map(|(id, _)| id).collect();
    let [first, second] = items[..] else { return Err("two items were not appended".to_owned()) };
    works("operate", store.operate(vec![(first, OperatorAction::DeadLetter)]).await)?;
    for attempt in 1..=2 {
        let claims = claim(store, limits(1, 9, usize::MAX)).await?;
        ensure!(ids(&claims) == [second], "{:?} were claimed, {second} was expected", ids(&claims));
        let lease = claims.first().ok_or("an item cannot be claimed")?.lease;
        if attempt == 2 {
            works("operate", store.operate(vec![(first, OperatorAction::Retry)]).await)?;
        }
        let next = NextStep::Retry { delay: millis(1000), error: "failed".to_owned() };
        let failed = Completion { next, ..Completion::release(lease, Vec::new()) };
        works("complete", store.complete(vec![failed]).await)?;
        if attempt == 1 {
            time.advance(1000);
        }
    }
    // The dead letter comes first, and does not wait for the next attempt of the other item.
    let claims = claim(store, limits(1, 1, usize::MAX)).await?;
    let attempts: Vec<_> =
        claims.iter().flat_map(|claim| &claim.items).map(|item| (item.item.id, item.attempt)).collect();
    ensure!(attempts == [(first, 1)], "{attempts:?} were claimed, the first attempt of {first} was expected");
    Ok(())
}

async fn waiting_ends(store: &impl Store, time: &Time) -> Checked {
    let started = Instant::now();
    store.wait(Duration::from_millis(50)).await;
    ensure!(started.elapsed() < Duration::from_secs(5), "waiting did not end with its limit");
    append(store, time, &[1]).await?;
    ensure!(!claim(store, limits(1, 1, 1)).await?.is_empty(), "an item cannot be claimed at once");
    Ok(())
}
