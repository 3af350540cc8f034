//! A platform in memory, and a relay that sends to it.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use incs_client::Client;
use incs_client::transport::{CallInfo, Request, Response, Transport, TransportError, TransportErrorKind};
use incs_model::event::created::{self, ChannelState, Origin};
use incs_model::{Timestamp, WireTime, whatsapp};
use incs_relay::store::{OutboxEntry, OutboxFilter, OutboxId, OutboxMessage, OutboxState, SqliteStore, Store as _};
use incs_relay::{Relay, RelayBuilder};
use incs_webhook::scheme::SharedSecret;
use incs_webhook::testing::bodies::{self, Body};
use incs_webhook::{Receiver, Secrets};
use tempfile::TempDir;
use tokio::sync::Semaphore;

/// The time within which the expected must happen.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const CUSTOMER: &str = "85251230088";
pub(crate) const OTHER: &str = "85251230099";

/// The answer of the platform to one send.
#[derive(Clone)]
pub(crate) enum Answer {
    Reply(u16, String),
    /// No reply; true if the request has left.
    Fails(TransportErrorKind, bool),
    Panics,
    /// Replies when a permit is added to the gate.
    Waits,
}

/// The platform. Without an answer it accepts a message and gives it the ids `wamid.1`, `wamid.2` and so on.
#[derive(Clone)]
pub(crate) struct Platform(Arc<State>);

struct State {
    answers: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<(String, serde_json::Value)>>,
    sent: Mutex<usize>,
    statuses: Mutex<String>,
    gate: Semaphore,
}

impl Platform {
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self(Arc::new(State {
            answers: Mutex::new(answers.into_iter().collect()),
            requests: Mutex::default(),
            sent: Mutex::default(),
            statuses: Mutex::new(r#"{"data":[]}"#.to_owned()),
            gate: Semaphore::new(0),
        }))
    }

    pub(crate) fn open_gate(&self, permits: usize) {
        self.0.gate.add_permits(permits);
    }

    /// Sets the `data` of the reply to status queries.
    pub(crate) fn set_statuses(&self, statuses: &str) {
        *self.0.statuses.lock().unwrap() = statuses.to_owned();
    }

    /// Returns the texts that were sent, in order.
    pub(crate) fn texts(&self) -> Vec<String> {
        let requests = self.0.requests.lock().unwrap();
        let sends = requests.iter().filter(|(path, _)| !path.ends_with("/status"));
        sends.map(|(_, body)| body["text"].as_str().unwrap_or("-").to_owned()).collect()
    }

    /// Returns the number of status queries.
    pub(crate) fn queries(&self) -> usize {
        self.0.requests.lock().unwrap().iter().filter(|(path, _)| path.ends_with("/status")).count()
    }
}

pub(crate) fn reply(status: u16, body: &str) -> Answer {
    Answer::Reply(status, body.to_owned())
}

