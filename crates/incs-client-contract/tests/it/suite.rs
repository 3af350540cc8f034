//! The suite passes what is right and names what is wrong.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use incs_client::testing::CapturingTransport;
use incs_client_contract::{Security, Suite};

use crate::broken::Fault;
use crate::reference::Reference;

/// Long enough for everything on loopback, short enough to wait for transports that hang.
const PATIENCE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_transport_passes() {
    let summary = incs_client_contract::run(Reference::new).await.unwrap();
    // One case makes sense over TLS only.
    assert_eq!(summary.cases(), Suite::case_names().len() * 2 - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capturing_transport_keeps_the_contract_of_the_one_below() {
    incs_client_contract::run(|server| CapturingTransport::new(Reference::new(server))).await.unwrap();
}

async fn failed_cases(fault: Fault, security: Security) -> Vec<&'static str> {
    let suite = Suite::new().on(security).with_time_limit(PATIENCE);
    match suite.run(|server| fault.transport(server)).await {
        Ok(_) => Vec::new(),
        Err(error) => error.failed_cases(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_eager_transport_is_found_out() {
    assert_eq!(
        failed_cases(Fault::Eager, Security::Plain).await,
        [
            "an_exchange_that_broke_off_is_told_as_one",
            "no_redirect_is_followed",
            "nothing_is_sent_twice",
            "nothing_is_sent_twice_on_a_used_connection"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lying_transport_is_found_out() {
    assert_eq!(
        failed_cases(Fault::Liar, Security::Tls).await,
        [
            "a_certificate_that_is_not_trusted_stops_the_request",
            "a_refused_connection_is_told_as_one",
            "a_reply_past_the_limit_is_not_read_on",
            "a_request_without_call_info_has_a_limit_too",
            "an_exchange_that_broke_off_is_told_as_one",
            "headers_without_end_end_somewhere",
            "no_error_shows_the_request_or_the_reply",
            "nothing_left_is_said_only_when_it_is_true",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_sends_what_was_recalled_is_found_out() {
    let failed = failed_cases(Fault::Queueing, Security::Plain).await;
    assert!(failed.contains(&"a_recalled_request_does_not_leave"), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violation_says_what_was_expected_and_what_was_found() {
    let suite = Suite::new().on(Security::Plain);
    let error = suite.run(|server| Fault::Strict.transport(server)).await.unwrap_err();
    let text = error.to_string();
    assert_eq!(text, format!("{error:?}"));
    assert!(
        text.contains("\n- any_status_is_a_reply (plain HTTP): status 400: expected a reply, found the error Other\n"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_is_failed_by_some_transport() {
    let failed = join_all(Fault::ALL.map(|fault| async move {
        let security = if fault == Fault::Trusting { Security::Tls } else { Security::Plain };
        let cases = failed_cases(fault, security).await;
        assert!(!cases.is_empty(), "{fault:?} passed");
        cases
    }));
    let failed: BTreeSet<_> = failed.await.into_iter().flatten().collect();
    let all: BTreeSet<_> = Suite::case_names().into_iter().collect();
    assert_eq!(failed, all);
}
