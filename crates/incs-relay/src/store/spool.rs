//! The [`Spool`]: keeps webhooks on this machine while a store cannot be reached.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use incs_model::Timestamp;
use incs_model::delivery::DeliveryState;
use tokio::sync::{Notify, RwLock, RwLockWriteGuard};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::keys::RecipientKey;
use super::outbox::{
    Advanced, Candidates, Decision, DecisionResult, Enqueued, ExpiredSends, OutboxEntry, OutboxFilter, OutboxId,
    OutboxMessage, Reported, SendLimits, SendResult, SenderId,
};
use super::sqlite::{Row, SpoolFile};
use super::types::{
    Appended, Claim, ClaimLimits, Completion, Erasure, InboxItem, ItemFilter, ItemId, Lease, LeaseState, NewDelivery,
    OperatorAction, OperatorResult, Retention, Spooled, Stats, StatusUpdate, StoredItem, Swept,
};
use super::{Store, StoreError};
use crate::failpoint;
use crate::settings::varied;

/// The largest number of deliveries that are forwarded at once.
const MAX_BATCH: usize = 256;
/// The time limit of forwarding a batch.
const FORWARD_TIME: Duration = Duration::from_secs(10);
/// The first wait after the store has failed, and the longest one.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A [`Store`] in front of another one that can be out of reach, such as one in a database server. Cheap to clone.
///
/// While the store works, webhooks are appended to it. When an append fails, or takes longer than the
/// [patience](SpoolOptions::with_patience), the webhook is written into a file on this machine instead and is answered with 200. A task
/// forwards what waits in the file, in the order of arrival and with the same deduplication keys, and removes it from the file after the
/// store has it. Until the file is empty, later webhooks go into it too, so that none overtakes another one. All other operations go to
/// the store: while it is out of reach, nothing is handled and nothing is sent.
///
/// - The order holds for each process. Processes with a spool each can reach the store in any order.
/// - Between its append and its forwarding, a webhook is on the disk of this machine only.
/// - [`Relay::erase`](crate::Relay::erase) does not see what waits in the file. Call it again when nothing waits.
///
/// One process owns the file, which has mode 0600. Put it on a local disk.
///
/// ```no_run
/// use incs_relay::Relay;
/// use incs_relay::store::{Spool, Store, StoreError};
///
/// async fn relay(store: impl Store) -> Result<Relay, StoreError> {
///     let spool = Spool::open("spool.db", store).await?;
///     Ok(Relay::builder(spool).build())
/// }
/// ```
pub struct Spool<S>(Arc<Running<S>>);

struct Running<S> {
    shared: Arc<Shared<S>>,
    /// The task that forwards. It ends when this is dropped.
    forwarding: JoinSet<()>,
}

struct Shared<S> {
    store: S,
    file: SpoolFile,
    patience: Duration,
    max_bytes: u64,
    waiting: Mutex<Spooled>,
    /// True while appends go to the store. An append to the file holds it for reading, so it becomes true only between such appends.
    is_direct: RwLock<bool>,
    /// Notified when it becomes false.
    is_begun: Notify,
}

/// The settings of a [`Spool`].
#[derive(Debug, Clone)]
pub struct SpoolOptions {
    path: PathBuf,
    patience: Duration,
    max_bytes: u64,
}

impl SpoolOptions {
    /// Returns the default settings for a file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), patience: Duration::from_secs(1), max_bytes: 1 << 30 }
    }

    /// Sets the time for which an append may take in the store, 1 s by default. Keep it below the
    /// [time limit](crate::RelayBuilder::append_timeout) of the relay.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Sets the largest number of bytes that wait, 1 GiB by default. Beyond it the spool is [full](StoreError::Full).
    #[must_use]
    pub fn with_max_bytes(self, bytes: u64) -> Self {
        Self { max_bytes: bytes, ..self }
    }

    /// Opens the file as its owner, and starts to forward what waits in it. Creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// As for [`SqliteOptions::open`](super::SqliteOptions::open). The store may be out of reach.
    pub async fn open<S: Store>(self, store: S) -> Result<Spool<S>, StoreError> {
        let Self { path, patience, max_bytes } = self;
        let opened = tokio::task::spawn_blocking(move || SpoolFile::open(&path)).await;
        let (file, waiting) = opened.map_err(|_| StoreError::Closed)??;
        #[cfg(feature = "tracing")]
        if waiting.deliveries > 0 {
            tracing::warn!(incs.spooled = waiting.deliveries, "webhooks wait in the spool");
        }
        let shared = Arc::new(Shared {
            store,
            file,
            patience,
            max_bytes,
            waiting: Mutex::new(waiting),
            is_direct: RwLock::new(waiting.deliveries == 0),
            is_begun: Notify::new(),
        });
        let mut forwarding = JoinSet::new();
        let forwarded = Arc::clone(&shared);
        forwarding.spawn(async move {
            // A store that panics has failed.
            while AssertUnwindSafe(forwarded.run()).catch_unwind().await.is_err() {
                sleep(LONGEST_WAIT).await;
            }
        });
        Ok(Spool(Arc::new(Running { shared, forwarding })))
    }
}

