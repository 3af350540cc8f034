//! The table row by row, replies, and waits.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use proptest::prelude::*;

use super::*;
use crate::error::ErrorBody;
use crate::error::RequestState::{Accepted, NotSent, Rejected, Unknown};
use crate::error::RetryAdvice::{Correct, Later, Never, Reconcile};
use crate::transport::{Idempotency, SendGate, TransportErrorKind};

const ASKED: Option<Duration> = Some(Duration::from_secs(7));
const WHENEVER: RetryAdvice = Later { after: None };
const ONCE_ASKED: RetryAdvice = Later { after: ASKED };

/// The row of the table for an outcome.
struct Row {
    /// True if a read, and if a send, is retried.
    again: (bool, bool),
    state: RequestState,
    /// The advice for a read, and for a send, that is not retried.
    advice: (RetryAdvice, RetryAdvice),
}

/// No arm for all others: a new outcome does not compile without a row.
fn row(outcome: AttemptOutcome) -> Row {
    let row = |again, state, advice| Row { again, state, advice };
    match outcome {
        AttemptOutcome::NotSent => row((true, true), NotSent, (WHENEVER, WHENEVER)),
        AttemptOutcome::NotSentPermanent => row((false, false), NotSent, (Correct, Correct)),
        AttemptOutcome::MaybeSent | AttemptOutcome::Failed => row((true, false), Unknown, (WHENEVER, Reconcile)),
        AttemptOutcome::ReplyTooLarge | AttemptOutcome::Unclear => row((false, false), Unknown, (WHENEVER, Reconcile)),
        AttemptOutcome::Throttled { after } => row((true, true), Rejected, (Later { after }, Later { after })),
        AttemptOutcome::Unavailable { after } => row((true, false), Unknown, (Later { after }, Reconcile)),
        AttemptOutcome::Refused => row((false, false), Rejected, (Correct, Correct)),
        AttemptOutcome::Unreadable => row((false, false), Accepted, (WHENEVER, Never)),
    }
}

const OUTCOMES: [AttemptOutcome; 12] = [
    AttemptOutcome::NotSent,
    AttemptOutcome::NotSentPermanent,
    AttemptOutcome::MaybeSent,
    AttemptOutcome::ReplyTooLarge,
    AttemptOutcome::Throttled { after: None },
    AttemptOutcome::Throttled { after: ASKED },
    AttemptOutcome::Failed,
    AttemptOutcome::Unavailable { after: None },
    AttemptOutcome::Unavailable { after: ASKED },
    AttemptOutcome::Refused,
    AttemptOutcome::Unreadable,
    AttemptOutcome::Unclear,
];

