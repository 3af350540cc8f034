//! Texts of errors, hidden values, and the traits of errors.

use std::error::Error as StdError;
use std::time::Duration;

use incs_client::endpoint::Endpoint;
use incs_client::endpoints::messages::SendMessage;
use incs_client::endpoints::templates::rcs::ListTemplates;
use incs_client::retry::RetryPolicy;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::transport::TransportErrorKind as Kind;
use incs_client::{BuildError, Call, Client, ClientBuilder, Error, Pager, RetryAdvice, backend};
use incs_client_contract::{Fault, FaultServer, Moment, Reply, Security};
use incs_model::envelope::{Code, Envelope};
use incs_model::errors::{Explanation, Family};
use incs_model::status::StatusQuery;
use incs_model::task::NewTask;
use incs_model::template::ListQuery;
use serde_json::json;

use crate::support::discreet::{all_of, assert_error_discreet};
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
async fn send_error_is_one_sentence() {
    let meta = "(#132012) Parameter format does not match";
    for (script, expected) in [
        (script().error(Kind::Connect), "no connection could be made; nothing was sent"),
        (script().error(Kind::Tls), "the TLS handshake failed; nothing was sent"),
        (script().error(Kind::NotSent), "the transport failed; nothing was sent"),
        (script().error(Kind::Other), "the transport failed; the outcome is unknown"),
        (script().error(Kind::Timeout), "no reply came in time; the outcome is unknown"),
        (script().stall_unsent(), "no reply came in time; nothing was sent"),
        (script().error(Kind::Interrupted), "the connection was lost; the outcome is unknown"),
        (script().error(Kind::ReplyTooLarge), "the reply is longer than allowed; the outcome is unknown"),
        (
            failure(200, 10_001, ""),
            "the platform does not accept the credential, code 10001, HTTP 200; it was rejected",
        ),
        (failure(401, 401, ""), "the platform does not accept the credential, code 401, HTTP 401; it was rejected"),
        (failure(429, 429, ""), "the platform received too many calls, code 429, HTTP 429; it was rejected"),
        (failure(200, 422, "no"), "the platform refused the call, code 422, HTTP 200; it was rejected"),
        (
            failure(200, 10_002, meta),
            "the platform refused the call, code 10002, provider code 132012, HTTP 200; it was rejected",
        ),
        (failure(200, 500, ""), "the platform failed, code 500, HTTP 200; the outcome is unknown"),
        (script().reply(503, "<html>"), "the platform failed, HTTP 503; the outcome is unknown"),
        (script().reply(200, "{}"), "the reply is not what the platform documents, HTTP 200; the outcome is unknown"),
        (
            script().success(&json!([])),
            "the reply is not what the platform documents, code 200, HTTP 200; it was accepted",
        ),
    ] {
        let client = builder(&script, &AutoAdvanceClock::new()).retry(RetryPolicy::never()).build().unwrap();
        assert_eq!(of_send(&client).await.to_string(), format!("send_viber_message: {expected}"));
    }
}

#[tokio::test]
async fn attempts_and_violations_are_counted() {
    let clock = AutoAdvanceClock::new();
    let refused = script().error(Kind::Connect).error(Kind::Connect).error(Kind::Connect);
    let client = builder(&refused, &clock).bearer_token(samples::TOKEN).build().unwrap();
    let twelve = RetryPolicy::never().with_max_attempts(12);
    assert_eq!(
        of_send(&client).await.to_string(),
        "send_viber_message: no connection could be made, 3 attempts; nothing was sent",
    );
    let task = |name: &str, agent: &str| NewTask::new(name, 7, samples::to(samples::PHONE), agent);
    for (task, expected) in [
        (task("", "a"), "create_task: 1 violation of the platform's rules; nothing was sent"),
        (task("", ""), "create_task: 2 violations of the platform's rules; nothing was sent"),
    ] {
        assert_eq!(client.tasks().create(task).retry(twelve.clone()).await.unwrap_err().to_string(), expected);
    }
}

