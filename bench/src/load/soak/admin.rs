//! The part of the sandbox's admin API that the soak needs.

use std::collections::HashMap;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use incs_model::id::MessageId;
use serde::Deserialize;
use serde_json::json;

use super::receiver::SECRET;

/// The admin API of a sandbox.
#[derive(Debug)]
pub(super) struct Admin {
    http: Client<HttpConnector, Full<Bytes>>,
    base: String,
}

/// The members of a message that the soak needs.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Message {
    number: u64,
    id: String,
    customer: String,
    state: String,
}

/// The messages of the sandbox by customer.
pub(super) type Truth = HashMap<String, Vec<Message>>;

impl Admin {
    pub(super) fn new(base_url: &str) -> Self {
        Self { http: Client::builder(TokioExecutor::new()).build_http(), base: format!("{base_url}/_sandbox") }
    }

    pub(super) async fn subscribe(&self, url: &str) -> Result<()> {
        let signing = json!({"scheme": "standard_webhooks", "secret": SECRET});
        self.call(Method::POST, "/subscriptions", json!({"url": url, "signing": signing}).to_string()).await.map(drop)
    }

    pub(super) async fn fault(&self, rule: &str) -> Result<()> {
        self.call(Method::POST, "/faults", rule.to_owned()).await.map(drop)
    }

    /// Returns the messages to customers from a number on. Reads the newest pages first, at least `most` messages back.
    pub(super) async fn messages(&self, first: &str, most: usize) -> Result<Truth> {
        let mut truth = Truth::new();
        let mut before = String::new();
        // A message to one of these customers is at most `most` messages back; a few more pages find stray ones.
        for _ in 0..most.div_ceil(200) + 2 {
            let page = self
                .call(Method::GET, &format!("/messages?direction=outbound&limit=200{before}"), String::new())
                .await?;
            let page: Vec<Message> = serde_json::from_slice(&page)?;
            let Some(oldest) = page.iter().map(|message| message.number).min() else { break };
            for message in page.into_iter().filter(|message| message.customer.as_str() >= first) {
                truth.entry(message.customer.clone()).or_default().push(message);
            }
            before = format!("&before={oldest}");
        }
        Ok(truth)
    }

    async fn call(&self, method: Method, path: &str, body: String) -> Result<Bytes> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))?;
        let reply =
            self.http.request(request).await.with_context(|| format!("the admin API does not answer {path}"))?;
        let status = reply.status();
        let body = reply.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "{path}: {status}: {}", String::from_utf8_lossy(&body));
        Ok(body)
    }
}

impl Message {
    pub(super) fn id(&self) -> MessageId {
        MessageId::from(self.id.as_str())
    }

    /// Returns the state in the platform's words.
    pub(super) fn state(&self) -> &str {
        &self.state
    }
}
