//! Replay guards.

mod model;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use incs_model::Timestamp;
use incs_webhook::guard::{Claim, ClaimGuard, Lease, MemoryGuard, ReplayGuard};
use incs_webhook::{DedupKey, Delivery};

const TTL: Duration = Duration::from_secs(1000);
const LEASE: Duration = Duration::from_secs(100);

fn guard() -> MemoryGuard {
    MemoryGuard::new(3, TTL).with_lease(LEASE)
}

fn key(name: &str) -> DedupKey {
    DedupKey::of_parts(["test", name])
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// Returns the result of a claim as a letter.
fn letter<T>(claim: &Claim<T>) -> char {
    match claim {
        Claim::First(_) => 'F',
        Claim::InProgress => 'H',
        Claim::Duplicate => 'R',
    }
}

/// One step of a story: what is done with which key at which second, and what a claim then comes to.
enum Step {
    /// Claims, and leaves the claim open.
    Claim(&'static str, i64, char),
    Confirm(&'static str, i64),
    /// Releases the last claim of the key that was first.
    Release(&'static str),
    /// Releases the first claim of the key that was first.
    ReleaseEarliest(&'static str),
}

#[test]
fn claims_follow_the_table() {
    use Step::{Claim as C, Confirm, Release, ReleaseEarliest};

    let stories: &[(&str, &[Step])] = &[
        ("handled once", &[C("a", 0, 'F'), Confirm("a", 1), C("a", 2, 'R'), C("a", 3, 'R')]),
        ("in hand while it is handled", &[C("a", 0, 'F'), C("a", 99, 'H')]),
        ("failed, then tried again", &[C("a", 0, 'F'), Release("a"), C("a", 1, 'F'), Confirm("a", 2), C("a", 3, 'R')]),
        ("a claim that was leaked ends with the lease", &[C("a", 0, 'F'), C("a", 99, 'H'), C("a", 100, 'F')]),
        (
            "time to live counts from the confirmation",
            &[C("a", 0, 'F'), Confirm("a", 50), C("a", 1049, 'R'), C("a", 1050, 'F')],
        ),
        ("a repetition does not prolong it", &[C("a", 0, 'F'), Confirm("a", 0), C("a", 999, 'R'), C("a", 1000, 'F')]),
        (
            "a second confirmation restarts the lifetime",
            &[C("a", 0, 'F'), Confirm("a", 0), Confirm("a", 500), C("a", 1400, 'R')],
        ),
        (
            "confirmed after its lease, it was handled all the same",
            &[C("a", 0, 'F'), C("b", 200, 'F'), Confirm("a", 201), C("a", 202, 'R')],
        ),
        (
            "a late release leaves the next claim alone",
            &[C("a", 0, 'F'), C("a", 100, 'F'), ReleaseEarliest("a"), C("a", 101, 'H'), Release("a"), C("a", 102, 'F')],
        ),
        (
            "a release after another's confirmation does nothing",
            &[C("a", 0, 'F'), Confirm("a", 1), Release("a"), C("a", 2, 'R')],
        ),
        ("keys do not touch each other", &[C("a", 0, 'F'), Confirm("a", 0), C("b", 0, 'F'), C("b", 1, 'H')]),
        (
            "what was confirmed longest ago is forgotten first",
            &[
                C("a", 0, 'F'),
                C("b", 0, 'F'),
                C("c", 0, 'F'),
                Confirm("b", 1),
                Confirm("c", 2),
                C("d", 3, 'F'),
                C("a", 4, 'H'),
                C("c", 4, 'R'),
                C("d", 4, 'H'),
                C("b", 5, 'F'),
                C("c", 6, 'F'),
            ],
        ),
        (
            "with all in hand, the oldest claim is forgotten and can still be confirmed",
            &[
                C("a", 0, 'F'),
                C("b", 1, 'F'),
                C("c", 2, 'F'),
                C("d", 3, 'F'),
                C("b", 4, 'H'),
                Confirm("a", 4),
                C("a", 5, 'R'),
            ],
        ),
        (
            "a clock that is set back brings nothing back",
            &[
                C("a", 0, 'F'),
                Confirm("a", 0),
                C("b", 2000, 'F'),
                C("a", 10, 'F'),
                C("a", 120, 'H'),
                C("b", 20, 'H'),
                C("b", -5000, 'H'),
                C("b", 2099, 'H'),
                C("b", 2100, 'F'),
            ],
        ),
    ];
    for (name, steps) in stories {
        let guard = guard();
        let mut leases: Vec<(&str, Lease)> = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            match *step {
                C(name_of_key, second, expected) => {
                    let claim = guard.claim(&key(name_of_key), at(second));
                    assert_eq!(letter(&claim), expected, "{name}: step {number}");
                    leases.extend(claim.first().map(|lease| (name_of_key, lease)));
                }
                Confirm(name_of_key, second) => guard.confirm(&key(name_of_key), at(second)),
                Release(name_of_key) => {
                    let (_, lease) = leases.iter().rev().find(|(of, _)| *of == name_of_key).unwrap();
                    guard.release(&key(name_of_key), *lease);
                }
                ReleaseEarliest(name_of_key) => {
                    let (_, lease) = leases.iter().find(|(of, _)| *of == name_of_key).unwrap();
                    guard.release(&key(name_of_key), *lease);
                }
            }
            assert!(guard.len() <= 3, "{name}: step {number}");
        }
    }
}

#[test]
fn guard_without_capacity_grants_all() {
    for guard in [MemoryGuard::new(0, TTL), MemoryGuard::new(3, Duration::ZERO)] {
        for _ in 0..3 {
            let Claim::First(ticket) = ClaimGuard::claim(&guard, key("a"), at(0)) else { panic!("{guard:?}") };
            ticket.confirm(at(0));
        }
    }
}

#[test]
fn lease_never_outlives_its_key() {
    let short = Duration::from_secs(10);
    for guard in [MemoryGuard::new(3, short), MemoryGuard::new(3, short).with_lease(TTL)] {
        assert_eq!(letter(&guard.claim(&key("a"), at(0))), 'F');
        assert_eq!(letter(&guard.claim(&key("a"), at(9))), 'H');
        assert_eq!(letter(&guard.claim(&key("a"), at(10))), 'F');
    }
}

#[test]
fn item_without_key_is_first() {
    let body = br#"{"event":"tomorrow"}"#;
    let headers = [("content-type", "application/json")];
    let batch = Delivery::new(&headers, body).dangerously_skip_verification().unwrap().parse();
    let guard = guard();
    for item in batch.iter().chain(&batch) {
        let Claim::First(ticket) = ClaimGuard::claim(&guard, item.dedup_key(), at(0)) else { panic!("{item:?}") };
        ticket.confirm(at(0));
    }
    assert!(guard.is_empty());
}

#[test]
fn failed_item_is_first_again() {
    let body = br#"{"event":"new_message","message":{"messaging_product":"whatsapp","messages":[
        {"from":"1","id":"good","timestamp":"1","type":"text","text":{"body":"x"}},
        {"from":"1","id":"bad","timestamp":"1","type":"text","text":{"body":"x"}}]}}"#;
    let headers = [("content-type", "application/json")];
    let guard = guard();
    let receive = |is_handled: fn(usize) -> bool| {
        let batch = Delivery::new(&headers, body).dangerously_skip_verification().unwrap().parse();
        let mut seen = String::new();
        for (index, item) in batch.iter().enumerate() {
            let claim = ClaimGuard::claim(&guard, item.dedup_key(), at(0));
            seen.push(letter(&claim));
            if let Claim::First(ticket) = claim
                && is_handled(index)
            {
                ticket.confirm(at(0));
            }
        }
        seen
    };
    assert_eq!(receive(|index| index == 0), "FF");
    assert_eq!(receive(|_| true), "RF");
    assert_eq!(receive(|_| true), "RR");
}

#[test]
fn panicking_handler_releases_its_claim() {
    let guard = guard();
    let handled = catch_unwind(AssertUnwindSafe(|| {
        let ticket = ClaimGuard::claim(&guard, key("a"), at(0)).first();
        assert!(ticket.is_none(), "the handler fails");
    }));
    assert!(handled.is_err());
    assert_eq!(letter(&ClaimGuard::claim(&guard, key("a"), at(0))), 'F');
}

#[test]
fn claim_guard_moves_between_threads() {
    let guard: Arc<dyn ReplayGuard> = Arc::new(guard());
    ClaimGuard::claim(&*guard, key("a"), at(0)).first().unwrap().release();
    let ticket = ClaimGuard::claim(Arc::clone(&guard), key("a"), at(0)).first().unwrap();
    assert_eq!(letter(&ClaimGuard::claim(&guard, key("a"), at(0))), 'H');
    thread::spawn(move || ticket.confirm(at(0))).join().unwrap();
    assert_eq!(letter(&ClaimGuard::claim(&guard, key("a"), at(0))), 'R');
}

#[test]
fn one_thread_is_first_per_key() {
    const THREADS: usize = 8;
    const KEYS: usize = 500;

    let guard = MemoryGuard::new(KEYS, TTL);
    let keys: Vec<DedupKey> = (0..KEYS).map(|number| key(&number.to_string())).collect();
    let firsts: Vec<AtomicUsize> = keys.iter().map(|_| AtomicUsize::new(0)).collect();
    let together = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                together.wait();
                for (key, firsts) in keys.iter().zip(&firsts) {
                    if let Claim::First(ticket) = ClaimGuard::claim(&guard, *key, at(0)) {
                        firsts.fetch_add(1, Ordering::Relaxed);
                        ticket.confirm(at(0));
                    }
                }
            });
        }
    });
    assert!(firsts.iter().all(|firsts| firsts.load(Ordering::Relaxed) == 1));
    assert_eq!(guard.len(), KEYS);
}