impl<S: Store> Spool<S> {
    /// Opens a spool with the default settings.
    ///
    /// # Errors
    ///
    /// As for [`SpoolOptions::open`].
    pub async fn open(path: impl Into<PathBuf>, store: S) -> Result<Self, StoreError> {
        SpoolOptions::new(path).open(store).await
    }

    /// Returns what waits to be forwarded.
    pub fn waiting(&self) -> Spooled {
        *self.0.shared.waiting()
    }

    /// Ends the forwarding, waits until everything is written, and releases the file. What waits in it is forwarded when it is opened
    /// again. Dropping the last clone does the same without waiting.
    pub async fn close(self) {
        let Some(Running { shared, mut forwarding }) = Arc::into_inner(self.0) else { return };
        forwarding.shutdown().await;
        if let Some(Shared { file, .. }) = Arc::into_inner(shared) {
            file.close().await;
        }
    }
}

impl<S: Store> Shared<S> {
    async fn append(&self, deliveries: Vec<NewDelivery>) -> Result<Vec<Vec<Appended>>, StoreError> {
        let mut failure = None;
        loop {
            let is_direct = self.is_direct.read().await;
            if !*is_direct {
                // Held until the end, so that the spool does not end before.
                return self.spool(&deliveries).await;
            }
            drop(is_direct);
            let error = match failure {
                Some(error) => error,
                None => match within(self.patience, self.store.append(deliveries.clone())).await {
                    Ok(answers) => return Ok(answers),
                    Err(error) => error,
                },
            };
            self.begin(&error).await;
            failure = Some(error);
        }
    }

    /// Sends later appends to the file.
    #[cfg_attr(not(feature = "tracing"), allow(unused_variables, reason = "the error is traced"))]
    async fn begin(&self, error: &StoreError) {
        let was_direct = std::mem::replace(&mut *self.is_direct.write().await, false);
        if was_direct {
            self.is_begun.notify_one();
            #[cfg(feature = "tracing")]
            tracing::warn!("error.type" = error.reason(), "webhooks go into the spool");
        }
    }

    async fn spool(&self, deliveries: &[NewDelivery]) -> Result<Vec<Vec<Appended>>, StoreError> {
        let rows = deliveries.iter().map(Row::of).collect::<Result<Vec<_>, _>>()?;
        let bytes = rows.iter().map(Row::size).sum();
        {
            let mut waiting = self.waiting();
            if waiting.bytes.saturating_add(bytes) > self.max_bytes {
                return Err(StoreError::Full);
            }
            waiting.deliveries += rows.len() as u64;
            waiting.bytes += bytes;
            waiting.since = waiting.since.or(deliveries.first().map(|delivery| delivery.received_at));
        }
        // If this future is dropped, the file has or gets the rows.
        if let Err(error) = self.file.append(rows).await {
            self.forget(deliveries.len(), bytes);
            return Err(error);
        }
        Ok(deliveries.iter().map(|delivery| vec![Appended::Spooled; delivery.items.len()]).collect())
    }

    /// Forwards whenever something waits. Never returns.
    async fn run(&self) {
        loop {
            if *self.is_direct.read().await {
                self.is_begun.notified().await;
                sleep(varied(FIRST_WAIT)).await;
            }
            self.forward_all().await;
        }
    }

