//! The stage of the demo: a sandbox, a client of it, and a receiver of its webhooks.

use std::sync::Arc;
use std::time::Duration;

use incs_facade::client::Client;
use incs_facade::client::backend::HyperTransport;
use incs_facade::client::retry::RetryPolicy;
use incs_facade::model::id::MessageId;
use incs_facade::model::inbound::Inbound;
use incs_facade::model::status::State;
use incs_facade::model::{OutboundMessage, PhoneNumber};
use incs_facade::webhook::Event;
use incs_sandbox::{Pace, Sandbox, Webhook, Window};

use super::journal::{Journal, Seen};
use super::receiver::{DemoReceiver, scheme};
use super::timeline::{Tally, Timeline, Way};
use crate::exit::Exit;
use crate::failure::Failure;

/// How long the demo waits for any one thing.
const PATIENCE: Duration = Duration::from_secs(20);

/// The stage of the demo.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) client: Client,
    pub(super) receiver: DemoReceiver,
    pub(super) journal: Arc<Journal>,
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
