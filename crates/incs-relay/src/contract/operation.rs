//! Random operations.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::store::OperatorAction;

/// The number of ordering keys.
pub(super) const KEYS: u8 = 4;
/// The number of sent messages that receipts are about.
pub(super) const SENT: u8 = 2;
/// The number of holders.
pub(super) const HOLDERS: usize = 4;

/// An operation. Items and leases are named by a place in those that are known then, modulo their number.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    Append(Vec<Delivery>),
    Claim { holder: usize, limits: Limits, items_per_key: usize, lease: u64 },
    Renew { holder: usize, leases: Vec<usize>, lease: u64 },
    Complete { holder: usize, completions: Vec<Completed> },
    Enqueue(Vec<Message>),
    Operate(Vec<(usize, OperatorAction)>),
    Erase(Vec<(usize, bool)>),
    Sweep { done: u64, dead: u64, budget: usize },
    Advance(u64),
}

#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) items: Vec<Item>,
    /// Makes the body larger than 64 KiB.
    pub(super) is_large: bool,
    /// The age at its append in milliseconds.
    pub(super) age: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) key: u8,
    pub(super) dedup_key: u8,
    pub(super) message: Option<u8>,
    pub(super) class: usize,
    pub(super) length: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Limits {
    /// Claims everything that is due.
    All { max_attempts: u32 },
    /// Claims a part, without dead letters.
    Some { keys: usize, bytes: Option<usize> },
}

#[derive(Debug, Clone)]
pub(super) struct Completed {
    /// Counts back from the last lease of the holder.
    pub(super) lease: usize,
    /// The leased items that are done, one bit for each.
    pub(super) done: u8,
    /// An item of the store that is called done too, whoever holds it.
    pub(super) other: Option<usize>,
    pub(super) next: Next,
    pub(super) receipts: Vec<Receipt>,
    pub(super) enqueue: Vec<Message>,
}

#[derive(Debug, Clone)]
pub(super) enum Next {
    KeepLease,
    Release,
    Retry(u64),
    DeadLetter(usize),
}

#[derive(Debug, Clone)]
pub(super) struct Receipt {
    pub(super) message: u8,
    pub(super) is_to_member: bool,
    pub(super) stage: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) key: u8,
    pub(super) body: u8,
}

pub(super) fn operations(most: usize) -> impl Strategy<Value = Vec<Operation>> {
    vec(operation(), 1..=most)
}

fn operation() -> impl Strategy<Value = Operation> {
    let lease = || select(vec![10_u64, 100, 1000]);
    let holder = || 0..HOLDERS;
    prop_oneof![
        6 => vec(delivery(), 1..3).prop_map(Operation::Append),
        8 => (holder(), limits(), 1..4_usize, lease())
            .prop_map(|(holder, limits, items_per_key, lease)| Operation::Claim { holder, limits, items_per_key, lease }),
        2 => (holder(), vec(0..6_usize, 1..4), lease())
            .prop_map(|(holder, leases, lease)| Operation::Renew { holder, leases, lease }),
        10 => (holder(), vec(completed(), 1..3))
            .prop_map(|(holder, completions)| Operation::Complete { holder, completions }),
        1 => vec(message(), 1..3).prop_map(Operation::Enqueue),
        4 => vec((any::<u8>(), select(vec![OperatorAction::Retry, OperatorAction::DeadLetter, OperatorAction::Replay])), 1..3)
            .prop_map(|actions| Operation::Operate(widen(actions))),
        1 => vec((any::<u8>(), any::<bool>()), 1..3).prop_map(|erasures| Operation::Erase(widen(erasures))),
        1 => (0..4000_u64, 0..4000_u64, 1..8_usize)
            .prop_map(|(done, dead, budget)| Operation::Sweep { done, dead, budget }),
        6 => prop_oneof![1..20_u64, 50..200_u64, 900..2000_u64].prop_map(Operation::Advance),
    ]
}

fn widen<T>(places: Vec<(u8, T)>) -> Vec<(usize, T)> {
    places.into_iter().map(|(place, value)| (usize::from(place), value)).collect()
}

fn delivery() -> impl Strategy<Value = Delivery> {
    (vec(item(), 0..5), prop::bool::weighted(0.2), 0..3000_u64).prop_map(|(items, is_large, age)| Delivery {
        items,
        is_large,
        age,
    })
}

fn item() -> impl Strategy<Value = Item> {
    (0..KEYS, 0..60_u8, prop::option::weighted(0.3, 0..6_u8), 0..4_usize, 0..200_usize)
        .prop_map(|(key, dedup_key, message, class, length)| Item { key, dedup_key, message, class, length })
}

fn limits() -> impl Strategy<Value = Limits> {
    prop_oneof![
        3 => (1..4_u32).prop_map(|max_attempts| Limits::All { max_attempts }),
        1 => (1..3_usize, prop::option::of(0..300_usize)).prop_map(|(keys, bytes)| Limits::Some { keys, bytes }),
    ]
}

fn completed() -> impl Strategy<Value = Completed> {
    let lease = prop_oneof![6 => 0..3_usize, 1 => 0..9_usize];
    let done = prop_oneof![Just(0_u8), Just(1), Just(0xff), any::<u8>()];
    let other = prop::option::weighted(0.1, 0..50_usize);
    let next = prop_oneof![
        2 => Just(Next::KeepLease),
        3 => Just(Next::Release),
        2 => prop_oneof![Just(0_u64), 1..1500_u64].prop_map(Next::Retry),
        1 => (0..4_usize).prop_map(Next::DeadLetter),
    ];
    (lease, done, other, next, vec(receipt(), 0..3), vec(message(), 0..2)).prop_map(
        |(lease, done, other, next, receipts, enqueue)| Completed { lease, done, other, next, receipts, enqueue },
    )
}

fn receipt() -> impl Strategy<Value = Receipt> {
    (0..SENT, any::<bool>(), 0..4_usize).prop_map(|(message, is_to_member, stage)| Receipt {
        message,
        is_to_member,
        stage,
    })
}

fn message() -> impl Strategy<Value = Message> {
    (0..5_u8, 0..3_u8).prop_map(|(key, body)| Message { key, body })
}