    /// Forwards until nothing waits.
    #[cfg_attr(not(feature = "tracing"), allow(unused_variables, reason = "errors are traced"))]
    async fn forward_all(&self) {
        let (mut most, mut wait) = (1, FIRST_WAIT);
        // Held when little is left and the store works: new appends wait at it, for no longer than they would for the store.
        let mut gate: Option<(RwLockWriteGuard<'_, bool>, Instant)> = None;
        loop {
            let limit = gate.as_ref().map_or(FORWARD_TIME, |(_, end)| end.saturating_duration_since(Instant::now()));
            match self.forward(most, limit).await {
                Ok(0) => match gate {
                    Some((is_direct, _)) => return self.end(is_direct),
                    None => gate = Some(self.gate().await),
                },
                Ok(_) => {
                    (most, wait) = ((most * 2).min(MAX_BATCH), FIRST_WAIT);
                    if gate.is_none() && self.waiting().deliveries <= most as u64 {
                        gate = Some(self.gate().await);
                    }
                }
                // Perhaps it was only too much for the time at the gate.
                Err(_) if gate.is_some() => gate = None,
                Err(error) => {
                    #[cfg(feature = "tracing")]
                    tracing::debug!("error.type" = error.reason(), "webhooks cannot be forwarded");
                    sleep(varied(wait)).await;
                    // A single delivery is the least that can be asked of a slow store.
                    (most, wait) = (1, (wait * 2).min(LONGEST_WAIT));
                }
            }
        }
    }

    /// Forwards the deliveries that have waited the longest. Returns their number.
    async fn forward(&self, most: usize, limit: Duration) -> Result<usize, StoreError> {
        let batch = self.file.first(most).await?;
        let (Some(first), Some(last)) = (batch.first(), batch.last().map(|last| last.id)) else { return Ok(0) };
        self.waiting().since = Some(first.delivery.received_at);
        let (number, bytes) = (batch.len(), batch.iter().map(|waiting| waiting.size).sum());
        let deliveries = batch.into_iter().map(|waiting| waiting.delivery).collect();
        within(limit, self.store.append(deliveries)).await?;
        failpoint::reached("spool.forwarded");
        self.file.remove(last).await?;
        self.forget(number, bytes);
        Ok(number)
    }

    /// Lets no append begin, and returns the time until which that may last.
    async fn gate(&self) -> (RwLockWriteGuard<'_, bool>, Instant) {
        let is_direct = self.is_direct.write().await;
        (is_direct, Instant::now() + self.patience)
    }

    /// Sends later appends to the store. Nothing is in the file, and nothing is being written into it.
    fn end(&self, mut is_direct: RwLockWriteGuard<'_, bool>) {
        // An append that failed after nobody waited for it any more is still counted.
        *self.waiting() = Spooled::default();
        #[cfg(feature = "tracing")]
        if !*is_direct {
            tracing::info!("the spool is empty; webhooks go to the store again");
        }
        *is_direct = true;
    }

    fn waiting(&self) -> MutexGuard<'_, Spooled> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts deliveries as no longer waiting.
    fn forget(&self, deliveries: usize, bytes: u64) {
        let mut waiting = self.waiting();
        waiting.deliveries = waiting.deliveries.saturating_sub(deliveries as u64);
        waiting.bytes = waiting.bytes.saturating_sub(bytes);
        if waiting.deliveries == 0 {
            waiting.since = None;
        }
    }
}

/// Waits for an operation of a store for at most some time.
async fn within<T>(limit: Duration, operation: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(limit, operation).await.map_err(|_| StoreError::Busy)?
}

#[async_trait]
impl<S: Store> Store for Spool<S> {
    async fn append(&self, deliveries: Vec<NewDelivery>) -> Result<Vec<Vec<Appended>>, StoreError> {
        self.0.shared.append(deliveries).await
    }

    fn spooled(&self) -> Option<Spooled> {
        Some(self.waiting())
    }

    async fn claim(&self, limits: ClaimLimits) -> Result<Vec<Claim>, StoreError> {
        self.0.shared.store.claim(limits).await
    }

    async fn renew(&self, leases: Vec<Lease>, lease: Duration) -> Result<Vec<LeaseState>, StoreError> {
        self.0.shared.store.renew(leases, lease).await
    }

