//! A platform with tokens, as a transport: it counts what is asked of it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::header::AUTHORIZATION;
use incs_client::transport::{Request, Response, Transport, TransportError};
use incs_client::{Client, ClientBuilder};
use incs_model::auth::TokenRequest;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::support::samples::{PASSWORD, TOKEN};

pub(super) fn account() -> TokenRequest {
    TokenRequest::new("ops_admin", PASSWORD)
}

/// A reply: status and body.
pub(super) type Answer = (u16, String);

/// A platform whose token number `n` is `t0ken-91ab-n`. A clone is the same one.
#[derive(Clone)]
pub(super) struct Platform(Arc<State>);

struct State {
    fetches: AtomicU32,
    calls: AtomicU32,
    /// Tokens up to this number are refused.
    revoked: AtomicU32,
    refusal: Mutex<Answer>,
    /// What a fetch is answered instead of a token.
    failure: Mutex<Option<Answer>>,
    member: &'static str,
    is_gated: AtomicBool,
    /// A fetch that is gated takes one.
    gate: Semaphore,
}

pub(super) fn framed(code: i64) -> Answer {
    (200, json!({ "status": "error", "code": code, "message": "no", "data": {} }).to_string())
}

impl Platform {
    pub(super) fn new() -> Self {
        Self::with_member("token")
    }

    pub(super) fn with_member(member: &'static str) -> Self {
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

    pub(super) fn builder(&self) -> ClientBuilder {
        Client::builder(self.clone()).account("ops_admin", PASSWORD)
    }

    pub(super) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// From now on the tokens up to this number are refused so.
    pub(super) fn revoke(&self, up_to: u32, refusal: Answer) {
        *self.0.refusal.lock().unwrap() = refusal;
        self.0.revoked.store(up_to, Ordering::SeqCst);
    }

    pub(super) fn fail_fetches(&self, failure: Option<Answer>) {
        *self.0.failure.lock().unwrap() = failure;
    }

    /// From now on a fetch waits until it is [let through](Self::open).
    pub(super) fn shut(&self) {
        self.0.is_gated.store(true, Ordering::SeqCst);
    }

    pub(super) fn open(&self, fetches: usize) {
        self.0.gate.add_permits(fetches);
    }

    /// Fetches that began, and other calls.
    pub(super) fn counts(&self) -> (u32, u32) {
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
