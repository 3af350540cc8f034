//! No error shows a secret, a number or a text, itself or through its causes.

use std::time::Duration;

use incs_client::retry::RetryPolicy;
use incs_client::transport::TransportErrorKind as Kind;
use incs_client::{Client, Error, backend};
use incs_client_contract::{Fault, FaultServer, Moment, Reply, Security};
use incs_model::status::StatusQuery;
use incs_model::template::ListQuery;

use crate::support::discreet::{all_of, assert_error_discreet};
use crate::support::samples;

/// Every group of calls, each with what must not show in its path, query, header or body.
async fn calls(client: &Client) -> Vec<Error> {
    let status = incs_client::endpoints::messages::GetStatus::new(StatusQuery::new([samples::SENT_ID.into()]));
    let page = ListQuery::new().with_last_id(samples::PHONE);
    vec![
        client.messages().send(samples::message()).await.unwrap_err(),
        client.execute(status).await.unwrap_err(),
        client.templates().rcs().list_from(page).next().await.unwrap_err(),
        client.templates().rcs().delete(samples::PHONE).await.unwrap_err(),
        client.tasks().list(incs_model::task::ListQuery::new()).next().await.unwrap_err(),
    ]
}

fn client(base: &str) -> incs_client::ClientBuilder {
    Client::builder(backend::HyperTransport::new())
        .base_urls(base)
        .certification_code(samples::CODE)
        .retry(RetryPolicy::never())
}

#[tokio::test]
async fn nothing_that_a_call_holds_shows_in_its_error() {
    let server = FaultServer::start(Security::Plain).await.unwrap();
    let hurried = || client(&server.uri()).attempt_timeout(Duration::from_millis(100));
    let by_token = hurried().bearer_token(samples::TOKEN).build().unwrap();
    let by_account = hurried().account("ops_admin", samples::PASSWORD).build().unwrap();
    let page = format!("<html>{} said {} by {}", samples::PHONE, samples::TEXT, samples::CODE);
    let echo = format!("{{\"status\":\"error\",\"code\":422,\"message\":\"{} {}\"}}", samples::PHONE, samples::TEXT);
    let faults: [Fault; 8] = [
        Reply::json(502, page).into(),
        Reply::json(200, echo).into(),
        // The request as it came: no frame, and all of it content.
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
async fn the_cause_is_the_transports_and_the_platforms_text_is_asked_for() {
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
