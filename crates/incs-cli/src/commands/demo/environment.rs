//! The environment of the demo: a sandbox, its client, and a receiver of its webhooks.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use incs_facade::client::Client;
use incs_facade::client::backend::HyperTransport;
use incs_facade::client::retry::RetryPolicy;
use incs_facade::model::id::MessageId;
use incs_facade::model::inbound::Inbound;
use incs_facade::model::status::State;
use incs_facade::model::{OutboundMessage, PhoneNumber, Timestamp};
use incs_facade::webhook::guard::{Claim, ClaimGuard, MemoryGuard};
use incs_facade::webhook::scheme::StandardWebhooks;
use incs_facade::webhook::{Event, Item, Received, Receiver, Secrets};
use incs_sandbox::{Pace, Sandbox, Webhook, Window};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::timeline::{Counts, Direction, Timeline};
use crate::exit::{Exit, Failure};

/// Time limit for each wait of the demo.
const WAIT_TIMEOUT: Duration = Duration::from_secs(20);

/// The secret of the webhooks, which never leave this process.
const SECRET: &str = "whsec_aW5jcyBkZW1vLCBub3QgYSBzZWNyZXQ=";

/// The environment of the demo.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) sandbox: Sandbox,
    pub(super) client: Client,
    pub(super) receiver: DemoReceiver,
    journal: Arc<Journal>,
    pub(super) timeline: Timeline,
    sends: usize,
}

impl Environment {
    /// Starts the receiver, the sandbox and the client.
    pub(super) async fn start(seed: u64, timeline: Timeline) -> Result<Self, Failure> {
        let journal = Arc::new(Journal::default());
        let receiver = DemoReceiver::start(Arc::clone(&journal)).await?;
        let sandbox = Sandbox::builder()
            .seed(seed)
            .pace(Pace::default().faster(3.0))
            .window(Window::Strict)
            .webhook(Webhook::to(receiver.url()).signed_with(scheme()?))
            .webhook(Webhook::to(receiver.url()).exotel().signed_with(scheme()?))
            .start()
            .await
            .map_err(|error| Failure::new(Exit::Failure, error.to_string()))?;
        let client = Client::builder(HyperTransport::new())
            .base_urls(&sandbox.base_url())
            .certification_code(sandbox.certification_code())
            .retry(RetryPolicy::default())
            .attempt_timeout(Duration::from_millis(700))
            .build()
            .map_err(|error| Failure::new(Exit::Failure, error.to_string()))?;
        Ok(Self { sandbox, client, receiver, journal, timeline, sends: 0 })
    }

    /// Sends a message that must be accepted, and returns its id.
    pub(super) async fn send(&mut self, what: &str, message: impl Into<OutboundMessage>) -> Result<MessageId, String> {
        let message = message.into();
        self.sends += 1;
        let channel = message.channel();
        let result = self.client.messages().send(message).await;
        let sent = result.map_err(|error| format!("the send failed: {error}"))?;
        let id = sent.message_id;
        self.timeline.event(Direction::Out, "send", &format!("{:<9}{what:<34} {}", channel.as_str(), tail(&id)))?;
        Ok(id)
    }

    /// Counts a send that was made without [`Self::send`].
    pub(super) fn count_send(&mut self) {
        self.sends += 1;
    }

    /// Waits for the receipt of a message with this state.
    pub(super) async fn receipt(&self, id: &MessageId, state: State) -> Result<(), String> {
        let wanted = |seen: &ReceivedItem| match seen.item.event() {
            Some(Event::MessageStatus(update)) if update.message_id == *id && update.message_status == state => {
                Some(())
            }
            _ => None,
        };
        self.wait(wanted).await.ok_or_else(|| format!("no receipt says {}", state.as_str()))?;
        self.timeline.event(Direction::In, "receipt", &format!("{:<43} {}", state.as_str(), tail(id)))?;
        Ok(())
    }

    /// Waits for the receipts of a message up to the state `last`.
    pub(super) async fn receipts_until(&self, id: &MessageId, last: State) -> Result<(), String> {
        for state in [State::Sent, State::Delivered, State::Read] {
            self.receipt(id, state.clone()).await?;
            if state == last {
                break;
            }
        }
        Ok(())
    }

    /// Waits for a customer's message, in the provider-neutral form.
    pub(super) async fn inbound<T>(&self, pick: impl Fn(&Inbound) -> Option<T>) -> Option<T> {
        self.wait(|seen| seen.item.inbound().as_ref().and_then(&pick)).await
    }

