//! The request of an attempt, its limits, and the checks before it, with scripts.

use std::time::Duration;

use async_trait::async_trait;
use incs_client::Client;
use incs_client::ErrorKind::{self, Server, Timeout};
use incs_client::RequestState::{NotSent, Unknown};
use incs_client::RetryAdvice::{self, Reconcile};
use incs_client::clock::Clock;
use incs_client::retry::RetryPolicy;
use incs_client::testing::AutoAdvanceClock;
use incs_client::transport::{Idempotency, Request, Response, Transport, TransportError, TransportErrorKind as Kind};
use incs_model::task::NewTask;
use incs_model::{Channel, Violation};

use super::scenario::Call::{Read, Send};
use super::scenario::End::{FailedAttempt, Success};
use super::scenario::{WHENEVER, after, check_with, policy, script};
use crate::support::discreet::assert_error_discreet;
use crate::support::{builder, facts, samples};

#[tokio::test]
async fn every_attempt_sends_the_same() {
    let script = Send.succeed(script().error(Kind::Connect).reply(429, "").with_header("retry-after", "4"));
    let clock = AutoAdvanceClock::new();
    let start = clock.now();
    let limit = Duration::from_secs(10);
    let client = builder(&script, &clock).retry(policy()).attempt_timeout(limit).response_limit(777).build().unwrap();
    client.messages().send(samples::message()).await.unwrap();

    let requests = script.requests();
    assert_eq!(requests.len(), 3);
    for (request, (attempt, gone)) in requests.iter().zip([(1, 0), (2, 0), (3, 4)]) {
        let first = &requests[0];
        assert_eq!((request.method(), request.uri()), (first.method(), first.uri()));
        assert_eq!((request.headers(), request.body()), (first.headers(), first.body()));
        let info = request.info();
        assert_eq!((info.operation(), info.idempotency()), ("send_viber_message", Idempotency::NonIdempotent));
        assert_eq!((info.channel(), info.attempt(), info.response_limit()), (Some(&Channel::Viber), attempt, 777));
        assert_eq!(info.deadline().map(|deadline| deadline - start), Some(Duration::from_secs(gone) + limit));
    }
    assert!(requests[0].headers()["certification-code"].is_sensitive());
}

#[tokio::test]
async fn too_large_reply_is_always_refused() {
    let body = incs_model::envelope::Envelope::success(&samples::sent()).unwrap();
    let bytes = serde_json::to_vec(&body).unwrap().len();
    for (limit, fits) in [(bytes, true), (bytes - 1, false), (0, false)] {
        let script = Send.succeed(script());
        let client = builder(&script, &AutoAdvanceClock::new()).response_limit(limit).build().unwrap();
        let result = client.messages().send(samples::message()).await;
        assert_eq!(result.is_ok(), fits, "{limit}");
        if let Err(error) = result {
            assert_eq!(facts(&error), (ErrorKind::ReplyTooLarge, Unknown, Reconcile, 1));
            assert!(error.body().is_none());
        }
    }
}

/// Never replies, and does not report whether the request was sent.
struct Mute;

