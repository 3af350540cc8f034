//! The [`Relay`]: receives webhooks, stores them, hands them to handlers, and sends messages.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[cfg(feature = "outbox")]
use incs_client::Client;
use incs_model::id::WhatsAppUserId;
use incs_model::inbound::Inbound;
use incs_model::{Address, Party, Timestamp};
use incs_webhook::{Batch, Headers, Item, Receiver, Rejection};

use crate::failpoint;
#[cfg(feature = "outbox")]
use crate::handler::OutcomeHandler;
use crate::handler::{Context, EventHandler, HandlerError, MessageHandler};
use crate::inbox::{self, Restorer};
use crate::settings::RETRY_SCHEDULE;
#[cfg(feature = "outbox")]
use crate::settings::{MAX_SENDS, Sending};
#[cfg(feature = "outbox")]
use crate::store::OutboxEntry;
use crate::store::{Appended, Erasure, RecipientKey, Retention, Stats, Store, StoreError};

/// The number of items that one step of [`Relay::erase`] reads.
const ERASE_STEP: usize = 500;

/// A durable inbox and outbox: it stores webhooks before it answers them and hands their items to handlers, and it stores messages before it
/// sends them. Cheap to clone.
///
/// A webhook that was answered with 200 is on disk and will be handled at least once, in order for each conversation. A message is sent at
/// most once.
///
/// [`receive`](Self::receive) and the [outbox](Self::outbox) store, and [`run_until`](Self::run_until) handles and sends. Both can be in
/// one process or, with a store that several processes can use, in different ones.
#[derive(Clone)]
pub struct Relay(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) settings: Settings,
    pub(crate) restorer: Restorer,
    /// True after the drain: nothing is stored any more.
    is_closed: AtomicBool,
    /// True while the platform does not accept the credential.
    #[cfg(feature = "outbox")]
    pub(crate) credential_refused: tokio::sync::watch::Sender<bool>,
}

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) on_message: Option<MessageHandler>,
    pub(crate) on_event: Option<EventHandler>,
    pub(crate) retry_schedule: Vec<Duration>,
    pub(crate) lease: Duration,
    pub(crate) concurrency: usize,
    pub(crate) drain: Duration,
    pub(crate) retention: Option<Retention>,
    append_timeout: Duration,
    #[cfg(feature = "outbox")]
    pub(crate) on_outcome: Option<OutcomeHandler>,
    #[cfg(feature = "outbox")]
    pub(crate) sending: Option<Sending>,
}

/// The settings and handlers of a [`Relay`].
#[derive(Clone)]
pub struct RelayBuilder {
    store: Arc<dyn Store>,
    settings: Settings,
}

