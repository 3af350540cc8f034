//! A relay over a file in a temporary folder, and handlers that record their calls.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use incs_model::event::whatsapp::{Content, Message, Text};
use incs_relay::store::{InboxItem, ItemFilter, ItemState, OutboxEntry, OutboxFilter, SqliteStore, Store as _};
use incs_relay::{Relay, RelayBuilder, Reply};
use incs_webhook::scheme::SharedSecret;
use incs_webhook::testing::bodies::{self, Body};
use incs_webhook::{Receiver, Secrets};
use tempfile::TempDir;

pub(crate) const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
pub(crate) const TARGET: &str = "/incs/s3cret";

/// The time within which items must be handled.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Inbox {
    pub(crate) store: SqliteStore,
    pub(crate) calls: Calls,
    _folder: TempDir,
}

/// The calls of a handler, each as a text.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    pub(crate) fn add(&self, call: impl Into<String>) {
        self.0.lock().unwrap().push(call.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Inbox {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(folder.path().join("relay.db")).await.unwrap();
        Self { store, calls: Calls::default(), _folder: folder }
    }

    /// Returns a builder with short waits.
    pub(crate) fn builder(&self) -> RelayBuilder {
        Relay::builder(self.store.clone()).retry_schedule([Duration::from_millis(20); 3]).drain(Duration::from_secs(5))
    }

    /// Runs a relay until nothing is open.
    pub(crate) async fn drain(&self, relay: &Relay) {
        let is_empty = async {
            while self.store.stats().await.unwrap().open > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        run(relay, is_empty).await;
    }

    pub(crate) async fn items(&self) -> Vec<InboxItem> {
        self.store.list(ItemFilter { limit: 10_000, ..ItemFilter::default() }).await.unwrap()
    }

    /// Returns the messages of the outbox.
    pub(crate) async fn messages(&self) -> Vec<OutboxEntry> {
        self.store.messages(OutboxFilter { limit: 10_000, ..OutboxFilter::default() }).await.unwrap()
    }

    pub(crate) async fn states(&self) -> Vec<ItemState> {
        self.items().await.iter().map(|item| item.state).collect()
    }
}

/// Runs a relay until a future ends.
pub(crate) async fn run(relay: &Relay, until: impl Future<Output = ()>) {
    tokio::time::timeout(PATIENCE, relay.run_until(until)).await.expect("the relay does not end");
}

pub(crate) fn receiver() -> Receiver {
    Receiver::new(SharedSecret::in_path(Secrets::try_new("s3cret").unwrap()))
}

/// Posts a body as the platform does, and expects that it is stored.
pub(crate) async fn post(relay: &Relay, body: &Body) -> Reply {
    let reply = relay.receive(&receiver(), &JSON, TARGET, body.as_bytes()).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    reply
}

pub(crate) fn text(from: &str, id: &str, body: &str) -> Message {
    Message::new(from, id, Content::Text(Text::new(body)))
}

pub(crate) fn delivery<const N: usize>(messages: [Message; N]) -> Body {
    bodies::whatsapp_messages(30112, "6281100099001", messages)
}
