//! The stage of the demo: a sandbox, a client of it, and a receiver of its webhooks.

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
use incs_facade::webhook::guard::{Claim, MemoryGuard, Ticket};
use incs_facade::webhook::scheme::StandardWebhooks;
use incs_facade::webhook::{Event, Item, Received, Receiver, Secrets};
use incs_sandbox::{Pace, Sandbox, Webhook, Window};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::timeline::{Tally, Timeline, Way};
use crate::exit::{Exit, Failure};

/// How long the demo waits for any one thing.
const PATIENCE: Duration = Duration::from_secs(20);

/// Known to both sides of the demo, which are one process.
const SECRET: &str = "whsec_aW5jcyBkZW1vLCBub3QgYSBzZWNyZXQ=";

/// The stage of the demo.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) client: Client,
    pub(super) receiver: DemoReceiver,
    journal: Arc<Journal>,
    pub(super) timeline: Timeline,
    sends: usize,
}

impl Stage {
    /// Starts all of it.
    pub(super) async fn set(seed: u64, timeline: Timeline) -> Result<Self, Failure> {
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

    /// Sends a message that is to be accepted, and gives its id.
    pub(super) async fn send(&mut self, what: &str, message: impl Into<OutboundMessage>) -> Result<MessageId, String> {
        let message = message.into();
        self.sends += 1;
        let channel = message.channel();
        let result = self.client.messages().send(message).await;
        let sent = result.map_err(|error| format!("the send failed: {error}"))?;
        let id = sent.msg_id;
        self.timeline.event(Way::Out, "send", &format!("{:<9}{what:<34} {}", channel.as_str(), tail(&id)));
        Ok(id)
    }

    /// Counts a send that was made without [`Self::send`].
    pub(super) fn count_send(&mut self) {
        self.sends += 1;
    }

    /// Waits for the receipt that says that a message is in a state.
    pub(super) async fn receipt(&self, id: &MessageId, state: State) -> Result<(), String> {
        let wanted = |seen: &Seen| match seen.item.event() {
            Some(Event::MessageStatus(update)) if update.message_id == *id && update.message_status == state => {
                Some(())
            }
            _ => None,
        };
        self.wait(wanted).await.ok_or_else(|| format!("no receipt says {}", state.as_str()))?;
        self.timeline.event(Way::In, "receipt", &format!("{:<43} {}", state.as_str(), tail(id)));
        Ok(())
    }

    /// Waits for all receipts of a message that is read in the end.
    pub(super) async fn receipts_until(&self, id: &MessageId, last: State) -> Result<(), String> {
        for state in [State::Sent, State::Delivered, State::Read] {
            self.receipt(id, state.clone()).await?;
            if state == last {
                break;
            }
        }
        Ok(())
    }

    /// Waits for a customer's message, in the neutral view.
    pub(super) async fn inbound<T>(&self, pick: impl Fn(&Inbound) -> Option<T>) -> Option<T> {
        self.wait(|seen| seen.item.inbound().as_ref().and_then(&pick)).await
    }

    /// Waits for anything.
    pub(super) async fn wait<T>(&self, pick: impl Fn(&Seen) -> Option<T>) -> Option<T> {
        self.journal.wait(PATIENCE, pick).await
    }

    /// What was done so far.
    pub(super) fn tally(&self) -> Tally {
        let journal = &self.journal;
        let is_receipt = |seen: &Seen| matches!(seen.item.event(), Some(Event::MessageStatus(_)));
        let is_reply =
            |seen: &Seen| matches!(seen.item.event(), Some(Event::WhatsAppMessage(_) | Event::RcsMessage(_)));
        Tally {
            sends: self.sends,
            receipts: journal.count(|seen| is_receipt(seen) && !seen.is_repeated),
            replies: journal.count(|seen| is_reply(seen) && !seen.is_repeated),
            repeated: journal.count(|seen| seen.is_repeated),
            sent_twice: self.sandbox.sent().len().saturating_sub(self.sends),
        }
    }

    /// Ends all of it.
    pub(super) async fn strike(self) {
        drop(self.client);
        self.sandbox.shutdown().await;
    }
}

/// A number of the demo's customers.
pub(super) fn number(text: &str) -> Result<PhoneNumber, String> {
    text.parse().map_err(|_| "no phone number".to_owned())
}

/// The end of an id, which is where ids differ.
pub(super) fn tail(id: &MessageId) -> String {
    let text = id.as_str();
    let start = text.char_indices().rev().nth(9).map_or(0, |(index, _)| index);
    format!("…{}", text.get(start..).unwrap_or(text))
}

/// One item that arrived, and whether it was there before.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) item: Item,
    pub(super) is_repeated: bool,
}

/// What the receiver took in, in order.
#[derive(Debug, Default)]
struct Journal {
    seen: Mutex<Vec<Seen>>,
    grown: Notify,
}

impl Journal {
    fn add(&self, seen: Seen) {
        self.entries().push(seen);
        self.grown.notify_waiters();
    }

    /// The first thing that `pick` finds among all that came or comes, if it comes in time.
    async fn wait<T>(&self, limit: Duration, pick: impl Fn(&Seen) -> Option<T>) -> Option<T> {
        let found = async {
            loop {
                let grown = self.grown.notified();
                tokio::pin!(grown);
                // Listening before looking, so that nothing slips in between.
                grown.as_mut().enable();
                if let Some(found) = self.entries().iter().find_map(&pick) {
                    return found;
                }
                grown.await;
            }
        };
        tokio::time::timeout(limit, found).await.ok()
    }

    fn count(&self, is_wanted: impl Fn(&Seen) -> bool) -> usize {
        self.entries().iter().filter(|seen| is_wanted(seen)).count()
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running receiver.
#[derive(Debug)]
pub(super) struct DemoReceiver {
    url: String,
    task: JoinHandle<()>,
}

/// The scheme that both sides use.
fn scheme() -> Result<StandardWebhooks, Failure> {
    let secrets = Secrets::try_new(SECRET).map_err(|error| failed(&error))?;
    StandardWebhooks::try_new(secrets).map_err(|error| failed(&error))
}

impl DemoReceiver {
    /// Starts it on a free port. Each item is verified, read, and taken once.
    async fn start(journal: Arc<Journal>) -> Result<Self, Failure> {
        let guard = Arc::new(MemoryGuard::new(10_000, Duration::from_hours(1)));
        let receive = move |Received(batch): Received| {
            let (journal, guard) = (Arc::clone(&journal), Arc::clone(&guard));
            async move {
                for item in &batch {
                    let claim = Ticket::claim(&*guard, item.dedup_key(), now());
                    let is_repeated = !matches!(claim, Claim::First(_));
                    if let Claim::First(ticket) = claim {
                        ticket.confirm(now());
                    }
                    journal.add(Seen { item: item.clone(), is_repeated });
                }
                StatusCode::OK
            }
        };
        let router = Router::new().route("/hooks", post(receive)).with_state(Receiver::new(scheme()?));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| failed(&error))?;
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        let task = tokio::spawn(async move {
            // It ends with the demo.
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
