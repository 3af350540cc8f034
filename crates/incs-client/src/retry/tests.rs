//! The table row by row, replies, and waits.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use proptest::prelude::*;

use super::*;
use crate::error::ErrorBody;
use crate::error::RequestState::{Accepted, NotSent, Rejected, Unknown};
use crate::error::RetryAdvice::{Correct, FindOut, Later, Never};
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

const AFTER: Option<Duration> = Some(Duration::from_secs(3));
const STATUSES: [u16; 13] = [200, 302, 400, 401, 404, 418, 422, 429, 500, 502, 503, 504, 599];

/// How well a body was understood.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Level {
    Envelope,
    Json,
    Other,
}

/// What was read; nothing for a success.
type Found = Option<(Outcome, ErrorKind, Level)>;

fn read(status: u16, body: &[u8]) -> Found {
    match read_reply(StatusCode::from_u16(status).unwrap(), body, || AFTER) {
        Reading::Success(frame) => {
            assert!(frame.is_success());
            None
        }
        Reading::Failure { outcome, kind } => {
            let level = match ErrorBody::read(&Bytes::copy_from_slice(body)) {
                ErrorBody::Envelope(_) => Level::Envelope,
                ErrorBody::Json(_) => Level::Json,
                ErrorBody::Other(_) => Level::Other,
            };
            Some((outcome, kind, level))
        }
    }
}

/// What a refusal and its like say, by number: of the frame, or of HTTP where there is no frame.
fn of_number(number: i64) -> (Outcome, ErrorKind) {
    match number {
        400 | 404 | 418 | 422 | 10_002..=10_004 => (Outcome::Refused, ErrorKind::Refused),
        401 | 403 | 10_001 => (Outcome::Refused, ErrorKind::Authentication),
        429 => (Outcome::Throttled { after: AFTER }, ErrorKind::RateLimited),
        500 | 502 | 504 | 599 => (Outcome::Failed, ErrorKind::Server),
        503 => (Outcome::Unavailable { after: AFTER }, ErrorKind::Server),
        _ => (Outcome::Unclear, ErrorKind::Reply),
    }
}

