//! The guard against a model of it that is too simple to be wrong.

use std::time::Duration;

use incs_model::Timestamp;
use incs_webhook::guard::{Claim, Lease, MemoryGuard, ReplayGuard};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{key, letter};

/// Keys in the order in which they were claimed or confirmed.
struct Model {
    capacity: usize,
    ttl: Duration,
    lease: Duration,
    now: Option<Timestamp>,
    known: Vec<Known>,
    count: usize,
}

struct Known {
    key: u8,
    since: Timestamp,
    confirmed: bool,
    claim: usize,
}

impl Model {
    fn at(&mut self, now: Timestamp) -> Timestamp {
        let now = self.now.map_or(now, |latest| latest.max(now));
        self.now = Some(now);
        let (ttl, lease) = (self.ttl, self.lease);
        self.known
            .retain(|known| now.duration_since(known.since).unsigned_abs() < if known.confirmed { ttl } else { lease });
        now
    }

    /// The answer, and the number of the claim if it is first.
    fn claim(&mut self, key: u8, now: Timestamp) -> (char, usize) {
        let now = self.at(now);
        if let Some(known) = self.known.iter().find(|known| known.key == key) {
            return (if known.confirmed { 'R' } else { 'H' }, 0);
        }
        self.count += 1;
        self.add(Known { key, since: now, confirmed: false, claim: self.count });
        ('F', self.count)
    }

    fn confirm(&mut self, key: u8, now: Timestamp) {
        let now = self.at(now);
        self.known.retain(|known| known.key != key);
        self.add(Known { key, since: now, confirmed: true, claim: 0 });
    }

    fn release(&mut self, key: u8, claim: usize) {
        self.known.retain(|known| known.key != key || known.confirmed || known.claim != claim);
    }

    fn add(&mut self, known: Known) {
        if self.capacity == 0 {
            return;
        }
        if self.known.len() == self.capacity {
            let oldest = self.known.iter().position(|known| known.confirmed).unwrap_or(0);
            self.known.remove(oldest);
        }
        self.known.push(known);
    }
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Claim(u8),
    Confirm(u8),
    /// Releases one of the claims that were granted so far.
    Release(prop::sample::Index),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (0..6_u8).prop_map(Action::Claim),
        2 => (0..6_u8).prop_map(Action::Confirm),
        2 => any::<prop::sample::Index>().prop_map(Action::Release),
    ]
}

/// Mostly about now, with small steps to and fro; at times anything, saturated at the ends of the calendar.
fn time() -> impl Strategy<Value = Timestamp> {
    let (first, last) = (Timestamp::MIN, Timestamp::MAX);
    let saturate =
        move |seconds: i64| Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { first } else { last });
    prop_oneof![
        80 => (0..400_i64).prop_map(saturate),
        2 => (-377_705_023_201..=253_402_207_200_i64).prop_map(saturate),
        1 => any::<i64>().prop_map(saturate),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX)].prop_map(saturate),
    ]
}

fn span() -> impl Strategy<Value = Duration> {
    prop_oneof![
        8 => (0..200_u64).prop_map(Duration::from_secs),
        1 => Just(Duration::ZERO),
        1 => Just(Duration::MAX),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn guard_matches_the_model(
        capacity in 0..5_usize,
        ttl in span(),
        lease in span(),
        actions in vec((action(), time()), 1..60),
    ) {
        let guard = MemoryGuard::new(capacity, ttl).with_lease(lease);
        let mut model = Model { capacity, ttl, lease: lease.min(ttl), now: None, known: Vec::new(), count: 0 };
        let mut granted: Vec<(u8, Lease, usize)> = Vec::new();
        for (action, now) in actions {
            match action {
                Action::Claim(name) => {
                    let claim = guard.claim(&key(&name.to_string()), now);
                    let (expected, number) = model.claim(name, now);
                    prop_assert_eq!(letter(&claim), expected);
                    if let Claim::First(lease) = claim {
                        granted.push((name, lease, number));
                    }
                }
                Action::Confirm(name) => {
                    guard.confirm(&key(&name.to_string()), now);
                    model.confirm(name, now);
                }
                Action::Release(which) if !granted.is_empty() => {
                    let (name, lease, number) = granted[which.index(granted.len())];
                    guard.release(&key(&name.to_string()), lease);
                    model.release(name, number);
                }
                Action::Release(_) => {}
            }
            prop_assert!(guard.len() <= capacity);
            prop_assert_eq!(guard.len(), model.known.len());
        }
    }
}