#[test]
fn every_outcome_matches_the_table() {
    let policy = RetryPolicy::new().with_max_attempts(3).with_max_elapsed(Duration::from_mins(1));
    let (start, end) = (Duration::ZERO, Duration::from_mins(1));
    // Attempt, time gone, and whether there may be another.
    let moments =
        [(1, start, true), (2, start, true), (3, start, false), (9, start, false), (1, end, false), (2, end, false)];
    for outcome in OUTCOMES {
        let Row { again, state, advice } = row(outcome);
        assert_eq!(outcome.request_state(), state, "{outcome:?}");
        assert_eq!(outcome.retry_advice(), advice.1, "{outcome:?}");
        for (idempotency, again, advice) in
            [(Idempotency::Idempotent, again.0, advice.0), (Idempotency::NonIdempotent, again.1, advice.1)]
        {
            for (attempt, elapsed, room) in moments {
                let decision = policy.decide(outcome, idempotency, attempt, elapsed, 0.5);
                let case = format!("{outcome:?}, {idempotency:?}, attempt {attempt} after {elapsed:?}");
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
fn wait_beyond_deadline_is_not_started() {
    let policy = RetryPolicy::new().with_max_elapsed(Duration::from_secs(10)).with_base_delay(Duration::ZERO);
    let throttled = AttemptOutcome::Throttled { after: ASKED };
    for (gone, expected) in [
        (Duration::from_millis(2_999), Decision::Again(Duration::from_secs(7))),
        (Duration::from_secs(3), Decision::Stop(ONCE_ASKED)),
        (Duration::MAX, Decision::Stop(ONCE_ASKED)),
    ] {
        assert_eq!(policy.decide(throttled, Idempotency::NonIdempotent, 1, gone, 0.0), expected, "{gone:?}");
    }
}

#[test]
fn no_attempts_are_one_attempt() {
    for attempts in [0, 1] {
        let policy = RetryPolicy::new().with_max_attempts(attempts);
        let decision = policy.decide(AttemptOutcome::NotSent, Idempotency::Idempotent, 1, Duration::ZERO, 0.0);
        assert_eq!(decision, Decision::Stop(WHENEVER));
    }
}

#[test]
fn attempt_without_reply_is_classified() {
    use TransportErrorKind::{Connect, Interrupted, NotSent, Other, ReplyTooLarge, Timeout, Tls};
    let unused = SendGate::default;
    let armed = || {
        let send_gate = unused();
        send_gate.arm();
        send_gate
    };
    let committed = || {
        let send_gate = armed();
        assert!(send_gate.commit());
        send_gate
    };
    for (kind, when_armed, when_unused, when_committed) in [
        (Connect, AttemptOutcome::NotSent, AttemptOutcome::NotSent, AttemptOutcome::MaybeSent),
        (NotSent, AttemptOutcome::NotSent, AttemptOutcome::NotSent, AttemptOutcome::MaybeSent),
        (Tls, AttemptOutcome::NotSentPermanent, AttemptOutcome::NotSentPermanent, AttemptOutcome::MaybeSent),
        (Timeout, AttemptOutcome::NotSent, AttemptOutcome::MaybeSent, AttemptOutcome::MaybeSent),
        (Interrupted, AttemptOutcome::NotSent, AttemptOutcome::MaybeSent, AttemptOutcome::MaybeSent),
        (Other, AttemptOutcome::NotSent, AttemptOutcome::MaybeSent, AttemptOutcome::MaybeSent),
        (ReplyTooLarge, AttemptOutcome::ReplyTooLarge, AttemptOutcome::ReplyTooLarge, AttemptOutcome::ReplyTooLarge),
    ] {
        for (send_gate, expected) in [(armed(), when_armed), (unused(), when_unused), (committed(), when_committed)] {
            assert_eq!(AttemptOutcome::of_transport(kind, &send_gate), expected, "{kind:?}, {send_gate:?}");
            assert!(send_gate.is_committed() || !send_gate.commit(), "{kind:?}: what was judged may still leave");
        }
    }
}

fn any_duration() -> impl Strategy<Value = Duration> {
    (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(seconds, nanoseconds)| Duration::new(seconds, nanoseconds))
}

fn any_outcome() -> impl Strategy<Value = AttemptOutcome> {
    let asked = any_duration().prop_flat_map(|wait| {
        let after = Some(wait);
        proptest::sample::select(vec![AttemptOutcome::Throttled { after }, AttemptOutcome::Unavailable { after }])
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
    fn no_policy_retries_an_unknown_send(
        policy in any_policy(),
        outcome in any_outcome(),
        attempt in any::<u32>(),
        elapsed in any_duration(),
        jitter in any::<f64>(),
    ) {
        let decision = policy.decide(outcome, Idempotency::NonIdempotent, attempt, elapsed, jitter);
        if let Decision::Again(wait) = decision {
            let did_nothing = matches!(outcome, AttemptOutcome::NotSent | AttemptOutcome::Throttled { .. });
            prop_assert!(did_nothing);
            prop_assert!(outcome.request_state().is_safe_to_retry());
            prop_assert!(elapsed.saturating_add(wait) < policy.max_elapsed);
            prop_assert!(attempt < policy.max_attempts);
        }
    }
}

const AFTER: Option<Duration> = Some(Duration::from_secs(3));
const STATUSES: [u16; 13] = [200, 302, 400, 401, 404, 418, 422, 429, 500, 502, 503, 504, 599];

/// The result of reading a body.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Level {
    Envelope,
    Json,
    Other,
}

/// The parsed reply; `None` for a success.
type Found = Option<(AttemptOutcome, ErrorKind, Level)>;

fn read(status: u16, body: &[u8]) -> Found {
    match read_reply(StatusCode::from_u16(status).unwrap(), Frame::read(body).ok(), || AFTER) {
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

/// The meaning of an envelope code.
fn of_code(number: i64) -> (AttemptOutcome, ErrorKind) {
    match number {
        400 | 404 | 418 | 422 | 10_002..=10_004 => (AttemptOutcome::Refused, ErrorKind::Refused),
        401 | 403 | 10_001 => (AttemptOutcome::Refused, ErrorKind::Authentication),
        429 => (AttemptOutcome::Throttled { after: AFTER }, ErrorKind::RateLimited),
        500 | 502 | 504 | 599 => (AttemptOutcome::Failed, ErrorKind::Server),
        503 => (AttemptOutcome::Unavailable { after: AFTER }, ErrorKind::Server),
        _ => (AttemptOutcome::Unclear, ErrorKind::Reply),
    }
}

#[test]
fn envelope_code_decides_under_any_status() {
    let codes = [
        -1, 0, 200, 201, 302, 399, 400, 401, 403, 404, 418, 422, 429, 500, 502, 503, 504, 599, 600, 10_000, 10_001,
        10_002, 10_003, 10_004, 10_005,
    ];
    for status in STATUSES {
        for code in codes {
            for rest in ["", r#","message":"no","data":{},"error":{}"#, r#","message":null,"data":[],"error":null"#] {
                let body = format!(r#"{{"status":"error","code":{code}{rest}}}"#);
                let (outcome, kind) = of_code(code);
                let expected = Some((outcome, kind, Level::Envelope));
                assert_eq!(read(status, body.as_bytes()), expected, "{body} under {status}");
            }
        }
    }
}

#[test]
fn success_counts_under_any_status() {
    for status in STATUSES {
        for rest in ["", r#","data":{"msg_id":"m-1"}"#, r#","data":null,"message":"fine","new":1"#] {
            let body = format!(r#"{{"status":"success","code":200{rest}}}"#);
            assert_eq!(read(status, body.as_bytes()), None, "{body} under {status}");
        }
    }
}

#[test]
fn contradictory_envelope_is_not_a_refusal() {
    let unclear = (AttemptOutcome::Unclear, ErrorKind::Reply);
    for (word, code, (outcome, kind)) in [
        ("success", 400, unclear),
        ("success", 401, unclear),
        ("success", 422, unclear),
        ("success", 429, unclear),
        ("success", 10_001, unclear),
        ("success", 10_002, unclear),
        ("success", 0, unclear),
        ("success", 500, of_code(500)),
        ("success", 503, of_code(503)),
        ("error", 200, unclear),
        // An unknown status may mean anything, also that the message was accepted.
        ("queued", 200, unclear),
        ("queued", 422, unclear),
        ("queued", 429, unclear),
        ("queued", 500, of_code(500)),
    ] {
        let body = format!(r#"{{"status":"{word}","code":{code},"data":{{"msg_id":"m-1"}}}}"#);
        for status in STATUSES {
            let expected = Some((outcome, kind, Level::Envelope));
            assert_eq!(read(status, body.as_bytes()), expected, "{body} under {status}");
        }
    }
}

/// The meaning of a status without an envelope.
fn of_status(status: u16) -> (AttemptOutcome, ErrorKind) {
    match status {
        400 | 404 | 405 | 413 | 415 | 422 | 431 => (AttemptOutcome::Refused, ErrorKind::Refused),
        401 | 403 => (AttemptOutcome::Refused, ErrorKind::Authentication),
        429 => (AttemptOutcome::Throttled { after: AFTER }, ErrorKind::RateLimited),
        503 => (AttemptOutcome::Unavailable { after: AFTER }, ErrorKind::Server),
        500..=599 => (AttemptOutcome::Failed, ErrorKind::Server),
        _ => (AttemptOutcome::Unclear, ErrorKind::Reply),
    }
}

/// Bodies that hold no frame of the platform, some of them JSON of a gateway.
const FRAMELESS: [(&[u8], Level); 20] = [
    (br#"{"message":"slow down"}"#, Level::Json),
    (br#"{"message":"Endpoint request timed out"}"#, Level::Json),
    (br#"{"error":"request_timeout","status":408}"#, Level::Json),
    (br#"{"status":408,"code":"REQUEST_TIMEOUT","message":"timeout"}"#, Level::Json),
    (br#"{"code":404,"message":"no route"}"#, Level::Json),
    (br#"{"type":"about:blank","title":"Conflict","status":409}"#, Level::Json),
    (br#"{"error":{"status":"error","code":422}}"#, Level::Json),
    (br#"{"status":"success","code":"many"}"#, Level::Json),
    (br#"{"status":200,"code":200}"#, Level::Json),
    (br#"{"status":"success"}"#, Level::Json),
    (b"[]", Level::Json),
    (br#"["error",422]"#, Level::Json),
    (br#"["success",200,{"msg_id":"m-1"}]"#, Level::Json),
    (br#"[{"status":"error","code":422}]"#, Level::Json),
    (b"null", Level::Json),
    (b" 7 ", Level::Json),
    (b"<html><title>502</title></html>", Level::Other),
    (b"", Level::Other),
    (br#"{"status":"success","code":200"#, Level::Other),
    (b"{\"status\":\"success\",\"code\":200,\"message\":\"\xff\"}", Level::Other),
];

#[test]
fn reply_without_envelope_uses_status() {
    for status in 100..=999 {
        let (outcome, kind) = of_status(status);
        for (body, level) in FRAMELESS {
            let expected = Some((outcome, kind, level));
            assert_eq!(read(status, body), expected, "{} under {status}", String::from_utf8_lossy(body));
        }
    }
}

#[test]
fn send_is_rejected_only_by_verdict() {
    let frame = br#"{"status":"error","code":422,"message":"no","data":{},"error":{}}"#;
    let policy = RetryPolicy::new();
    for status in 100..=999 {
        assert!(matches!(read(status, frame), Some((AttemptOutcome::Refused, ErrorKind::Refused, _))), "{status}");
        for (body, _) in FRAMELESS {
            let Some((outcome, ..)) = read(status, body) else { panic!("no frame, no success: {status}") };
            let (state, again) = match status {
                400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 431 => (Rejected, (false, false)),
                429 => (Rejected, (true, true)),
                500..=599 => (Unknown, (true, false)),
                _ => (Unknown, (false, false)),
            };
            let tried = |idempotency| match policy.decide(outcome, idempotency, 1, Duration::ZERO, 0.0) {
                Decision::Again(_) => true,
                Decision::Stop(advice) => {
                    let find_out = idempotency == Idempotency::NonIdempotent && state == Unknown;
                    assert_eq!(advice == Reconcile, find_out, "{status}, {idempotency:?}");
                    false
                }
            };
            assert_eq!(outcome.request_state(), state, "{status}");
            assert_eq!((tried(Idempotency::Idempotent), tried(Idempotency::NonIdempotent)), again, "{status}");
        }
    }
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn patient() -> RetryPolicy {
    RetryPolicy::new().with_max_attempts(u32::MAX).with_max_elapsed(Duration::MAX)
}

fn wait(policy: &RetryPolicy, outcome: AttemptOutcome, attempt: u32, jitter: f64) -> Option<Duration> {
    match policy.decide(outcome, Idempotency::Idempotent, attempt, Duration::ZERO, jitter) {
        Decision::Again(wait) => Some(wait),
        Decision::Stop(_) => None,
    }
}

#[test]
fn backoff_doubles_with_full_jitter() {
    let policy = patient().with_base_delay(ms(100)).with_max_delay(ms(1_000));
    for (attempt, longest) in
        [(0, 100), (1, 100), (2, 200), (3, 400), (4, 800), (5, 1_000), (33, 1_000), (9_999, 1_000)]
    {
        for (jitter, expected) in [(0.0, ms(0)), (0.5, ms(longest / 2)), (1.0, ms(longest))] {
            let found = wait(&policy, AttemptOutcome::MaybeSent, attempt, jitter);
            assert_eq!(found, Some(expected), "attempt {attempt}, jitter {jitter}");
        }
    }
}

#[test]
fn invalid_jitter_is_clamped() {
    let policy = patient().with_base_delay(ms(100));
    for (jitter, expected) in
        [(-1.0, 0), (7.0, 100), (f64::NAN, 100), (f64::INFINITY, 100), (f64::NEG_INFINITY, 100), (-0.0, 0)]
    {
        assert_eq!(wait(&policy, AttemptOutcome::Failed, 1, jitter), Some(ms(expected)), "{jitter}");
    }
}

#[test]
fn retry_after_exceeds_the_cap() {
    let policy = patient().with_base_delay(ms(100)).with_max_delay(ms(1_000));
    for of in [|after| AttemptOutcome::Throttled { after }, |after| AttemptOutcome::Unavailable { after }] {
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
        assert_eq!(wait(&policy, AttemptOutcome::Failed, attempt, 1.0), None);
        assert_eq!(wait(&policy, AttemptOutcome::Failed, attempt, 0.0), Some(Duration::ZERO));
        assert!(wait(&policy, AttemptOutcome::Failed, attempt, 0.5).is_some());
        assert_eq!(wait(&policy, AttemptOutcome::Throttled { after: Some(Duration::MAX) }, attempt, 1.0), None);
    }
}

/// Wed, 21 Oct 2026 07:28:00 GMT.
const NOW: u64 = 1_792_567_680;

#[test]
fn retry_after_forms_are_parsed() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
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
fn clock_before_epoch_does_not_panic() {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_static("Fri, 31 Dec 9999 23:59:59 GMT"));
    let long_ago = SystemTime::UNIX_EPOCH - Duration::from_secs(1 << 32);
    assert!(retry_after(&headers, long_ago) > Some(Duration::from_secs(1 << 32)));
}