    /// Waits for an item that `pick` accepts.
    pub(super) async fn wait<T>(&self, pick: impl Fn(&ReceivedItem) -> Option<T>) -> Option<T> {
        self.journal.wait(WAIT_TIMEOUT, pick).await
    }

    /// Returns the counts so far.
    pub(super) fn counts(&self) -> Counts {
        let journal = &self.journal;
        let is_receipt = |seen: &ReceivedItem| matches!(seen.item.event(), Some(Event::MessageStatus(_)));
        let is_reply =
            |seen: &ReceivedItem| matches!(seen.item.event(), Some(Event::WhatsAppMessage(_) | Event::RcsMessage(_)));
        Counts {
            sends: self.sends,
            receipts: journal.count(|seen| is_receipt(seen) && !seen.is_duplicate),
            replies: journal.count(|seen| is_reply(seen) && !seen.is_duplicate),
            repeated: journal.count(|seen| seen.is_duplicate),
            sent_twice: self.sandbox.sent().len().saturating_sub(self.sends),
        }
    }

    /// Stops the client and the sandbox.
    pub(super) async fn stop(self) {
        drop(self.client);
        self.sandbox.shutdown().await;
    }
}

/// Parses the phone number of a customer.
pub(super) fn number(text: &str) -> Result<PhoneNumber, String> {
    text.parse().map_err(|_| "no phone number".to_owned())
}

/// Returns the end of an id, since the ids differ only there.
pub(super) fn tail(id: &MessageId) -> String {
    let text = id.as_str();
    let start = text.char_indices().rev().nth(9).map_or(0, |(index, _)| index);
    format!("…{}", text.get(start..).unwrap_or(text))
}

/// An item that arrived, marked if it is a duplicate.
#[derive(Debug, Clone)]
pub(super) struct ReceivedItem {
    pub(super) item: Item,
    pub(super) is_duplicate: bool,
}

/// The items that the receiver accepted, in order.
#[derive(Debug, Default)]
struct Journal {
    seen: Mutex<Vec<ReceivedItem>>,
    added: Notify,
}

impl Journal {
    fn add(&self, seen: ReceivedItem) {
        self.entries().push(seen);
        self.added.notify_waiters();
    }

    /// Returns the first past or future item that `pick` accepts, or `None` after the time limit.
    async fn wait<T>(&self, limit: Duration, pick: impl Fn(&ReceivedItem) -> Option<T>) -> Option<T> {
        let found = async {
            loop {
                let added = self.added.notified();
                tokio::pin!(added);
                // Listen before checking, so that no item is missed.
                added.as_mut().enable();
                if let Some(found) = self.entries().iter().find_map(&pick) {
                    return found;
                }
                added.await;
            }
        };
        tokio::time::timeout(limit, found).await.ok()
    }

    fn count(&self, is_wanted: impl Fn(&ReceivedItem) -> bool) -> usize {
        self.entries().iter().filter(|seen| is_wanted(seen)).count()
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<ReceivedItem>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running receiver.
#[derive(Debug)]
pub(super) struct DemoReceiver {
    url: String,
    task: JoinHandle<()>,
}

/// Returns the scheme that both sides use.
fn scheme() -> Result<StandardWebhooks, Failure> {
    let secrets = Secrets::try_new(SECRET).map_err(|error| failed(&error))?;
    StandardWebhooks::try_new(secrets).map_err(|error| failed(&error))
}

impl DemoReceiver {
    /// Starts the receiver on a free port. It verifies each delivery and recognizes duplicate items.
    async fn start(journal: Arc<Journal>) -> Result<Self, Failure> {
        let guard = Arc::new(MemoryGuard::new(10_000, Duration::from_hours(1)));
        let receive = move |Received(batch): Received| {
            let (journal, guard) = (Arc::clone(&journal), Arc::clone(&guard));
            async move {
                for item in &batch {
                    let claim = ClaimGuard::claim(&*guard, item.dedup_key(), now());
                    let is_duplicate = !matches!(claim, Claim::First(_));
                    if let Claim::First(ticket) = claim {
                        ticket.confirm(now());
                    }
                    journal.add(ReceivedItem { item: item.clone(), is_duplicate });
                }
                StatusCode::OK
            }
        };
        let router = Router::new().route("/hooks", post(receive)).with_state(Receiver::new(scheme()?));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| failed(&error))?;
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        let task = tokio::spawn(async move {
            // The task is aborted at the end of the demo.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url: format!("http://{address}/hooks"), task })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for DemoReceiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn now() -> Timestamp {
    Timestamp::now()
}

fn failed(error: &impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Failure, format!("the receiver of the demo: {error}"))
}