impl RelayBuilder {
    /// Sets the handler of customers' messages.
    ///
    /// It runs at least once for each message, in order for each customer. A message that arrives in two callbacks, as `new_message` and
    /// as `message_created`, is handled once; ids and links that only the second one has are filled in if it has arrived. A handler that
    /// fails is called again by the [schedule](Self::retry_schedule), and the later messages of the same customer wait.
    ///
    /// The handler's future is dropped if its lease is lost, which happens only when the process was stopped for longer than the
    /// [lease](Self::lease).
    #[must_use]
    pub fn on_message<F, R>(mut self, handler: F) -> Self
    where
        F: Fn(Inbound, Context) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        self.settings.on_message = Some(Arc::new(move |message, context| Box::pin(handler(message, context))));
        self
    }

    /// Sets the handler of all other items: receipts, events of templates, and items that were not understood.
    ///
    /// Without it, receipts are merged into the [state](Store::delivery_state) of their message, other events that were understood are
    /// completed, and items that were not understood become dead letters with the reason `no_handler`. Receipts are merged with it too.
    #[must_use]
    pub fn on_event<F, R>(mut self, handler: F) -> Self
    where
        F: Fn(Item, Context) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        self.settings.on_event = Some(Arc::new(move |item, context| Box::pin(handler(item, context))));
        self
    }

    /// Sets the waits before the attempts after the first one. By default 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, 1 h and 2 h, each
    /// changed at random by up to a fifth. After the last attempt the item becomes a dead letter.
    #[must_use]
    pub fn retry_schedule(mut self, waits: impl IntoIterator<Item = Duration>) -> Self {
        self.settings.retry_schedule = waits.into_iter().collect();
        self
    }

    /// Sets the time for which an item is leased, 30 s by default. It is renewed while the handler runs, so it does not limit the
    /// handler.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// Sets the largest number of conversations that are handled at once, 64 by default.
    #[must_use]
    pub fn concurrency(mut self, conversations: usize) -> Self {
        self.settings.concurrency = conversations.max(1);
        self
    }

    /// Sets the time for which [`run_until`](Relay::run_until) waits for running handlers at the end, 30 s by default.
    #[must_use]
    pub fn drain(mut self, limit: Duration) -> Self {
        self.settings.drain = limit;
        self
    }

    /// Sets the time for which a webhook may wait to be stored, 3 s by default. After it the answer is 503.
    #[must_use]
    pub fn append_timeout(mut self, limit: Duration) -> Self {
        self.settings.append_timeout = limit;
        self
    }

    /// Sets the time for which items are kept. `None` keeps them for ever.
    #[must_use]
    pub fn retention(mut self, retention: impl Into<Option<Retention>>) -> Self {
        self.settings.retention = retention.into();
        self
    }

    /// Sends the messages of the outbox with this client while the relay [runs](Relay::run_until).
    ///
    /// Each attempt is one call: the outbox itself repeats those that certainly had no effect. A limiter of the client works while a
    /// message counts as being sent, so prefer [`max_sends_per_second`](Self::max_sends_per_second).
    ///
    /// Set the options of the outbox after this.
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn client(mut self, client: Client) -> Self {
        self.settings.sending = Some(Sending::new(client));
        self
    }

    #[cfg(feature = "outbox")]
    fn sending(mut self, set: impl FnOnce(&mut Sending)) -> Self {
        self.settings.sending.as_mut().map(set);
        self
    }

    /// Sets the handler of outcomes. It is called for each message that this relay sent, when it was accepted or rejected, when its time was
    /// over, when its outcome is unknown or becomes known, and when its delivery fails later: at least once for each change, with the present
    /// state. Changes that follow each other closely may be reported by one call.
    ///
    /// A handler that fails is called again by the [schedule](Self::retry_schedule), and given up after it.
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn on_outcome<F, R>(mut self, handler: F) -> Self
    where
        F: Fn(OutboxEntry) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        self.settings.on_outcome = Some(Arc::new(move |entry| Box::pin(handler(entry))));
        self
    }

    /// Sets the largest number of messages that are sent at once: 16 by default, and at most 64. If the process is killed, the outcomes of
    /// at most this many messages are unknown.
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn max_sends(self, messages: usize) -> Self {
        self.sending(|sending| sending.concurrency = messages.clamp(1, MAX_SENDS))
    }

    /// Sets the largest number of messages that are sent in a second. Messages wait in the queue, so a crash meanwhile loses nothing.
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn max_sends_per_second(self, messages: u32) -> Self {
        self.min_send_interval(Duration::from_nanos(1_000_000_000_u64.div_ceil(messages.max(1).into())))
    }

    /// Sets the shortest time between two sends.
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn min_send_interval(self, interval: Duration) -> Self {
        self.sending(|sending| sending.interval = Some(interval))
    }

    /// Sets the waits before the attempts after the first one, for messages that certainly were not sent. By default the same as for
    /// [items](Self::retry_schedule). After the last attempt the message is [`Dead`](crate::store::OutboxState::Dead).
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn send_retry_schedule(self, waits: impl IntoIterator<Item = Duration>) -> Self {
        self.sending(|sending| sending.retry_schedule = waits.into_iter().collect())
    }

    /// Sets the time for which a message with an unknown outcome holds later ones to the same recipient, 10 minutes by default.
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn hold(self, time: Duration) -> Self {
        self.sending(|sending| sending.hold = time)
    }

    /// Sets the time after which a message with an unknown outcome waits for a person, 24 hours by default.
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn unresolved_after(self, time: Duration) -> Self {
        self.sending(|sending| sending.unresolved_after = time)
    }

    /// Sets the pause between two looks for evidence about unknown messages, 10 seconds by default.
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn evidence_pause(self, pause: Duration) -> Self {
        self.sending(|sending| sending.evidence_pause = pause.max(Duration::from_millis(1)))
    }

    /// Sets whether [likely](crate::store::Proof::Likely) evidence is enough to count a message as accepted. It is not by default.
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn accept_likely(self, is_enough: bool) -> Self {
        self.sending(|sending| sending.accepts_likely = is_enough)
    }

    /// Sets the time after which the platform is asked about an accepted message that had no receipt, 3 hours by default. `None` never
    /// asks.
    #[cfg(feature = "outbox")]
    #[must_use]
    pub fn ask_without_receipt_after(self, time: impl Into<Option<Duration>>) -> Self {
        self.sending(|sending| sending.receipts_after = time.into())
    }

    /// Builds the relay. Nothing runs yet.
    #[must_use]
    pub fn build(self) -> Relay {
        let (store, settings) = (self.store, self.settings);
        Relay(Arc::new(Shared {
            store,
            settings,
            restorer: Restorer::default(),
            is_closed: AtomicBool::new(false),
            #[cfg(feature = "outbox")]
            credential_refused: tokio::sync::watch::Sender::new(false),
        }))
    }
}

