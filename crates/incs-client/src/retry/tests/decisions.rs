//! What is done after each outcome, and what it says of the request.

use std::time::Duration;

use proptest::prelude::*;

use crate::error::RequestState::{self, Accepted, NotSent, Rejected, Unknown};
use crate::error::RetryAdvice::{self, Correct, FindOut, Later, Never};
use crate::retry::{Decision, Outcome, RetryPolicy};
use crate::transport::{Departure, Replay, TransportErrorKind};

const ASKED: Option<Duration> = Some(Duration::from_secs(7));
const WHENEVER: RetryAdvice = Later { after: None };
const ONCE_ASKED: RetryAdvice = Later { after: ASKED };

/// What the table says of an outcome.
struct Row {
    /// Whether a read, and whether a send, is made again.
    again: (bool, bool),
    state: RequestState,
    /// What a read, and what a send, is told when it is not made again.
    advice: (RetryAdvice, RetryAdvice),
}

/// No arm for all others: a new outcome does not compile without a row.
fn row(outcome: Outcome) -> Row {
    let row = |again, state, advice| Row { again, state, advice };
    match outcome {
        Outcome::NothingLeft => row((true, true), NotSent, (WHENEVER, WHENEVER)),
        Outcome::Hopeless => row((false, false), NotSent, (Correct, Correct)),
        Outcome::MayHaveLeft | Outcome::Failed => row((true, false), Unknown, (WHENEVER, FindOut)),
        Outcome::TooLong | Outcome::Unclear => row((false, false), Unknown, (WHENEVER, FindOut)),
        Outcome::Throttled { after } => row((true, true), Rejected, (Later { after }, Later { after })),
        Outcome::Unavailable { after } => row((true, false), Unknown, (Later { after }, FindOut)),
        Outcome::Refused => row((false, false), Rejected, (Correct, Correct)),
        Outcome::Unreadable => row((false, false), Accepted, (WHENEVER, Never)),
    }
}

const OUTCOMES: [Outcome; 12] = [
    Outcome::NothingLeft,
    Outcome::Hopeless,
    Outcome::MayHaveLeft,
    Outcome::TooLong,
    Outcome::Throttled { after: None },
    Outcome::Throttled { after: ASKED },
    Outcome::Failed,
    Outcome::Unavailable { after: None },
    Outcome::Unavailable { after: ASKED },
    Outcome::Refused,
    Outcome::Unreadable,
    Outcome::Unclear,
];