#[async_trait]
impl Transport for Platform {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let gate = CallInfo::of(&request).send_gate().clone();
        gate.arm();
        let is_query = request.uri().path().ends_with("/status");
        let answer = if is_query { None } else { self.0.answers.lock().unwrap().pop_front() };
        if let Some(Answer::Fails(kind, false)) = answer {
            return Err(kind.into());
        }
        assert!(gate.commit(), "a request leaves after it was revoked");
        let body = serde_json::from_slice(request.body()).unwrap_or_default();
        self.0.requests.lock().unwrap().push((request.uri().path().to_owned(), body));
        if matches!(answer, Some(Answer::Waits)) {
            self.0.gate.acquire().await.unwrap().forget();
        }
        let (status, body) = match answer {
            Some(Answer::Reply(status, body)) => (status, body),
            Some(Answer::Fails(kind, _)) => return Err(kind.into()),
            Some(Answer::Panics) => panic!("the transport panics, as the test wants"),
            None if is_query => {
                let statuses = self.0.statuses.lock().unwrap();
                (200, format!(r#"{{"status":"success","code":200,"data":{statuses}}}"#))
            }
            None | Some(Answer::Waits) => {
                let mut sent = self.0.sent.lock().unwrap();
                *sent += 1;
                (200, format!(r#"{{"status":"success","code":200,"data":{{"msg_id":"wamid.{sent}"}}}}"#))
            }
        };
        Ok(http::Response::builder().status(status).body(body.into()).unwrap())
    }
}

/// A store in a temporary folder, and a platform.
pub(crate) struct Outbox {
    pub(crate) store: SqliteStore,
    pub(crate) platform: Platform,
    _folder: TempDir,
}

impl Outbox {
    pub(crate) async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(folder.path().join("relay.db")).await.unwrap();
        Self { store, platform: Platform::new(answers), _folder: folder }
    }

    pub(crate) fn client(&self) -> Client {
        let client = Client::builder(self.platform.clone()).certification_code("5d1f");
        client.attempt_timeout(Duration::from_millis(200)).build().unwrap()
    }

    /// Returns a builder with short waits.
    pub(crate) fn builder(&self) -> RelayBuilder {
        Relay::builder(self.store.clone())
            .retry_schedule([Duration::from_millis(20); 3])
            .client(self.client())
            .send_retry_schedule([Duration::from_millis(20); 2])
            .evidence_pause(Duration::from_millis(20))
            .ask_without_receipt_after(None)
    }

    pub(crate) async fn enqueue(&self, key: &str, to: &str, text: &str) -> OutboxId {
        self.enqueue_message(message(key, to, text)).await
    }

    pub(crate) async fn enqueue_message(&self, message: OutboxMessage) -> OutboxId {
        self.builder().build().outbox().enqueue(message).await.unwrap()
    }

    /// Posts a body as the platform does, to another relay over the same store.
    pub(crate) async fn post(&self, body: &Body) {
        let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new("s3cret").unwrap()));
        let headers = [("content-type", "application/json")];
        let reply = self.builder().build().receive(&receiver, &headers, "/incs/s3cret", body.as_bytes()).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    }

    pub(crate) async fn entries(&self) -> Vec<OutboxEntry> {
        self.store.messages(OutboxFilter { limit: 1000, ..OutboxFilter::default() }).await.unwrap()
    }

    pub(crate) async fn entry(&self, id: OutboxId) -> OutboxEntry {
        self.builder().build().outbox().get(id).await.unwrap().unwrap()
    }

    pub(crate) async fn states(&self) -> Vec<OutboxState> {
        self.entries().await.iter().map(|entry| entry.state).collect()
    }

    /// Runs a relay until a condition on the messages holds.
    pub(crate) async fn run_until(&self, relay: &Relay, condition: impl Fn(&[OutboxEntry]) -> bool) {
        let reached = async {
            while !condition(&self.entries().await) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        run(relay, reached).await;
    }

    /// Runs a relay until nothing is queued or being sent.
    pub(crate) async fn drain(&self, relay: &Relay) {
        self.run_until(relay, |entries| {
            entries.iter().all(|entry| !matches!(entry.state, OutboxState::Queued | OutboxState::Sending))
        })
        .await;
    }
}

/// Runs a relay until a future ends.
pub(crate) async fn run(relay: &Relay, until: impl Future<Output = ()>) {
    tokio::time::timeout(PATIENCE, relay.run_until(until)).await.expect("the relay does not end");
}

pub(crate) fn message(key: &str, to: &str, text: &str) -> OutboxMessage {
    OutboxMessage::try_new(key, whatsapp::Message::new(to.parse().unwrap(), text)).unwrap()
}

/// The `message_created` of a message that was sent through the API.
pub(crate) fn created(id: &str, to: &str, content: created::Content) -> created::Message {
    created::Message::new(id.bytes().map(u64::from).sum::<u64>(), content)
        .with_auth_id(30112)
        .with_send_id("staff_1")
        .with_recv_id(format!("30112_{to}"))
        .with_channel_msg_id(id)
        .with_channel_status(ChannelState::Created)
        .with_source(Origin::Api)
        .with_created_at(WireTime::from_rfc3339(Timestamp::now(), 6))
}

pub(crate) fn created_text(id: &str, to: &str, text: &str) -> Body {
    bodies::message_created(created(id, to, created::Content::Text(created::content::Text::new(text))))
}