impl Relay {
    /// Returns a builder of a relay over a store.
    pub fn builder(store: impl Store) -> RelayBuilder {
        let settings = Settings {
            on_message: None,
            on_event: None,
            retry_schedule: RETRY_SCHEDULE.map(Duration::from_secs).to_vec(),
            lease: Duration::from_secs(30),
            concurrency: 64,
            drain: Duration::from_secs(30),
            retention: Some(Retention::default()),
            append_timeout: Duration::from_secs(3),
            #[cfg(feature = "outbox")]
            on_outcome: None,
            #[cfg(feature = "outbox")]
            sending: None,
        };
        RelayBuilder { store: Arc::new(store), settings }
    }

    /// Verifies a webhook and stores its items durably. `target` is the path and query.
    ///
    /// | case | status |
    /// | --- | --- |
    /// | every item is stored, was stored before, or is in a [spool](crate::store::Appended::Spooled) | 200 |
    /// | the sender is not verified, or the request is not a webhook | that of the [`Rejection`] |
    /// | nothing is durable: the store failed, the disk is full, too much waits, or the relay was shut down | 503 with `Retry-After` |
    ///
    /// Items that were not understood are stored too. After a 503, the webhook may have been stored nevertheless; if it arrives again it
    /// is recognized.
    ///
    /// The webhook is verified when this is called, and stored while the future runs.
    pub fn receive(
        &self,
        receiver: &Receiver,
        headers: &dyn Headers,
        target: &str,
        body: &[u8],
    ) -> impl Future<Output = Reply> + Send + use<> {
        let verified = receiver.receive(headers, target, body, Timestamp::now());
        let relay = self.clone();
        async move {
            match verified {
                Ok(batch) => relay.reply(batch).await,
                Err(rejection) => Reply::Rejected(rejection),
            }
        }
    }

    /// Returns the reply to a verified delivery, after its items are stored.
    pub(crate) async fn reply(&self, batch: Batch) -> Reply {
        match self.append(batch).await {
            Ok(items) => {
                failpoint::reached("append.before_reply");
                Reply::Stored(items)
            }
            Err(error) => Reply::Unavailable(error),
        }
    }

    /// Stores the items of a verified delivery durably, and returns the result for each of them in order. Answer 200 only after this.
    ///
    /// # Errors
    ///
    /// Returns an error if the items may not be durable. Answer 503.
    pub async fn append(&self, batch: Batch) -> Result<Vec<Appended>, StoreError> {
        let deliveries = vec![inbox::delivery(&batch, Timestamp::now())];
        drop(batch);
        let appended = async {
            if self.0.is_closed.load(Ordering::Relaxed) {
                return Err(StoreError::Closed);
            }
            let append = self.0.store.append(deliveries);
            let answers = tokio::time::timeout(self.0.settings.append_timeout, append).await;
            let mut answers = answers.map_err(|_| StoreError::Busy)??;
            answers.pop().ok_or(StoreError::Closed)
        };
        let result = appended.await;
        #[cfg(feature = "metrics")]
        crate::metrics::appended(result.as_deref());
        #[cfg(feature = "tracing")]
        crate::trace::appended(result.as_deref());
        result
    }