#[test]
fn every_outcome_is_decided_as_the_table_says() {
    let policy = RetryPolicy::new().with_max_attempts(3).with_max_elapsed(Duration::from_mins(1));
    let (start, end) = (Duration::ZERO, Duration::from_mins(1));
    // Attempt, time gone, and whether there may be another.
    let moments =
        [(1, start, true), (2, start, true), (3, start, false), (9, start, false), (1, end, false), (2, end, false)];
    for outcome in OUTCOMES {
        let Row { again, state, advice } = row(outcome);
        assert_eq!(outcome.request_state(), state, "{outcome:?}");
        assert_eq!(outcome.retry_advice(), advice.1, "{outcome:?}");
        for (replay, again, advice) in [(Replay::Safe, again.0, advice.0), (Replay::Unsafe, again.1, advice.1)] {
            for (attempt, elapsed, room) in moments {
                let decision = policy.decide(outcome, replay, attempt, elapsed, 0.5);
                let case = format!("{outcome:?}, {replay:?}, attempt {attempt} after {elapsed:?}");
                match decision {
                    Decision::Again(_) => assert!(again && room, "{case}"),
                    Decision::Stop(found) => {
                        assert!(!(again && room), "{case}");
                        assert_eq!(found, advice, "{case}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_wait_that_would_use_up_the_time_is_not_begun() {
    let policy = RetryPolicy::new().with_max_elapsed(Duration::from_secs(10)).with_base_delay(Duration::ZERO);
    let throttled = Outcome::Throttled { after: ASKED };
    for (gone, expected) in [
        (Duration::from_millis(2_999), Decision::Again(Duration::from_secs(7))),
        (Duration::from_secs(3), Decision::Stop(ONCE_ASKED)),
        (Duration::MAX, Decision::Stop(ONCE_ASKED)),
    ] {
        assert_eq!(policy.decide(throttled, Replay::Unsafe, 1, gone, 0.0), expected, "{gone:?}");
    }
}

#[test]
fn no_attempts_are_one_attempt() {
    for attempts in [0, 1] {
        let policy = RetryPolicy::new().with_max_attempts(attempts);
        let decision = policy.decide(Outcome::NothingLeft, Replay::Safe, 1, Duration::ZERO, 0.0);
        assert_eq!(decision, Decision::Stop(WHENEVER));
    }
}

#[test]
fn an_attempt_without_a_reply_is_judged_by_its_kind_and_by_what_left() {
    use TransportErrorKind::{BodyTooLarge, Connect, Interrupted, NotSent, Other, Timeout, Tls};
    let untold = Departure::default;
    let held = || {
        let departure = untold();
        departure.hold();
        departure
    };
    let left = || {
        let departure = held();
        assert!(departure.leave());
        departure
    };
    for (kind, when_held, when_untold, when_left) in [
        (Connect, Outcome::NothingLeft, Outcome::NothingLeft, Outcome::MayHaveLeft),
        (NotSent, Outcome::NothingLeft, Outcome::NothingLeft, Outcome::MayHaveLeft),
        (Tls, Outcome::Hopeless, Outcome::Hopeless, Outcome::MayHaveLeft),
        (Timeout, Outcome::NothingLeft, Outcome::MayHaveLeft, Outcome::MayHaveLeft),
        (Interrupted, Outcome::NothingLeft, Outcome::MayHaveLeft, Outcome::MayHaveLeft),
        (Other, Outcome::NothingLeft, Outcome::MayHaveLeft, Outcome::MayHaveLeft),
        (BodyTooLarge, Outcome::TooLong, Outcome::TooLong, Outcome::TooLong),
    ] {
        for (departure, expected) in [(held(), when_held), (untold(), when_untold), (left(), when_left)] {
            assert_eq!(Outcome::of_transport(kind, &departure), expected, "{kind:?}, {departure:?}");
            assert!(departure.has_left() || !departure.leave(), "{kind:?}: what was judged may still leave");
        }
    }
}

fn any_duration() -> impl Strategy<Value = Duration> {
    (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(seconds, nanoseconds)| Duration::new(seconds, nanoseconds))
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let asked = any_duration().prop_flat_map(|wait| {
        let after = Some(wait);
        proptest::sample::select(vec![Outcome::Throttled { after }, Outcome::Unavailable { after }])
    });
    prop_oneof![proptest::sample::select(OUTCOMES.to_vec()), asked]
}

fn any_policy() -> impl Strategy<Value = RetryPolicy> {
    (any::<u32>(), any_duration(), any_duration(), any_duration()).prop_map(|(attempts, elapsed, base, max)| {
        RetryPolicy::new()
            .with_max_attempts(attempts)
            .with_max_elapsed(elapsed)
            .with_base_delay(base)
            .with_max_delay(max)
    })
}

proptest! {
    #[test]
    fn no_policy_makes_a_send_again_that_may_have_been_done(
        policy in any_policy(),
        outcome in any_outcome(),
        attempt in any::<u32>(),
        elapsed in any_duration(),
        jitter in any::<f64>(),
    ) {
        let decision = policy.decide(outcome, Replay::Unsafe, attempt, elapsed, jitter);
        if let Decision::Again(wait) = decision {
            let did_nothing = matches!(outcome, Outcome::NothingLeft | Outcome::Throttled { .. });
            prop_assert!(did_nothing);
            prop_assert!(outcome.request_state().is_safe_to_repeat());
            prop_assert!(elapsed.saturating_add(wait) < policy.max_elapsed);
            prop_assert!(attempt < policy.max_attempts);
        }
    }
}
