//! Tokens: fetched once, shared, renewed once.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::join_all;
use http::header::AUTHORIZATION;
use incs_client::endpoints::tasks::{CreateTask, ListTasks};
use incs_client::retry::RetryPolicy;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::transport::{Request, Response, Transport, TransportError, TransportErrorKind as Kind};
use incs_client::{Client, ClientBuilder, Error, ErrorKind, RequestState, RetryAdvice};
use incs_model::auth::TokenRequest;
use incs_model::task::{ListQuery, NewTask, TaskPage};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::support::discreet::{assert_discreet, assert_error_discreet};
use crate::support::facts;
use crate::support::samples::{PASSWORD, PHONE, TOKEN, to};

async fn list(client: &Client) -> Result<TaskPage, Error> {
    client.execute(ListTasks::new(ListQuery::new())).await
}

/// Polls a future once and returns whether it still waits.
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
async fn token_is_fetched_once_and_reused() {
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
async fn failed_fetch_fails_all_waiters() {
    let platform = Platform::new();
    let client = platform.client();
    platform.fail_fetches(Some(framed(422)));
    for result in together(&platform, &client, 50).await {
        let error = result.unwrap_err();
        assert_eq!(facts(&error), (ErrorKind::Credential, RequestState::NotSent, RetryAdvice::Correct, 0));
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
async fn dropped_fetch_is_taken_over() {
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
async fn token_member_can_be_named() {
    let platform = Platform::with_member("jwt");
    let error = list(&platform.client()).await.unwrap_err();
    let expected = (ErrorKind::Credential, RequestState::NotSent, RetryAdvice::Later { after: None }, 0);
    assert_eq!(facts(&error), expected);
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
async fn token_wait_respects_the_timeout() {
    let platform = Platform::new();
    platform.shut();
    let clock = AutoAdvanceClock::new();
    let client = Client::builder_with_clock(platform.clone(), clock).account("ops_admin", PASSWORD).build().unwrap();
    let error = list(&client).await.unwrap_err();
    let found = (error.request_state(), error.retry_advice(), error.attempts());
    assert_eq!(found, (RequestState::NotSent, RetryAdvice::Later { after: None }, 0));
    assert_eq!(platform.counts().1, 0);
}

#[test]
fn token_error_has_help() {
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
        let client = Client::builder_with_clock(script.clone(), AutoAdvanceClock::new())
            .account("ops_admin", PASSWORD)
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let error = list(&client).now_or_never().unwrap().unwrap_err();
        assert_eq!(facts(&error), (ErrorKind::Credential, RequestState::NotSent, expected, 0), "{error:?}");
        assert_eq!(script.requests().len(), 1);
    }
}

/// Every form in which a token may be refused: which of them the platform takes is unknown.
fn refusals() -> [Answer; 5] {
    [(401, "<html>".to_owned()), (403, r#"{"message":"expired"}"#.to_owned()), framed(401), framed(403), framed(10_001)]
}

#[tokio::test]
async fn refused_token_is_renewed_once() {
    for refusal in refusals() {
        let platform = Platform::new();
        let client = platform.client();
        list(&client).await.unwrap();
        platform.revoke(1, refusal.clone());
        list(&client).await.unwrap_or_else(|error| panic!("{refusal:?}: {error:?}"));
        assert_eq!(platform.counts(), (2, 3), "{refusal:?}");
        list(&client).await.unwrap();
        assert_eq!(platform.counts(), (2, 4), "{refusal:?}");
    }
}

#[tokio::test]
async fn creating_call_is_retried_after_renewal() {
    let platform = Platform::new();
    let client = platform.client();
    platform.revoke(1, framed(401));
    let error = client.execute(CreateTask::new(NewTask::new("call", 7, to(PHONE), "agent_07"))).await.unwrap_err();
    // The reply to the second is a list, and no task.
    assert_eq!((error.request_state(), error.attempts()), (RequestState::Accepted, 2));
    assert_eq!(platform.counts(), (2, 2));
}

#[tokio::test]
async fn a_second_refusal_is_an_error() {
    for refusal in refusals() {
        let platform = Platform::new();
        let client = platform.client();
        platform.revoke(u32::MAX, refusal.clone());
        for calls in 1..3 {
            let error = list(&client).await.unwrap_err();
            let expected = (ErrorKind::Authentication, RequestState::Rejected, RetryAdvice::Authenticate, 2);
            assert_eq!(facts(&error), expected, "{refusal:?}");
            assert_error_discreet(&error);
            // The second token is kept, so a later call begins with it.
            assert_eq!(platform.counts(), (1 + calls, 2 * calls));
        }
    }
}

#[tokio::test]
async fn failed_renewal_keeps_the_refusal() {
    let platform = Platform::new();
    let client = platform.client();
    list(&client).await.unwrap();
    platform.revoke(1, framed(401));
    platform.fail_fetches(Some(framed(401)));
    let error = list(&client).await.unwrap_err();
    let expected = (ErrorKind::Credential, RequestState::Rejected, RetryAdvice::Authenticate, 1);
    assert_eq!(facts(&error), expected);
}

#[tokio::test]
async fn callers_token_is_not_renewed() {
    let platform = Platform::new();
    platform.revoke(7, framed(401));
    let client = Client::builder(platform.clone()).bearer_token("t0ken-91ab-7").build().unwrap();
    let error = list(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Authentication, 1));
    assert_eq!(platform.counts(), (0, 1));
}

fn account() -> TokenRequest {
    TokenRequest::new("ops_admin", PASSWORD)
}

/// A reply: status and body.
type Answer = (u16, String);

/// A platform whose token number `n` is `t0ken-91ab-n`. A clone is the same one.
#[derive(Clone)]
struct Platform(Arc<State>);

struct State {
    fetches: AtomicU32,
    calls: AtomicU32,
    /// Tokens up to this number are refused.
    revoked: AtomicU32,
    refusal: Mutex<Answer>,
    /// The reply to a fetch instead of a token.
    failure: Mutex<Option<Answer>>,
    member: &'static str,
    is_gated: AtomicBool,
    /// A fetch that is gated takes one.
    gate: Semaphore,
}

fn framed(code: i64) -> Answer {
    (200, json!({ "status": "error", "code": code, "message": "no", "data": {} }).to_string())
}

impl Platform {
    fn new() -> Self {
        Self::with_member("token")
    }

    fn with_member(member: &'static str) -> Self {
        Self(Arc::new(State {
            fetches: AtomicU32::new(0),
            calls: AtomicU32::new(0),
            revoked: AtomicU32::new(0),
            refusal: Mutex::new(framed(401)),
            failure: Mutex::new(None),
            member,
            is_gated: AtomicBool::new(false),
            gate: Semaphore::new(0),
        }))
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder(self.clone()).account("ops_admin", PASSWORD)
    }

    fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// From now on the tokens up to this number are refused so.
    fn revoke(&self, up_to: u32, refusal: Answer) {
        *self.0.refusal.lock().unwrap() = refusal;
        self.0.revoked.store(up_to, Ordering::SeqCst);
    }

    fn fail_fetches(&self, failure: Option<Answer>) {
        *self.0.failure.lock().unwrap() = failure;
    }

    /// From now on a fetch waits until it is [let through](Self::open).
    fn shut(&self) {
        self.0.is_gated.store(true, Ordering::SeqCst);
    }

    fn open(&self, fetches: usize) {
        self.0.gate.add_permits(fetches);
    }

    /// Fetches that began, and other calls.
    fn counts(&self) -> (u32, u32) {
        (self.0.fetches.load(Ordering::SeqCst), self.0.calls.load(Ordering::SeqCst))
    }

    async fn fetch(&self, body: &[u8]) -> Answer {
        let number = self.0.fetches.fetch_add(1, Ordering::SeqCst) + 1;
        assert_eq!(body, serde_json::to_vec(&account()).unwrap());
        if self.0.is_gated.load(Ordering::SeqCst) {
            self.0.gate.acquire().await.unwrap().forget();
        }
        let failure = self.0.failure.lock().unwrap().clone();
        failure.unwrap_or_else(|| success(&json!({ self.0.member: format!("{TOKEN}-{number}") })))
    }

    fn list(&self, bearer: &str) -> Answer {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        let number: u32 = bearer.strip_prefix(&format!("Bearer {TOKEN}-")).unwrap().parse().unwrap();
        if number > self.0.revoked.load(Ordering::SeqCst) {
            return success(&json!({ "total": 0, "data": [] }));
        }
        self.0.refusal.lock().unwrap().clone()
    }
}

fn success(data: &Value) -> Answer {
    (200, json!({ "status": "success", "code": 200, "message": "", "data": data }).to_string())
}

#[async_trait]
impl Transport for Platform {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let (status, body) = match request.headers().get(AUTHORIZATION) {
            None => self.fetch(request.body()).await,
            Some(bearer) => self.list(bearer.to_str().unwrap()),
        };
        Ok(http::Response::builder().status(status).body(body.into()).unwrap())
    }
}
