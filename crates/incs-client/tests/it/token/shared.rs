//! One fetch for all who need a token.

use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use incs_client::endpoints::tasks::ListTasks;
use incs_client::retry::RetryPolicy;
use incs_client::testing::{ScriptedTransport, SkippingClock};
use incs_client::transport::TransportErrorKind as Kind;
use incs_client::{Client, Error, ErrorKind, RequestState, RetryAdvice};
use incs_model::task::{ListQuery, TaskPage};

use super::platform::{Platform, account, framed};
use crate::support::discreet::{assert_discreet, assert_error_discreet};
use crate::support::samples::PASSWORD;
use crate::support::told;

pub(super) async fn list(client: &Client) -> Result<TaskPage, Error> {
    client.execute(ListTasks::new(ListQuery::new())).await
}

/// Whether a future still waits after it was polled.
async fn waits<F: Future>(future: &mut Pin<Box<F>>) -> bool {
    std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

/// Begins so many calls, and lets one fetch through when all of them wait for it.
async fn together(platform: &Platform, client: &Client, calls: usize) -> Vec<Result<TaskPage, Error>> {
    platform.shut();
    let mut all = Box::pin(join_all((0..calls).map(|_| list(client))));
    assert!(waits(&mut all).await);
    platform.open(1);
    tokio::time::timeout(Duration::from_secs(30), all).await.expect("one fetch is enough for all")
}

#[tokio::test]
async fn the_first_call_fetches_a_token_and_the_others_use_it() {
    let platform = Platform::new();
    let client = platform.client();
    assert_eq!(platform.counts(), (0, 0));
    for calls in 1..4 {
        list(&client).await.unwrap();
        list(&client.clone()).await.unwrap();
        assert_eq!(platform.counts(), (1, 2 * calls));
    }
    assert_discreet(&format!("{client:?} {client:#?}"));
}

#[tokio::test]
async fn fifty_callers_share_one_fetch() {
    let platform = Platform::new();
    let client = platform.client();
    assert!(together(&platform, &client, 50).await.iter().all(Result::is_ok));
    assert_eq!(platform.counts(), (1, 50));

    // And so do fifty whose token has run out.
    platform.revoke(1, framed(401));
    assert!(together(&platform, &client, 50).await.iter().all(Result::is_ok));
    assert_eq!(platform.counts(), (2, 150));
}

#[tokio::test]
async fn a_fetch_that_fails_fails_for_all_who_waited_and_for_nobody_else() {
    let platform = Platform::new();
    let client = platform.client();
    platform.fail_fetches(Some(framed(422)));
    for result in together(&platform, &client, 50).await {
        let error = result.unwrap_err();
        assert_eq!(told(&error), (ErrorKind::Credential, RequestState::NotSent, RetryAdvice::Correct, 0));
        let cause = std::error::Error::source(&error).unwrap().downcast_ref::<Error>().unwrap();
        assert_eq!((cause.operation(), cause.kind()), ("fetch_token", ErrorKind::Refused));
        assert_error_discreet(&error);
    }
    assert_eq!(platform.counts(), (1, 0));

    platform.fail_fetches(None);
    platform.open(1);
    list(&client).await.unwrap();
    assert_eq!(platform.counts(), (2, 1));
}

#[tokio::test]
async fn when_the_caller_who_fetches_goes_away_the_next_one_fetches() {
    let platform = Platform::new();
    let client = platform.client();
    platform.shut();
    let mut first = Box::pin(list(&client));
    let mut second = Box::pin(list(&client));
    let mut third = Box::pin(list(&client));
    assert!(waits(&mut first).await && waits(&mut second).await && waits(&mut third).await);
    assert_eq!(platform.counts(), (1, 0));
    drop(first);
    assert!(waits(&mut second).await);
    assert_eq!(platform.counts(), (2, 0));
    // Whoever only waits may go away too.
    drop(third);
    platform.open(1);
    second.await.unwrap();
    list(&client).await.unwrap();
    assert_eq!(platform.counts(), (2, 2));
}

#[tokio::test]
async fn the_member_that_holds_the_token_can_be_named() {
    let platform = Platform::with_member("jwt");
    let error = list(&platform.client()).await.unwrap_err();
    let expected = (ErrorKind::Credential, RequestState::NotSent, RetryAdvice::Later { after: None }, 0);
    assert_eq!(told(&error), expected);
    assert_error_discreet(&error);
    assert_eq!(platform.counts(), (1, 0));

    let named = Client::builder(platform.clone()).account_with_member(account(), "jwt");
    // Another account keeps the name.
    for builder in
        [named, Client::builder(platform.clone()).account_with_member(account(), "jwt").account("ops_admin", PASSWORD)]
    {
        let client = builder.build().unwrap();
        list(&client).await.unwrap();
        assert_discreet(&format!("{client:?}"));
    }
    assert_eq!(platform.counts(), (3, 2));
}

#[tokio::test]
async fn a_call_does_not_wait_longer_for_a_token_than_it_has_time() {
    let platform = Platform::new();
    platform.shut();
    let clock = SkippingClock::new();
    let client = Client::builder_with_clock(platform.clone(), clock).account("ops_admin", PASSWORD).build().unwrap();
    let error = list(&client).await.unwrap_err();
    let found = (error.request_state(), error.retry_advice(), error.attempts());
    assert_eq!(found, (RequestState::NotSent, RetryAdvice::Later { after: None }, 0));
    assert_eq!(platform.counts().1, 0);
}

#[test]
fn why_there_is_no_token_says_what_to_do() {
    use RetryAdvice::{Authenticate, Correct, Later};
    let now = Later { after: None };
    let asked = Later { after: Some(Duration::from_secs(7)) };
    let script = ScriptedTransport::new;
    for (script, expected) in [
        (script().error(Kind::Connect), now),
        (script().error(Kind::Tls), Correct),
        (script().error(Kind::Timeout), now),
        (script().reply(500, ""), now),
        (script().reply(200, "<html>"), now),
        (script().reply(401, ""), Authenticate),
        (script().reply(429, "").with_header("retry-after", "7"), asked),
        (script().success("a\nb"), Correct),
        (script().success(""), Correct),
    ] {
        let client = Client::builder_with_clock(script.clone(), SkippingClock::new())
            .account("ops_admin", PASSWORD)
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let error = list(&client).now_or_never().unwrap().unwrap_err();
        assert_eq!(told(&error), (ErrorKind::Credential, RequestState::NotSent, expected, 0), "{error:?}");
        assert_eq!(script.requests().len(), 1);
    }
}
