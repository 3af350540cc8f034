//! Tests the limiter: which calls count against which rate, and the error when there is no capacity.

use std::time::Duration;

use incs_client::endpoints::messages::GetStatus;
use incs_client::retry::RetryPolicy;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::transport::TransportErrorKind as Kind;
use incs_client::{Client, Error, ErrorKind, Rate, RateLimits, RequestState, RetryAdvice};
use incs_model::status::StatusQuery;
use incs_model::viber;

use crate::support::discreet::assert_error_discreet;
use crate::support::{builder, facts, samples};

const PERIOD: Duration = Duration::from_secs(10);

fn per_credential() -> RateLimits {
    RateLimits::new().with_per_credential(Rate::every(PERIOD))
}

fn per_recipient() -> RateLimits {
    RateLimits::new().with_per_recipient(Rate::every(PERIOD))
}

fn client(script: &ScriptedTransport, clock: &AutoAdvanceClock, limits: RateLimits) -> Client {
    let policy = RetryPolicy::new().with_base_delay(Duration::ZERO);
    builder(script, clock).retry(policy).rate_limits(limits).build().unwrap()
}

/// Sends to the recipient whose number ends so.
async fn send(client: &Client, number: &str) -> Result<(), Error> {
    let message =
        viber::Message::new(samples::to(&format!("85251{number:0>6}")), viber::Content::Text(samples::TEXT.into()));
    client.messages().send(message).await.map(drop)
}

fn sent(times: usize) -> ScriptedTransport {
    let sent = |number| serde_json::json!({ "msg_id": format!("m-{number}") });
    (0..times).fold(ScriptedTransport::new(), |script, number| script.success(&sent(number)))
}

#[tokio::test]
async fn calls_wait_per_credential_and_recipient() {
    let burst =
        |limits: fn(RateLimits, Rate) -> RateLimits| limits(RateLimits::new(), Rate::every(PERIOD).with_burst(2));
    let both = per_credential().with_per_recipient(Rate::every(PERIOD * 3));
    for (limits, numbers, slept) in [
        (RateLimits::new(), ["1", "1", "1", "1"], vec![]),
        (per_credential(), ["1", "2", "3", "1"], vec![10, 10, 10]),
        (per_recipient(), ["1", "2", "3", "1"], vec![10]),
        (per_recipient(), ["1", "1", "2", "1"], vec![10, 10]),
        (burst(RateLimits::with_per_credential), ["1", "2", "3", "4"], vec![10, 10]),
        (burst(RateLimits::with_per_recipient), ["1", "1", "1", "2"], vec![10]),
        (both, ["1", "2", "1", "2"], vec![10, 20, 10]),
    ] {
        let (script, clock) = (sent(4), AutoAdvanceClock::new());
        let client = client(&script, &clock, limits);
        for number in numbers {
            send(&client, number).await.unwrap();
        }
        let slept: Vec<_> = slept.into_iter().map(Duration::from_secs).collect();
        assert_eq!(clock.slept(), slept, "{limits:?} {numbers:?}");
    }
}

#[tokio::test]
async fn room_comes_back_while_nobody_calls() {
    let (script, clock) = (sent(6), AutoAdvanceClock::new());
    let limits = RateLimits::new().with_per_credential(Rate::per_second(2).with_burst(3));
    let client = client(&script, &clock, limits);
    for (pause, waits) in [(0, 0), (0, 0), (0, 0), (500, 0), (0, 1), (60_000, 1)] {
        clock.advance(Duration::from_millis(pause));
        send(&client, "1").await.unwrap();
        assert_eq!(clock.slept(), vec![Duration::from_millis(500); waits]);
    }
}

#[tokio::test]
async fn clones_share_the_rate_limit() {
    let (script, clock) = (sent(4), AutoAdvanceClock::new());
    let client = client(&script, &clock, per_credential());
    let other = client.with_certification_code("another").unwrap();
    send(&client, "1").await.unwrap();
    send(&other, "1").await.unwrap();
    assert!(clock.slept().is_empty());
    send(&client.clone(), "1").await.unwrap();
    assert_eq!(clock.slept(), [PERIOD]);
}

#[tokio::test]
async fn call_without_recipient_is_not_counted() {
    let script = (0..3).fold(ScriptedTransport::new(), |script, _| script.success(&serde_json::json!({ "data": [] })));
    let clock = AutoAdvanceClock::new();
    let client = client(&script, &clock, per_recipient());
    for _ in 0..3 {
        client.execute(GetStatus::new(StatusQuery::new(["m-1"]))).await.unwrap();
    }
    assert!(clock.slept().is_empty());
}

#[tokio::test]
async fn too_long_wait_fails_unsent() {
    for limits in [per_credential(), per_recipient()] {
        let (script, clock) = (sent(2), AutoAdvanceClock::new());
        let client = client(&script, &clock, limits);
        send(&client, &samples::PHONE[5..]).await.unwrap();
        clock.advance(Duration::from_secs(3));
        let hurried = RetryPolicy::new().with_max_elapsed(Duration::from_secs(7));
        let error = client.messages().send(samples::message()).retry(hurried).await.unwrap_err();
        let later = RetryAdvice::Later { after: Some(Duration::from_secs(7)) };
        assert_eq!(facts(&error), (ErrorKind::Limited, RequestState::NotSent, later, 0));
        assert_eq!(error.help(), "retry later, with fewer calls at once");
        assert_error_discreet(&error);
        assert_eq!((script.requests().len(), clock.slept().len()), (1, 0));
    }
}

#[tokio::test]
async fn every_attempt_counts_against_rate() {
    let (script, clock) =
        (ScriptedTransport::new().error(Kind::Connect).success(&samples::sent()), AutoAdvanceClock::new());
    send(&client(&script, &clock, per_credential()), "1").await.unwrap();
    assert_eq!(clock.slept(), [Duration::ZERO, PERIOD]);

    let script = ScriptedTransport::new().reply(429, "");
    let limits = RateLimits::new().with_per_recipient(Rate::every(Duration::from_secs(100)));
    let error = send(&client(&script, &clock, limits), "1").await.unwrap_err();
    let later = RetryAdvice::Later { after: Some(Duration::from_secs(100)) };
    assert_eq!(facts(&error), (ErrorKind::Limited, RequestState::Rejected, later, 1));
}

#[tokio::test]
async fn invalid_rates_are_clamped() {
    for rate in [Rate::every(Duration::ZERO), Rate::per_second(u32::MAX), Rate::per_second(1).with_burst(u32::MAX)] {
        let (script, clock) = (sent(3), AutoAdvanceClock::new());
        let client = client(&script, &clock, RateLimits::new().with_per_credential(rate));
        for _ in 0..3 {
            send(&client, "1").await.unwrap();
        }
        let slept: Duration = clock.slept().iter().sum();
        assert!(slept <= Duration::from_nanos(2), "{rate:?}: {slept:?}");
    }
    assert_eq!(Rate::per_second(0), Rate::every(Duration::from_secs(1)));
    assert_eq!(Rate::per_second(0).with_burst(0), Rate::per_second(1).with_burst(1));
}