    /// Returns the state of the inbox in numbers.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    pub async fn stats(&self) -> Result<Stats, StoreError> {
        // A spool is measured also while its store cannot be reached.
        #[cfg(feature = "metrics")]
        if let Some(spooled) = self.0.store.spooled() {
            crate::metrics::spooled(&spooled);
        }
        let stats = self.0.store.stats().await;
        #[cfg(feature = "metrics")]
        if let Ok(stats) = &stats {
            crate::metrics::measured(stats);
        }
        stats
    }

    /// Returns the store, for listing items and for operators' actions.
    pub fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    /// Erases a person: removes the bytes of every item that names them, and keeps the deduplication keys. Items that were waiting are
    /// not handled. Messages to them lose their bodies, and are cancelled if they were queued. Returns the number of erased items and
    /// messages.
    ///
    /// An item names a person if it is from them or to them, or if its bytes contain their number or their WhatsApp user id, which
    /// items that were not understood may do.
    ///
    /// It reads every stored item, so it takes a time that grows with the store; other work goes on meanwhile.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails. Some items may be erased; call it again.
    pub async fn erase(&self, party: &Party) -> Result<u64, StoreError> {
        let recipients = party.keys().map(|key| RecipientKey::of(&key)).collect();
        let mut erased = self.0.store.erase_messages(recipients).await?;
        let mut after = None;
        loop {
            let page = self.0.store.read(after, ERASE_STEP).await?;
            let Some(last) = page.last() else { return Ok(erased) };
            after = Some(last.id);
            let of_person = page.iter().filter_map(|stored| {
                let item = self.0.restorer.restore(stored)?;
                let is_theirs =
                    item.party().is_some_and(|other| names_same(party, &other)) || contains_id(item.raw(), party);
                let envelope = is_theirs.then(|| item.envelope().without(party).to_bytes().into())?;
                Some(Erasure { item: stored.id, envelope: Some(envelope) })
            });
            let erasures: Vec<_> = of_person.collect();
            if !erasures.is_empty() {
                erased += self.0.store.erase(erasures).await?;
            }
        }
    }

    /// Waits until the platform refuses the credential of the [client](RelayBuilder::client), or none is set. Nothing was sent then, and
    /// the outbox tries again every 30 seconds.
    #[cfg(feature = "outbox")]
    pub async fn credential_refused(&self) {
        let mut refused = self.0.credential_refused.subscribe();
        // The sender lives as long as this relay.
        drop(refused.wait_for(|is_refused| *is_refused).await);
    }

    /// Refuses webhooks from now on.
    pub(crate) fn close(&self) {
        self.0.is_closed.store(true, Ordering::Relaxed);
    }
}

/// Reports whether two parties have any id in common.
fn names_same(one: &Party, other: &Party) -> bool {
    one.keys().any(|key| other.keys().any(|known| known == key))
}

/// Reports whether bytes contain the number or the user id of a person, not as a part of a longer word.
fn contains_id(bytes: &[u8], person: &Party) -> bool {
    let ids = [
        person.phone.as_ref().map(Address::key),
        person.user_id.as_ref().map(WhatsAppUserId::as_str),
        person.parent_user_id.as_ref().map(WhatsAppUserId::as_str),
    ];
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    ids.into_iter().flatten().filter(|id| id.len() >= 5).any(|id| {
        let mut places = memchr::memmem::find_iter(bytes, id.as_bytes());
        places.any(|start| {
            let before = start.checked_sub(1).and_then(|before| bytes.get(before));
            !is_word(before) && !is_word(bytes.get(start + id.len()))
        })
    })
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Relay")
    }
}

impl fmt::Debug for RelayBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RelayBuilder")
    }
}

/// The reply to a webhook. Send its [`status`](Self::status) and, if there is one, [`retry_after`](Self::retry_after).
#[derive(Debug)]
#[non_exhaustive]
pub enum Reply {
    /// Every item is stored.
    Stored(Vec<Appended>),
    /// The webhook was not accepted.
    Rejected(Rejection),
    /// The items may not be durable.
    Unavailable(StoreError),
}

impl Reply {
    /// The value of `Retry-After`, in seconds.
    const RETRY_AFTER: u64 = 5;

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Stored(_) => 200,
            Self::Rejected(rejection) => rejection.status(),
            Self::Unavailable(_) => 503,
        }
    }

    /// Returns the value of the header `Retry-After` in seconds, with a 503.
    pub fn retry_after(&self) -> Option<u64> {
        matches!(self, Self::Unavailable(_)).then_some(Self::RETRY_AFTER)
    }
}
