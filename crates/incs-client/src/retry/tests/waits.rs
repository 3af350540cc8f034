//! How long is waited.

use std::time::Duration;

use crate::retry::{Decision, Outcome, RetryPolicy};
use crate::transport::Replay;

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn patient() -> RetryPolicy {
    RetryPolicy::new().with_max_attempts(u32::MAX).with_max_elapsed(Duration::MAX)
}

fn wait(policy: &RetryPolicy, outcome: Outcome, attempt: u32, jitter: f64) -> Option<Duration> {
    match policy.decide(outcome, Replay::Safe, attempt, Duration::ZERO, jitter) {
        Decision::Again(wait) => Some(wait),
        Decision::Stop(_) => None,
    }
}

#[test]
fn waits_double_up_to_the_cap_and_are_spread_from_zero() {
    let policy = patient().with_base_delay(ms(100)).with_max_delay(ms(1_000));
    for (attempt, longest) in
        [(0, 100), (1, 100), (2, 200), (3, 400), (4, 800), (5, 1_000), (33, 1_000), (9_999, 1_000)]
    {
        for (jitter, expected) in [(0.0, ms(0)), (0.5, ms(longest / 2)), (1.0, ms(longest))] {
            let found = wait(&policy, Outcome::MayHaveLeft, attempt, jitter);
            assert_eq!(found, Some(expected), "attempt {attempt}, jitter {jitter}");
        }
    }
}

#[test]
fn a_jitter_that_is_none_stays_within_the_bounds() {
    let policy = patient().with_base_delay(ms(100));
    for (jitter, expected) in
        [(-1.0, 0), (7.0, 100), (f64::NAN, 100), (f64::INFINITY, 100), (f64::NEG_INFINITY, 100), (-0.0, 0)]
    {
        assert_eq!(wait(&policy, Outcome::Failed, 1, jitter), Some(ms(expected)), "{jitter}");
    }
}

#[test]
fn what_the_platform_asks_for_is_waited_whatever_the_cap_and_a_little_more() {
    let policy = patient().with_base_delay(ms(100)).with_max_delay(ms(1_000));
    for of in [|after| Outcome::Throttled { after }, |after| Outcome::Unavailable { after }] {
        for (asked, attempt, jitter, expected) in [
            (Some(ms(0)), 1, 0.0, ms(0)),
            (Some(ms(0)), 5, 1.0, ms(100)),
            (Some(ms(60_000)), 1, 0.0, ms(60_000)),
            (Some(ms(60_000)), 9, 0.5, ms(60_050)),
            (None, 3, 1.0, ms(400)),
        ] {
            assert_eq!(wait(&policy, of(asked), attempt, jitter), Some(expected), "{asked:?}, attempt {attempt}");
        }
    }
}

#[test]
fn the_longest_times_do_not_panic() {
    let policy = patient().with_base_delay(Duration::MAX).with_max_delay(Duration::MAX);
    for attempt in [0, 1, 2, u32::MAX - 1] {
        // A wait that is longer than all time never fits into it.
        assert_eq!(wait(&policy, Outcome::Failed, attempt, 1.0), None);
        assert_eq!(wait(&policy, Outcome::Failed, attempt, 0.0), Some(Duration::ZERO));
        assert!(wait(&policy, Outcome::Failed, attempt, 0.5).is_some());
        assert_eq!(wait(&policy, Outcome::Throttled { after: Some(Duration::MAX) }, attempt, 1.0), None);
    }
}
