//! The outbox: messages are stored before they are sent, and each is sent at most once.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream;
use incs_model::delivery::Stage;
use incs_model::{Channel, Party, Timestamp};
use tokio::time::sleep;

use crate::clock::later;
use crate::relay::Relay;
use crate::store::{
    CUSTOMER_WINDOW, Decision, DecisionResult, Enqueued, OutboxEntry, OutboxFilter, OutboxId, OutboxMessage,
    OutboxState, RecipientKey, Store, StoreError,
};

/// The pause between two looks of [`Outbox::watch`].
const WATCH_PAUSE: Duration = Duration::from_millis(250);

/// The messages that wait to be sent, and those that were sent: [`Relay::outbox`]. Cheap to clone.
///
/// **A message is sent at most once. If nobody can know whether it was sent, it says so, looks for evidence and asks you.**
///
/// [`Relay::run_until`] sends the messages if the relay has a [client](crate::RelayBuilder::client).
#[derive(Clone)]
pub struct Outbox {
    store: Arc<dyn Store>,
}

impl Relay {
    /// Returns the outbox.
    pub fn outbox(&self) -> Outbox {
        Outbox { store: Arc::clone(&self.0.store) }
    }

    /// Returns whether a customer can be sent any kind of message on a channel, or templates only.
    ///
    /// On WhatsApp and RCS, messages that are not templates are allowed for 24 hours after the customer's last message (documented by
    /// INCS). The inbox knows when that was, if it received the webhook and the customer was not [erased](Self::erase). The outbox does
    /// not send a free-form message whose window is known to be closed: it ends as [`Expired`](OutboxState::Expired).
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    pub async fn window(&self, channel: &Channel, customer: &Party) -> Result<Window, StoreError> {
        if !matches!(channel, Channel::WhatsApp | Channel::Rcs) {
            return Ok(Window::None);
        }
        let keys = customer.keys().map(|key| RecipientKey::of(&key)).collect();
        let last = self.0.store.last_contact(channel.as_str(), keys).await?;
        let Some(last) = last else { return Ok(Window::Unknown) };
        let until = later(last, CUSTOMER_WINDOW);
        Ok(if Timestamp::now() < until { Window::Open { until } } else { Window::Closed { since: until } })
    }
}

/// The 24-hour window of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The channel has no window.
    None,
    /// All kinds of message are allowed until this time.
    Open {
        /// The end of the window.
        until: Timestamp,
    },
    /// Only templates are allowed since this time.
    Closed {
        /// The end of the window.
        since: Timestamp,
    },
    /// The inbox has no message of the customer. The platform decides.
    Unknown,
}

impl Outbox {
    /// Stores a message durably, to be sent once. Returns its number, also if it was stored before.
    ///
    /// # Errors
    ///
    /// Returns an error if another message is stored under the same key, or if the store fails. After an error of the store, the message
    /// may be stored nevertheless; enqueue it again.
    pub async fn enqueue(&self, message: OutboxMessage) -> Result<OutboxId, EnqueueError> {
        let enqueued = self.store.enqueue(vec![message]).await?;
        match enqueued.first() {
            Some(Enqueued::New(id) | Enqueued::Seen(id)) => Ok(*id),
            Some(Enqueued::KeyReused(id)) => Err(EnqueueError::KeyReused(*id)),
            None => Err(EnqueueError::Store(StoreError::Closed)),
        }
    }

    /// Stores many messages in one transaction. Returns the result for each, in the order of the input. Take chunks of about 1,000.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails. Some messages may be stored; enqueue them again.
    pub async fn enqueue_all(&self, messages: Vec<OutboxMessage>) -> Result<Vec<Enqueued>, StoreError> {
        self.store.enqueue(messages).await
    }

    /// Returns a message by its number.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    pub async fn get(&self, id: OutboxId) -> Result<Option<OutboxEntry>, StoreError> {
        let filter = OutboxFilter { id: Some(id), limit: 1, ..OutboxFilter::default() };
        Ok(self.store.messages(filter).await?.pop())
    }

    /// Returns a message by its key.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    pub async fn find(&self, key: impl Into<String>) -> Result<Option<OutboxEntry>, StoreError> {
        let filter = OutboxFilter { key: Some(key.into()), limit: 1, ..OutboxFilter::default() };
        Ok(self.store.messages(filter).await?.pop())
    }

    /// Returns a stream of the states of a message, from the present one. It yields the message whenever its state, its number of
    /// attempts or its stage has changed, also by another process, and ends when nothing more can change.
    ///
    /// An accepted message can still fail: the stream goes on until it was read, or for as long as the message is retained. It looks four
    /// times a second; if you watch many messages, use [`on_outcome`](crate::RelayBuilder::on_outcome).
    pub fn watch(&self, id: OutboxId) -> impl Stream<Item = Result<OutboxEntry, StoreError>> + Send + use<> {
        let outbox = self.clone();
        let last = None::<OutboxEntry>;
        stream::unfold(Some((outbox, last)), move |watch| async move {
            let (outbox, last) = watch?;
            let seen = last.as_ref().map(visible);
            loop {
                match outbox.get(id).await {
                    Ok(Some(entry)) if seen != Some(visible(&entry)) => {
                        let next = (!is_over(&entry)).then(|| (outbox, Some(entry.clone())));
                        return Some((Ok(entry), next));
                    }
                    Ok(Some(_)) => sleep(WATCH_PAUSE).await,
                    Ok(None) => return None,
                    Err(error) => return Some((Err(error), None)),
                }
            }
        })
    }

    /// Cancels a message that is not being sent yet. Returns the state in which it is afterwards, or `None` if there is no such message:
    /// only [`Cancelled`](OutboxState::Cancelled) means that nothing was sent.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    pub async fn cancel(&self, id: OutboxId) -> Result<Option<OutboxState>, StoreError> {
        let results = self.store.decide(vec![(id, Decision::Cancel { by: None })]).await?;
        match results.first() {
            Some(DecisionResult::WrongState(state)) => Ok(Some(*state)),
            Some(DecisionResult::Done) => Ok(self.get(id).await?.map(|entry| entry.state)),
            _ => Ok(None),
        }
    }
}

fn visible(entry: &OutboxEntry) -> (OutboxState, u32, Option<Stage>, Option<&str>) {
    (entry.state, entry.attempts, entry.stage, entry.message_id.as_deref())
}

/// Reports whether neither a program nor a receipt can change a message any more.
fn is_over(entry: &OutboxEntry) -> bool {
    match entry.state {
        OutboxState::Accepted => entry.stage == Some(Stage::Read),
        state => state.is_final(),
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbox")
    }
}

/// The reason why a message was not enqueued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnqueueError {
    /// Another message is stored under the same key.
    #[error("the key belongs to message {0}, which is another one; use a key of its own")]
    KeyReused(OutboxId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
