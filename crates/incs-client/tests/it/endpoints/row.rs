//! What is expected of an endpoint.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use incs_client::endpoint::Endpoint;
use incs_client::transport::Replay;
use incs_client::{Client, Error};
use serde::Serialize;
use serde_json::{Value, json};

use crate::support;

type Run = Box<dyn Fn(Client) -> BoxFuture<'static, Result<Value, Error>>>;

/// An endpoint, and what is expected of it. Its reply is looked at as JSON.
pub(super) struct Row {
    pub(super) operation: &'static str,
    pub(super) replay: Replay,
    pub(super) method: &'static str,
    /// With the part before it that tells the two hosts apart.
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, &'static str)>,
    pub(super) credential: Option<(&'static str, String)>,
    pub(super) body: Option<Value>,
    /// The whole reply of the platform.
    pub(super) answer: Value,
    /// What the call gives then.
    pub(super) reply: Value,
    run: Run,
}

impl Row {
    /// An endpoint that sends nothing beyond its path, whose reply is turned to JSON by `show`.
    pub(super) fn new<E: Endpoint + Clone + 'static>(
        operation: &'static str,
        endpoint: E,
        show: fn(E::Reply) -> Value,
    ) -> Self {
        assert_eq!(endpoint.operation(), operation);
        let replay = endpoint.replay();
        let run = move |client: Client| {
            let endpoint = endpoint.clone();
            async move { client.execute(endpoint).await.map(show) }.boxed()
        };
        Self {
            operation,
            replay,
            method: "GET",
            path: String::new(),
            query: Vec::new(),
            credential: None,
            body: None,
            answer: json!({ "status": "success", "code": 200, "data": {} }),
            reply: Value::Null,
            run: Box::new(run),
        }
    }

    pub(super) fn at(mut self, method: &'static str, path: impl Into<String>) -> Self {
        (self.method, self.path) = (method, path.into());
        self
    }

    pub(super) fn asking(mut self, query: &[(&'static str, &'static str)]) -> Self {
        self.query = query.to_vec();
        self
    }

    pub(super) fn by_code(mut self, code: impl Into<String>) -> Self {
        self.credential = Some(("certification-code", code.into()));
        self
    }

    pub(super) fn by_token(mut self) -> Self {
        self.credential = Some(("authorization", format!("Bearer {}", support::samples::TOKEN)));
        self
    }

    pub(super) fn sending(mut self, fixture: &str) -> Self {
        self.body = Some(support::json(fixture));
        self
    }

    /// The platform answers this, and the call gives the `data` of it.
    pub(super) fn giving(mut self, answer: Value) -> Self {
        self.reply = answer["data"].clone();
        self.answer = answer;
        self
    }

    pub(super) fn giving_fixture(self, fixture: &str) -> Self {
        self.giving(support::json(fixture))
    }

    pub(super) async fn run(&self, client: &Client) -> Result<Value, Error> {
        (self.run)(client.clone()).await
    }
}

/// A reply as JSON.
pub(super) fn written<T: Serialize>(reply: T) -> Value {
    serde_json::to_value(reply).unwrap()
}