    async fn complete(&self, completions: Vec<Completion>) -> Result<Vec<LeaseState>, StoreError> {
        self.0.shared.store.complete(completions).await
    }

    async fn list(&self, filter: ItemFilter) -> Result<Vec<InboxItem>, StoreError> {
        self.0.shared.store.list(filter).await
    }

    async fn read(&self, after: Option<ItemId>, limit: usize) -> Result<Vec<StoredItem>, StoreError> {
        self.0.shared.store.read(after, limit).await
    }

    async fn body(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.shared.store.body(id).await
    }

    async fn delivery_state(
        &self,
        message_id: &str,
        recipient: Option<&str>,
    ) -> Result<Option<DeliveryState>, StoreError> {
        self.0.shared.store.delivery_state(message_id, recipient).await
    }

    async fn operate(&self, actions: Vec<(ItemId, OperatorAction)>) -> Result<Vec<OperatorResult>, StoreError> {
        self.0.shared.store.operate(actions).await
    }

    async fn erase(&self, erasures: Vec<Erasure>) -> Result<u64, StoreError> {
        self.0.shared.store.erase(erasures).await
    }

    async fn sweep(&self, retention: Retention, budget: usize) -> Result<Swept, StoreError> {
        self.0.shared.store.sweep(retention, budget).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.0.shared.store.stats().await
    }

    async fn wait(&self, limit: Duration) {
        self.0.shared.store.wait(limit).await;
    }

    async fn enqueue(&self, messages: Vec<OutboxMessage>) -> Result<Vec<Enqueued>, StoreError> {
        self.0.shared.store.enqueue(messages).await
    }

    async fn advance(&self, results: Vec<SendResult>, limits: SendLimits) -> Result<Advanced, StoreError> {
        self.0.shared.store.advance(results, limits).await
    }

    async fn wait_to_send(&self, limit: Duration) {
        self.0.shared.store.wait_to_send(limit).await;
    }

    async fn renew_sender(&self, sender: SenderId, lease: Duration) -> Result<(), StoreError> {
        self.0.shared.store.renew_sender(sender, lease).await
    }

    async fn expire_sends(&self, hold: Duration, unresolved_after: Duration) -> Result<ExpiredSends, StoreError> {
        self.0.shared.store.expire_sends(hold, unresolved_after).await
    }

    async fn decide(&self, decisions: Vec<(OutboxId, Decision)>) -> Result<Vec<DecisionResult>, StoreError> {
        self.0.shared.store.decide(decisions).await
    }

    async fn messages(&self, filter: OutboxFilter) -> Result<Vec<OutboxEntry>, StoreError> {
        self.0.shared.store.messages(filter).await
    }

    async fn message_body(&self, id: OutboxId) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.shared.store.message_body(id).await
    }

    async fn candidates(&self, id: OutboxId) -> Result<Option<Candidates>, StoreError> {
        self.0.shared.store.candidates(id).await
    }

    async fn record_statuses(&self, asked: Vec<OutboxId>, updates: Vec<StatusUpdate>) -> Result<(), StoreError> {
        self.0.shared.store.record_statuses(asked, updates).await
    }

    async fn last_contact(&self, channel: &str, customer: Vec<RecipientKey>) -> Result<Option<Timestamp>, StoreError> {
        self.0.shared.store.last_contact(channel, customer).await
    }

    async fn claim_reports(&self, limit: usize, lease: Duration) -> Result<Vec<OutboxEntry>, StoreError> {
        self.0.shared.store.claim_reports(limit, lease).await
    }

    async fn complete_reports(&self, reports: Vec<Reported>) -> Result<(), StoreError> {
        self.0.shared.store.complete_reports(reports).await
    }

    async fn erase_messages(&self, recipients: Vec<RecipientKey>) -> Result<u64, StoreError> {
        self.0.shared.store.erase_messages(recipients).await
    }

    async fn property(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.0.shared.store.property(name).await
    }

    async fn set_property(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.0.shared.store.set_property(name, value).await
    }
}

impl<S> Clone for Spool<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> fmt::Debug for Spool<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spool").field("patience", &self.0.shared.patience).finish_non_exhaustive()
    }
}