#[test]
fn the_code_of_the_frame_decides_under_every_status() {
    let codes = [
        -1, 0, 200, 201, 302, 399, 400, 401, 403, 404, 418, 422, 429, 500, 502, 503, 504, 599, 600, 10_000, 10_001,
        10_002, 10_003, 10_004, 10_005,
    ];
    for status in STATUSES {
        for code in codes {
            for rest in ["", r#","message":"no","data":{},"error":{}"#, r#","message":null,"data":[],"error":null"#] {
                let body = format!(r#"{{"status":"error","code":{code}{rest}}}"#);
                let (outcome, kind) = of_number(code);
                let expected = Some((outcome, kind, Level::Envelope));
                assert_eq!(read(status, body.as_bytes()), expected, "{body} under {status}");
            }
        }
    }
}

#[test]
fn a_success_is_one_under_every_status() {
    for status in STATUSES {
        for rest in ["", r#","data":{"msg_id":"m-1"}"#, r#","data":null,"message":"fine","new":1"#] {
            let body = format!(r#"{{"status":"success","code":200{rest}}}"#);
            assert_eq!(read(status, body.as_bytes()), None, "{body} under {status}");
        }
    }
}

#[test]
fn a_frame_that_contradicts_itself_is_no_refusal() {
    let unclear = (Outcome::Unclear, ErrorKind::Reply);
    for (word, code, (outcome, kind)) in [
        ("success", 400, unclear),
        ("success", 401, unclear),
        ("success", 422, unclear),
        ("success", 429, unclear),
        ("success", 10_001, unclear),
        ("success", 10_002, unclear),
        ("success", 0, unclear),
        ("success", 500, of_number(500)),
        ("success", 503, of_number(503)),
        ("error", 200, unclear),
        // A word of tomorrow may mean anything, also that the message is on its way.
        ("queued", 200, unclear),
        ("queued", 422, unclear),
        ("queued", 429, unclear),
        ("queued", 500, of_number(500)),
    ] {
        let body = format!(r#"{{"status":"{word}","code":{code},"data":{{"msg_id":"m-1"}}}}"#);
        for status in STATUSES {
            let expected = Some((outcome, kind, Level::Envelope));
            assert_eq!(read(status, body.as_bytes()), expected, "{body} under {status}");
        }
    }
}

#[test]
fn a_reply_without_a_frame_is_judged_by_its_status() {
    let bodies: [(&[u8], Level); 12] = [
        (br#"{"message":"slow down"}"#, Level::Json),
        (br#"{"status":"success","code":"many"}"#, Level::Json),
        (br#"{"status":200,"code":200}"#, Level::Json),
        (br#"{"status":"success"}"#, Level::Json),
        (b"[]", Level::Json),
        (b"null", Level::Json),
        (b" 7 ", Level::Json),
        (b"<html><title>502</title></html>", Level::Other),
        (b"", Level::Other),
        (b" ", Level::Other),
        (br#"{"status":"success","code":200"#, Level::Other),
        (b"{\"status\":\"success\",\"code\":200,\"message\":\"\xff\"}", Level::Other),
    ];
    for status in STATUSES {
        let (outcome, kind) = of_number(status.into());
        for (body, level) in bodies {
            let expected = Some((outcome, kind, level));
            assert_eq!(read(status, body), expected, "{} under {status}", String::from_utf8_lossy(body));
        }
    }
}

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

/// Wed, 21 Oct 2026 07:28:00 GMT.
const NOW: u64 = 1_792_567_680;

#[test]
fn both_forms_are_read_and_anything_else_asks_for_nothing() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    assert_eq!(httpdate::fmt_http_date(now), "Wed, 21 Oct 2026 07:28:00 GMT");
    let table: [(&[u8], Option<u64>); 24] = [
        (b"0", Some(0)),
        (b"120", Some(120)),
        (b"  120 ", Some(120)),
        (b"\t7", Some(7)),
        (b"00000000000000000000000009", Some(9)),
        (b"18446744073709551615", Some(u64::MAX)),
        (b"18446744073709551616", Some(u64::MAX)),
        (b"99999999999999999999999999", Some(u64::MAX)),
        (b"", None),
        (b" ", None),
        (b"-1", None),
        (b"+1", None),
        (b"1.5", None),
        (b"1 2", None),
        (b"120s", None),
        (b"soon", None),
        ("١٢".as_bytes(), None),
        (b"Wed, 21 Oct 2026 07:28:30 GMT", Some(30)),
        (b" Wed, 21 Oct 2026 07:29:00 GMT ", Some(60)),
        (b"Wed, 21 Oct 2026 07:28:00 GMT", Some(0)),
        (b"Wed, 21 Oct 2015 07:28:00 GMT", Some(0)),
        (b"Wednesday, 21-Oct-26 07:28:30 GMT", Some(30)),
        (b"Wed Oct 21 07:28:30 2026", Some(30)),
        (b"Wed, 41 Oct 2026 07:28:30 GMT", None),
    ];
    for (text, expected) in table {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_bytes(text).unwrap());
        let found = retry_after(&headers, now);
        assert_eq!(found, expected.map(Duration::from_secs), "{:?}", String::from_utf8_lossy(text));
    }
    assert_eq!(retry_after(&HeaderMap::new(), now), None);
}

#[test]
fn a_clock_before_all_dates_does_not_panic() {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_static("Fri, 31 Dec 9999 23:59:59 GMT"));
    let long_ago = SystemTime::UNIX_EPOCH - Duration::from_secs(1 << 32);
    assert!(retry_after(&headers, long_ago) > Some(Duration::from_secs(1 << 32)));
}