#[tokio::test]
async fn early_error_is_one_sentence() {
    let clock = AutoAdvanceClock::new();
    let bare = Client::builder_with_clock(script(), clock.clone()).build().unwrap();
    let hurried =
        builder(&script(), &clock).retry(RetryPolicy::new().with_max_elapsed(Duration::ZERO)).build().unwrap();
    let client = builder(&script(), &clock).build().unwrap();
    for (error, expected) in [
        (of_send(&bare).await, "send_viber_message: there is no credential for the call; nothing was sent"),
        (of_send(&hurried).await, "send_viber_message: no reply came in time; nothing was sent"),
        (
            client.templates().rcs().get("..").await.unwrap_err(),
            "get_rcs_template: the call cannot be turned into a request; nothing was sent",
        ),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}

/// Every group of calls, each with what must not show in its path, query, header or body.
async fn calls(client: &Client) -> Vec<Error> {
    let status = incs_client::endpoints::messages::GetStatus::new(StatusQuery::new([samples::SENT_ID]));
    let page = ListQuery::new().with_last_id(samples::PHONE);
    vec![
        client.messages().send(samples::message()).await.unwrap_err(),
        client.execute(status).await.unwrap_err(),
        client.templates().rcs().list_from(page).try_next().await.unwrap_err(),
        client.templates().rcs().delete(samples::PHONE).await.unwrap_err(),
        client.tasks().list(incs_model::task::ListQuery::new()).try_next().await.unwrap_err(),
    ]
}

fn client(base: &str) -> ClientBuilder {
    Client::builder(backend::HyperTransport::new())
        .base_urls(base)
        .certification_code(samples::CODE)
        .retry(RetryPolicy::never())
}

#[tokio::test]
async fn error_hides_the_call_content() {
    let server = FaultServer::start(Security::Plain).await.unwrap();
    let hurried = || client(&server.uri()).attempt_timeout(Duration::from_millis(100));
    let by_token = hurried().bearer_token(samples::TOKEN).build().unwrap();
    let by_account = hurried().account("ops_admin", samples::PASSWORD).build().unwrap();
    let page = format!("<html>{} said {} by {}", samples::PHONE, samples::TEXT, samples::CODE);
    let echo = format!("{{\"status\":\"error\",\"code\":422,\"message\":\"{} {}\"}}", samples::PHONE, samples::TEXT);
    let faults: [Fault; 8] = [
        Reply::json(502, page).into(),
        Reply::json(200, echo).into(),
        // The echoed request: no envelope, only content.
        Reply::new(500).echoing().into(),
        Reply::new(200).echoing().into(),
        Fault::close(Moment::AfterRequest),
        Fault::reset(Moment::InBody),
        Fault::garbage(),
        Fault::stall(Moment::AfterRequest),
    ];
    for fault in faults {
        server.set_default(fault.clone());
        for error in calls(&by_token).await.into_iter().chain(calls(&by_account).await) {
            assert_error_discreet(&error);
            let text = all_of(&error);
            for word in ["external", "127.0.0.1", "certification", "uthorization"] {
                assert!(!text.contains(word), "{word} in {text} after {fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn platform_text_is_only_on_request() {
    let server = FaultServer::start(Security::Plain).await.unwrap();
    server.push(Fault::close(Moment::AfterRequest));
    server.push(Reply::json(200, r#"{"status":"error","code":422,"message":"no such number"}"#));
    let client = client(&server.uri()).build().unwrap();
    let error = client.messages().send(samples::message()).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap();
    let cause = cause.downcast_ref::<incs_client::transport::TransportError>().unwrap();
    assert_eq!(cause.kind(), Kind::Interrupted);

    let error = client.messages().send(samples::message()).await.unwrap_err();
    assert_eq!(error.platform_message(), Some("no such number"));
    assert!(!all_of(&error).contains("no such number"));
}

fn is_shared<T: Send + Sync + 'static>() {}

fn is_sent<T: Send>(_: T) {}

#[test]
fn public_types_are_send() {
    fn is_error<T: StdError + Clone + Send + Sync + 'static>() {}

    is_error::<Error>();
    is_error::<BuildError>();
    is_shared::<Client>();
    is_shared::<ClientBuilder>();
    is_shared::<Pager<ListTemplates>>();
    is_shared::<Call<'static, SendMessage>>();
}

/// Compiled, never run.
#[allow(dead_code, reason = "the compiler is the test")]
fn futures_go_to_another_thread<E: Endpoint>(client: &Client, endpoint: E, mut pager: Pager<ListTemplates>) {
    is_sent(client.execute(endpoint));
    is_sent(client.messages().send(samples::message()).into_future());
    is_sent(client.templates().rcs().list_from(ListQuery::new()).collect_all(7));
    is_sent(pager.try_next());
    is_sent(async move { pager.next_page().await });
}

#[tokio::test]
async fn explanation_never_overrides_state_or_advice() {
    let send = async |script: ScriptedTransport| {
        let client = builder(&script, &AutoAdvanceClock::new()).retry(RetryPolicy::never()).build().unwrap();
        of_send(&client).await
    };
    // Every code of the platform and of Meta, with any HTTP status, has the state and the advice of an unknown code of its kind.
    for known in Family::Meta.explanations() {
        let error = send(failure(200, 10_002, &format!("(#{}) {}", known.code(), known.title()))).await;
        let unknown = send(failure(200, 10_002, "(#999999) new")).await;
        assert_eq!(error.explanation(), Some(known));
        assert_eq!((error.request_state(), error.retry_advice()), (unknown.request_state(), unknown.retry_advice()));
        assert_eq!(error.help(), known.action());
        assert_eq!(unknown.explanation().map(Explanation::code), Some(10_002));
    }
    for known in Family::Incs.explanations().iter().filter(|known| known.code() != 200) {
        let error = send(failure(200, known.code(), "no")).await;
        assert_eq!(error.explanation(), Some(known));
        let of_advice = match error.retry_advice() {
            RetryAdvice::Reconcile => "look for the message in the INCS workbench",
            RetryAdvice::Later { .. } => "retry later",
            _ => known.action(),
        };
        assert!(error.help().starts_with(of_advice), "{}: {}", known.code(), error.help());
    }
    // An error of Meta in a reply that may belong to a message that was sent.
    let error = send(failure(500, 10_002, "(#131009) Parameter value is not valid")).await;
    if error.retry_advice() == RetryAdvice::Reconcile {
        assert!(error.help().starts_with("look for the message"), "{}", error.help());
    }
    for script in [script().error(Kind::Timeout), script().reply(503, "<html>"), failure(200, 40_312, "new")] {
        assert_eq!(send(script).await.explanation(), None);
    }
}
