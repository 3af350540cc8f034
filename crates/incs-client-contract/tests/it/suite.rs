//! The suite passes what is right and names what is wrong.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use incs_client::testing::CapturingTransport;
use incs_client_contract::{Exemption, Security, Suite};

use crate::blocking::Blocking;
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
async fn a_transport_that_reports_nothing_passes() {
    let summary = incs_client_contract::run(|server| Reference::new(server).silent()).await.unwrap();
    assert_eq!((summary.cases(), summary.exemptions()), (Suite::case_names().len() * 2 - 1, &[][..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn blocking_transport_passes() {
    let suite = Suite::new().on(Security::Plain).exempt(Exemption::ExchangeOutlivesCall);
    let summary = suite.run(Blocking::new).await.unwrap();
    assert_eq!(summary.exemptions(), [Exemption::ExchangeOutlivesCall]);
    let text = summary.to_string();
    let exempt = "; exempt: dropping_the_future_ends_the_exchange (an exchange goes on when its call is dropped)";
    assert!(
        text.ends_with(exempt) && text.starts_with(&format!("{} cases passed", Suite::case_names().len() - 2)),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exemption_excuses_nothing_else() {
    // What outlives its call must not leave after it was recalled.
    let suite = Suite::new().on(Security::Plain).with_time_limit(PATIENCE).exempt(Exemption::ExchangeOutlivesCall);
    let error = suite.run(|server| Blocking::new(server).leaving_late()).await.unwrap_err();
    let failed = error.failed_cases();
    assert!(failed.contains(&"revoked_request_is_not_sent"), "{failed:?}");
    // Without the exemption the case is run, and fails.
    let suite = Suite::new().on(Security::Plain).with_time_limit(PATIENCE);
    let error = suite.run(Blocking::new).await.unwrap_err();
    assert_eq!(error.failed_cases(), [Exemption::ExchangeOutlivesCall.case()]);
    assert!(Suite::case_names().contains(&Exemption::ExchangeOutlivesCall.case()));
}

#[tokio::test(flavor = "multi_thread")]
async fn capturing_transport_keeps_the_contract() {
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
            "interrupted_exchange_is_reported",
            "no_redirect_is_followed",
            "nothing_is_resent_on_reused_connection",
            "nothing_is_sent_twice",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lying_transport_is_found_out() {
    assert_eq!(
        failed_cases(Fault::Liar, Security::Tls).await,
        [
            "claim_of_not_sent_is_true",
            "default_limit_applies_without_call_info",
            "endless_headers_are_limited",
            "errors_show_no_request_or_reply",
            "interrupted_exchange_is_reported",
            "refused_connection_is_reported",
            "reply_past_limit_is_not_read",
            "untrusted_certificate_stops_the_request",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_after_revoke_is_detected() {
    let failed = failed_cases(Fault::Queueing, Security::Plain).await;
    assert!(failed.contains(&"revoked_request_is_not_sent"), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn violation_reports_expected_and_found() {
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
async fn every_case_can_fail() {
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
