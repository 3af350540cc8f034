//! What the attempts of one call have in common, and what their transport is told.

use std::time::Duration;

use async_trait::async_trait;
use incs_client::clock::Clock;
use incs_client::testing::SkippingClock;
use incs_client::transport::{Replay, Request, Response, Transport, TransportError, TransportErrorKind as Kind};
use incs_client::{Client, ErrorKind, RequestState, RetryAdvice};
use incs_model::Channel;

use super::scenario::{Call, policy, script};
use crate::support::{builder, samples, told};

#[tokio::test]
async fn every_attempt_sends_the_same() {
    let script = Call::Send.succeed(script().error(Kind::Connect).reply(429, "").with_header("retry-after", "4"));
    let clock = SkippingClock::new();
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
        assert_eq!((info.operation(), info.replay()), ("send_viber_message", Replay::Unsafe));
        assert_eq!((info.channel(), info.attempt(), info.response_limit()), (Some(&Channel::Viber), attempt, 777));
        assert_eq!(info.deadline().map(|deadline| deadline - start), Some(Duration::from_secs(gone) + limit));
    }
    assert!(requests[0].headers()["certification-code"].is_sensitive());
}

#[tokio::test]
async fn a_reply_longer_than_allowed_is_refused_whatever_the_transport_does() {
    let body = incs_model::envelope::Envelope::success(&samples::sent()).unwrap();
    let bytes = serde_json::to_vec(&body).unwrap().len();
    for (limit, fits) in [(bytes, true), (bytes - 1, false), (0, false)] {
        let script = Call::Send.succeed(script());
        let client = builder(&script, &SkippingClock::new()).response_limit(limit).build().unwrap();
        let result = client.messages().send(samples::message()).await;
        assert_eq!(result.is_ok(), fits, "{limit}");
        if let Err(error) = result {
            assert_eq!(told(&error), (ErrorKind::ReplyTooLong, RequestState::Unknown, RetryAdvice::FindOut, 1));
            assert!(error.body().is_none());
        }
    }
}

/// Never answers, and does not tell whether anything left.
struct Mute;

#[async_trait]
impl Transport for Mute {
    async fn call(&self, _: Request) -> Result<Response, TransportError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_transport_that_tells_nothing_is_taken_to_have_sent_the_request() {
    let client =
        Client::builder_with_clock(Mute, SkippingClock::new()).certification_code(samples::CODE).build().unwrap();
    let error = client.messages().send(samples::message()).await.unwrap_err();
    assert_eq!(told(&error), (ErrorKind::Timeout, RequestState::Unknown, RetryAdvice::FindOut, 1));
}