#[async_trait]
impl Transport for Mute {
    async fn call(&self, _: Request) -> Result<Response, TransportError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn silent_transport_counts_as_sent() {
    let client =
        Client::builder_with_clock(Mute, AutoAdvanceClock::new()).certification_code(samples::CODE).build().unwrap();
    let error = client.messages().send(samples::message()).await.unwrap_err();
    assert_eq!(facts(&error), (Timeout, Unknown, Reconcile, 1));
}

#[tokio::test]
async fn attempts_share_the_call_timeout() {
    let short = policy().with_max_attempts(9).with_max_elapsed(Duration::from_secs(25));
    let silent = || script().stall().stall().stall();
    check_with(
        &short,
        [
            ("reads", Read, silent(), 3, &[10, 0, 10, 0, 5], FailedAttempt(Timeout, Unknown, WHENEVER)),
            (
                "a send that cannot begin",
                Send,
                script().stall_unsent().stall_unsent().stall_unsent(),
                3,
                &[10, 0, 10, 0, 5],
                FailedAttempt(Timeout, NotSent, WHENEVER),
            ),
            (
                "a wait that is too long after others",
                Read,
                script().stall().stall().reply(503, "").with_header("retry-after", "5"),
                3,
                &[10, 0, 10, 0],
                FailedAttempt(Server, Unknown, after(5)),
            ),
            ("the last moment", Read, Read.succeed(script().stall().stall()), 3, &[10, 0, 10, 0], Success),
        ],
    )
    .await;
}

#[tokio::test]
async fn without_time_nothing_is_sent() {
    let none = policy().with_max_elapsed(Duration::ZERO);
    check_with(&none, [("no time", Send, script(), 0, &[], FailedAttempt(Timeout, NotSent, WHENEVER))]).await;
}

#[tokio::test]
async fn single_attempt_policy_never_retries() {
    let busy = script().reply(503, "");
    check_with(&RetryPolicy::never(), [("once", Read, busy, 1, &[], FailedAttempt(Server, Unknown, WHENEVER))]).await;
}

#[tokio::test]
async fn call_limits_override_client_limits() {
    let (script, clock) = (script().stall(), AutoAdvanceClock::new());
    let client = builder(&script, &clock).build().unwrap();
    let call = client.messages().send(samples::message());
    let error = call.retry(RetryPolicy::never()).attempt_timeout(Duration::from_secs(3)).await.unwrap_err();
    assert_eq!((error.attempts(), error.request_state(), error.retry_advice()), (1, Unknown, Reconcile));
    assert_eq!(clock.slept(), [Duration::from_secs(3)]);
}

#[tokio::test]
async fn the_longest_times_are_no_deadline() {
    let clock = AutoAdvanceClock::new();
    let endless = RetryPolicy::new().with_max_elapsed(Duration::MAX);
    let script = Send.succeed(script());
    let client = builder(&script, &clock).retry(endless).attempt_timeout(Duration::MAX).build().unwrap();
    client.messages().send(samples::message()).await.unwrap();
    assert_eq!(script.requests()[0].info().deadline(), None);
}

/// A text with one character too many.
fn too_long() -> String {
    samples::TEXT.repeat(51)
}

#[tokio::test]
async fn invalid_call_lists_every_violation() {
    let script = script();
    let client = builder(&script, &AutoAdvanceClock::new()).bearer_token(samples::TOKEN).build().unwrap();
    let task = NewTask::new(too_long(), 30112, samples::to(samples::PHONE), "");
    for (error, pointers) in [
        (client.messages().send(samples::message_of(&too_long())).await.unwrap_err(), vec!["/text"]),
        (
            client.tasks().create(task.with_description(too_long())).await.unwrap_err(),
            vec!["/name", "/assignee_username", "/description"],
        ),
    ] {
        assert_eq!(facts(&error), (ErrorKind::Invalid, NotSent, RetryAdvice::Correct, 0));
        let mut found: Vec<_> = error.report().unwrap().violations().iter().map(Violation::pointer).collect();
        let mut pointers = pointers;
        found.sort_unstable();
        pointers.sort_unstable();
        assert_eq!(found, pointers);
        assert_error_discreet(&error);
    }
    assert!(script.requests().is_empty());
}

#[tokio::test]
async fn validation_is_configurable_per_call() {
    for (client_skips, call_wants, sent) in [
        (false, None, false),
        (false, Some(true), false),
        (false, Some(false), true),
        (true, None, true),
        (true, Some(true), false),
        (true, Some(false), true),
    ] {
        let script = Send.succeed(script());
        let builder = builder(&script, &AutoAdvanceClock::new());
        let client = builder.validate(!client_skips).build().unwrap();
        let call = client.messages().send(samples::message_of(&too_long()));
        let call = match call_wants {
            None => call,
            Some(is_checked) => call.validate(is_checked),
        };
        assert_eq!(call.await.is_ok(), sent, "{client_skips}, {call_wants:?}");
        assert_eq!(script.requests().len(), usize::from(sent));
    }
}
