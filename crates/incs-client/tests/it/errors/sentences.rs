//! The exact sentence of each error.

use std::time::Duration;

use incs_client::retry::RetryPolicy;
use incs_client::testing::{ScriptedTransport, SkippingClock};
use incs_client::transport::TransportErrorKind as Kind;
use incs_client::{Client, Error};
use incs_model::envelope::{Code, Envelope};
use incs_model::task::NewTask;
use serde_json::json;

use crate::support::{builder, samples};

async fn of_send(client: &Client) -> Error {
    client.messages().send(samples::message()).await.unwrap_err()
}

fn script() -> ScriptedTransport {
    ScriptedTransport::new()
}

fn failure(status: u16, code: i64, message: &str) -> ScriptedTransport {
    script().reply_json(status, &Envelope::failure(Code::from(code), message))
}

#[tokio::test]
async fn an_error_of_a_send_is_one_sentence() {
    let meta = "(#132012) Parameter format does not match";
    for (script, expected) in [
        (script().error(Kind::Connect), "no connection could be made; nothing was sent"),
        (script().error(Kind::Tls), "no safe connection could be made; nothing was sent"),
        (script().error(Kind::NotSent), "the transport failed; nothing was sent"),
        (script().error(Kind::Other), "the transport failed; whether it was done is unknown"),
        (script().error(Kind::Timeout), "no reply came in time; whether it was done is unknown"),
        (script().stall_unsent(), "no reply came in time; nothing was sent"),
        (script().error(Kind::Interrupted), "the exchange was interrupted; whether it was done is unknown"),
        (script().error(Kind::BodyTooLarge), "the reply is longer than allowed; whether it was done is unknown"),
        (
            failure(200, 10_001, ""),
            "the platform does not accept the credential, code 10001, HTTP 200; it was rejected",
        ),
        (failure(401, 401, ""), "the platform does not accept the credential, code 401, HTTP 401; it was rejected"),
        (failure(429, 429, ""), "the platform has had too many calls, code 429, HTTP 429; it was rejected"),
        (failure(200, 422, "no"), "the platform refused the call, code 422, HTTP 200; it was rejected"),
        (
            failure(200, 10_002, meta),
            "the platform refused the call, code 10002, provider code 132012, HTTP 200; it was rejected",
        ),
        (failure(200, 500, ""), "the platform failed, code 500, HTTP 200; whether it was done is unknown"),
        (script().reply(503, "<html>"), "the platform failed, HTTP 503; whether it was done is unknown"),
        (
            script().reply(200, "{}"),
            "the reply is not what the platform documents, HTTP 200; whether it was done is unknown",
        ),
        (
            script().success(&json!([])),
            "the reply is not what the platform documents, code 200, HTTP 200; it was accepted",
        ),
    ] {
        let client = builder(&script, &SkippingClock::new()).retry(RetryPolicy::never()).build().unwrap();
        assert_eq!(of_send(&client).await.to_string(), format!("send_viber_message: {expected}"));
    }
}

#[tokio::test]
async fn attempts_and_violations_are_counted() {
    let clock = SkippingClock::new();
    let refused = script().error(Kind::Connect).error(Kind::Connect).error(Kind::Connect);
    let client = builder(&refused, &clock).bearer_token(samples::TOKEN).build().unwrap();
    let twelve = RetryPolicy::never().with_max_attempts(12);
    assert_eq!(
        of_send(&client).await.to_string(),
        "send_viber_message: no connection could be made, 3 attempts; nothing was sent",
    );
    let task = |name: &str, agent: &str| NewTask::new(name, 7_u64, samples::to(samples::PHONE), agent);
    for (task, expected) in [
        (task("", "a"), "create_task: 1 violation of the platform's rules; nothing was sent"),
        (task("", ""), "create_task: 2 violations of the platform's rules; nothing was sent"),
    ] {
        assert_eq!(client.tasks().create(task).retry(twelve.clone()).await.unwrap_err().to_string(), expected);
    }
}

#[tokio::test]
async fn an_error_before_any_exchange_is_one_sentence_too() {
    let clock = SkippingClock::new();
    let bare = Client::builder_with_clock(script(), clock.clone()).build().unwrap();
    let hurried =
        builder(&script(), &clock).retry(RetryPolicy::new().with_max_elapsed(Duration::ZERO)).build().unwrap();
    let client = builder(&script(), &clock).build().unwrap();
    for (error, expected) in [
        (of_send(&bare).await, "send_viber_message: there is no credential for the call; nothing was sent"),
        (of_send(&hurried).await, "send_viber_message: no reply came in time; nothing was sent"),
        (
            client.templates().rcs().get("..").await.unwrap_err(),
            "get_rcs_template: no request can be made of the call; nothing was sent",
        ),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}
