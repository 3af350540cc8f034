//! The store in PostgreSQL.

use std::fmt;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use incs_model::Timestamp;
use incs_model::delivery::DeliveryState;
use incs_relay::store::{
    Advanced, Appended, Candidates, Claim, ClaimLimits, Completion, Decision, DecisionResult, Enqueued, Erasure,
    ExpiredSends, InboxItem, ItemFilter, ItemId, Lease, LeaseState, NewDelivery, OperatorAction, OperatorResult,
    OutboxEntry, OutboxFilter, OutboxId, OutboxMessage, RecipientKey, Reported, Retention, SendLimits, SendResult,
    SenderId, Stats, StatusUpdate, Store, StoreError, StoredItem, Swept,
};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::batch::Batch;
use crate::database::Database;
use crate::inbox::{Appends, Completions, Looks};
use crate::listen::{self, Hints};
use crate::options::PgOptions;
use crate::outbox::{EnqueuedIn, Enqueues};
use crate::server::{self, ServerState};
use crate::{inbox, outbox, schema};

/// A [`Store`] in a PostgreSQL database, for any number of processes. Cheap to clone.
///
/// Each operation is one statement, which commits by itself, so a process that is stopped or cut off holds no lock. An append makes a second
/// one, which waits for the disk. Webhooks that arrive while a statement runs share the next one, with one sync of the disk. All times come from the database's clock.
#[derive(Clone)]
pub struct PgStore(Arc<Inner>);

struct Inner {
    database: Arc<Database>,
    appends: Batch<Appends>,
    completions: Batch<Completions>,
    enqueues: Batch<Enqueues>,
    hints: Arc<Hints>,
    listener: Option<JoinHandle<()>>,
    looks: Mutex<Looks>,
    /// Where the last sweep has stopped: among the items, and among the keys without open items.
    swept_to: [AtomicI64; 2],
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

impl PgStore {
    /// Opens a database such as `postgres://user:password@host/database`, with the default settings. Creates the schema of the store, and
    /// migrates an older one.
    ///
    /// # Errors
    ///
    /// As for [`PgOptions::open`].
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        PgOptions::new(url)?.open().await
    }

    /// Opens a store that exists, to look into it or to act as an operator.
    ///
    /// # Errors
    ///
    /// As for [`PgOptions::attach`].
    pub async fn attach(url: &str) -> Result<Self, StoreError> {
        PgOptions::new(url)?.attach().await
    }

    /// Returns the newest schema that this version knows.
    pub fn schema() -> u32 {
        schema::SCHEMA
    }

    /// Returns the schema that the database had before it was opened, 0 for a new one. `None` before it was reached.
    pub fn migrated_from(&self) -> Option<u32> {
        self.0.database.reached.get().copied()
    }

    /// Completes a leased item in a transaction of the caller on the same database, so that both happen or neither. The item is completed
    /// when the transaction is committed. If the result is [`Stale`](LeaseState::Stale), another holder has claimed the item since: roll
    /// the transaction back.
    ///
    /// A long transaction holds up no webhook and no other conversation. Nobody else gets the items of this one before it ends.
    ///
    /// # Errors
    ///
    /// Returns an error if the database refuses. The transaction has then failed.
    ///
    /// ```no_run
    /// use incs_relay::{Context, HandlerError, store::LeaseState};
    /// use incs_relay_postgres::{PgStore, tokio_postgres::Client};
    ///
    /// async fn book(store: &PgStore, client: &mut Client, context: Context) -> Result<(), HandlerError> {
    ///     let transaction = client.transaction().await?;
    ///     transaction.execute("UPDATE seats SET is_taken = true WHERE id = 7", &[]).await?;
    ///     match store.complete_in(&transaction, context.lease(), context.id()).await? {
    ///         LeaseState::Held => transaction.commit().await?,
    ///         LeaseState::Stale => transaction.rollback().await?,
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub async fn complete_in(
        &self,
        transaction: &tokio_postgres::Transaction<'_>,
        lease: Lease,
        item: ItemId,
    ) -> Result<LeaseState, StoreError> {
        inbox::complete_in(transaction, &self.complete_sql(), lease, item).await
    }

    /// Returns the SQL that completes a leased item in a transaction of the caller, for any library that speaks to PostgreSQL, such as sqlx.
    /// The parameters are the number of the ordering key ([`OrderingKey::as_i64`](incs_relay::store::OrderingKey::as_i64)), the fencing
    /// token of the lease, and the item, all as `bigint`. The result is one boolean: if it is false, the lease is stale, so roll back.
    pub fn complete_sql(&self) -> String {
        format!("SELECT {}.complete_in($1, $2, $3)", self.0.database.schema)
    }

    /// Stores a message to send in a transaction of the caller, in the database of the store. So a change and its message are stored
    /// together, or neither is.
    ///
    /// The transaction holds no lock of the store, so it may be long; only another one with the same key waits for it. The relay notices
    /// the message within 250 ms after the commit. Messages to one recipient are sent in the order in which the relay notices them: those
    /// of one transaction in their order, messages of several nearly in the order of the commits.
    ///
    /// A transaction with the isolation `REPEATABLE READ` or `SERIALIZABLE` does not see messages that were stored after its snapshot. If
    /// one of them has the same key, the first one counts, although the answer is [`New`](EnqueuedIn::New).
    ///
    /// The role of the transaction needs `USAGE` of the schema of the store, and `SELECT`, `INSERT` and `DELETE` of its tables `outbox` and
    /// `outbox_in`.
    ///
    /// # Errors
    ///
    /// Returns an error if the statement fails. The transaction can then only be rolled back.
    ///
    /// ```no_run
    /// use incs_relay::store::OutboxMessage;
    /// use incs_relay_postgres::{PgStore, tokio_postgres::Client};
    ///
    /// async fn ship(store: &PgStore, client: &mut Client, order: i64, message: &OutboxMessage) -> anyhow::Result<()> {
    ///     let transaction = client.transaction().await?;
    ///     transaction.execute("UPDATE orders SET is_shipped = true WHERE id = $1", &[&order]).await?;
    ///     store.enqueue_in(&transaction, message).await?;
    ///     Ok(transaction.commit().await?)
    /// }
    /// ```
    pub async fn enqueue_in(
        &self,
        transaction: &tokio_postgres::Transaction<'_>,
        message: &OutboxMessage,
    ) -> Result<EnqueuedIn, StoreError> {
        self.0.database.prepare().await?;
        outbox::enqueue_in(transaction, &self.enqueue_sql(), message).await
    }

    /// Returns the statement that [`enqueue_in`](Self::enqueue_in) makes, for transactions of other drivers, such as sqlx. It returns one
    /// row with a `smallint`: 0 if the message is new, 1 if the same message is stored under the key, 2 if another message is. In the last
    /// two cases, nothing is stored.
    ///
    /// The parameters are members of [`OutboxMessage`]:
    ///
    /// | place | type | value |
    /// | --- | --- | --- |
    /// | `$1` | `text` | `key` |
    /// | `$2` | `text` | `channel` |
    /// | `$3` | `bytea` | `body` |
    /// | `$4` | `bigint` or null | `recipient`, by [`RecipientKey::as_i64`] |
    /// | `$5` | `bytea` or null | `content`, by [`ContentKey::as_bytes`](incs_relay::store::ContentKey::as_bytes) |
    /// | `$6` | `boolean` | `is_ordered` |
    /// | `$7` | `boolean` | `is_free_form` |
    /// | `$8` | `bigint` or null | `not_after`, in milliseconds since 1970 |
    pub fn enqueue_sql(&self) -> String {
        format!("SELECT {}.enqueue_in($1, $2, $3, $4, $5, $6, $7, $8)", self.0.database.schema)
    }

    /// Returns the state of the server, for operators.
    ///
    /// # Errors
    ///
    /// Returns an error if the database cannot be reached.
    pub async fn server(&self) -> Result<ServerState, StoreError> {
        server::state(&self.0.database).await
    }

    /// Waits for the statements that run, and ends the connections. Later operations fail.
    pub async fn close(self) {
        let pool = &self.0.database.pool;
        let is_in_use = || {
            let status = pool.status();
            status.size > status.available
        };
        // A statement ends within 10 seconds.
        while is_in_use() {
            sleep(Duration::from_millis(5)).await;
        }
        pool.close();
    }
}

impl PgOptions {
    /// Opens the store. Creates its schema, and migrates an older one.
    ///
    /// # Errors
    ///
    /// Returns an error if the database cannot be reached, if its settings lose what was committed, or if a newer version has written the
    /// schema.
    pub async fn open(self) -> Result<PgStore, StoreError> {
        let store = self.store(true)?;
        store.0.database.prepare().await?;
        Ok(store)
    }

    /// Opens a store that exists, to look into it or to act as an operator.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open), and if the schema does not exist or is older than this version.
    pub async fn attach(self) -> Result<PgStore, StoreError> {
        let store = self.store(false)?;
        store.0.database.prepare().await?;
        Ok(store)
    }

    /// Opens the store without waiting for the database: it is checked, and its schema created or migrated, when it is first reached. Until
    /// then all operations fail. For a program that has a [`Spool`](incs_relay::store::Spool) and must receive webhooks even if it starts
    /// while the database is down. Call it within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns an error if the settings cannot be used.
    pub fn open_lazily(self) -> Result<PgStore, StoreError> {
        self.store(true)
    }

    fn store(self, is_created: bool) -> Result<PgStore, StoreError> {
        let options = self.prepare_tls()?;
        let database = Arc::new(Database {
            pool: options.pool()?,
            schema: options.schema.clone(),
            clock: options.clock.clone(),
            is_created,
            reached: OnceCell::new(),
        });
        let (bytes, calls) = (options.max_waiting_bytes, options.max_batch);
        let hints = Arc::new(Hints::default());
        Ok(PgStore(Arc::new(Inner {
            appends: Batch::start(Appends(Arc::clone(&database)), bytes, calls),
            completions: Batch::start(Completions(Arc::clone(&database)), bytes, calls),
            enqueues: Batch::start(Enqueues(Arc::clone(&database)), bytes, calls),
            database,
            listener: options.is_listening.then(|| listen::start(options, Arc::clone(&hints))),
            hints,
            looks: Mutex::default(),
            swept_to: Default::default(),
        })))
    }
}

#[async_trait]
impl Store for PgStore {
    async fn append(&self, deliveries: Vec<NewDelivery>) -> Result<Vec<Vec<Appended>>, StoreError> {
        let answers = self.0.appends.run(deliveries).await?;
        self.0.hints.is_ready.notify_one();
        Ok(answers)
    }

    async fn claim(&self, limits: ClaimLimits) -> Result<Vec<Claim>, StoreError> {
        inbox::claim(&self.0.database, limits, &self.0.looks).await
    }

    async fn renew(&self, leases: Vec<Lease>, lease: Duration) -> Result<Vec<LeaseState>, StoreError> {
        inbox::renew(&self.0.database, &leases, lease).await
    }

    async fn complete(&self, completions: Vec<Completion>) -> Result<Vec<LeaseState>, StoreError> {
        let has_messages = completions.iter().any(|one| !one.enqueue.is_empty());
        let states = self.0.completions.run(completions).await?;
        self.0.hints.is_ready.notify_one();
        if has_messages {
            self.0.hints.is_queued.notify_one();
        }
        states.into_iter().collect()
    }

    async fn list(&self, filter: ItemFilter) -> Result<Vec<InboxItem>, StoreError> {
        inbox::list(&self.0.database, &filter).await
    }

    async fn read(&self, after: Option<ItemId>, limit: usize) -> Result<Vec<StoredItem>, StoreError> {
        inbox::read(&self.0.database, after, limit).await
    }

    async fn body(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreError> {
        inbox::body(&self.0.database, id).await
    }

    async fn delivery_state(
        &self,
        message_id: &str,
        recipient: Option<&str>,
    ) -> Result<Option<DeliveryState>, StoreError> {
        inbox::delivery_state(&self.0.database, message_id, recipient).await
    }

    async fn operate(&self, actions: Vec<(ItemId, OperatorAction)>) -> Result<Vec<OperatorResult>, StoreError> {
        let results = inbox::operate(&self.0.database, &actions).await?;
        self.0.hints.is_ready.notify_one();
        Ok(results)
    }

    async fn erase(&self, erasures: Vec<Erasure>) -> Result<u64, StoreError> {
        let erased = inbox::erase(&self.0.database, &erasures).await?;
        self.0.hints.is_ready.notify_one();
        Ok(erased)
    }

    async fn sweep(&self, retention: Retention, budget: usize) -> Result<Swept, StoreError> {
        let budget = budget.clamp(1, 10_000);
        let swept = inbox::sweep(&self.0.database, retention, budget, &self.0.swept_to).await?;
        let (messages, is_outbox_finished) = outbox::sweep(&self.0.database, retention, budget).await?;
        Ok(Swept { messages, is_finished: swept.is_finished && is_outbox_finished, ..swept })
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let stats = inbox::stats(&self.0.database).await?;
        outbox::stats(&self.0.database, stats).await
    }

    async fn wait(&self, limit: Duration) {
        drop(timeout(limit, self.0.hints.is_ready.notified()).await);
    }

    async fn enqueue(&self, messages: Vec<OutboxMessage>) -> Result<Vec<Enqueued>, StoreError> {
        let enqueued = self.0.enqueues.run(messages).await?;
        self.0.hints.is_queued.notify_one();
        Ok(enqueued)
    }

    async fn advance(&self, results: Vec<SendResult>, limits: SendLimits) -> Result<Advanced, StoreError> {
        let has_results = !results.is_empty();
        let advanced = outbox::advance(&self.0.database, &results, limits).await?;
        if has_results {
            // The next message of the same order may be due.
            self.0.hints.is_queued.notify_one();
        }
        Ok(advanced)
    }

    async fn wait_to_send(&self, limit: Duration) {
        drop(timeout(limit, self.0.hints.is_queued.notified()).await);
    }

    async fn renew_sender(&self, sender: SenderId, lease: Duration) -> Result<(), StoreError> {
        outbox::renew_sender(&self.0.database, sender, lease).await
    }

    async fn expire_sends(&self, hold: Duration, unresolved_after: Duration) -> Result<ExpiredSends, StoreError> {
        outbox::expire_sends(&self.0.database, hold, unresolved_after).await
    }

    async fn decide(&self, decisions: Vec<(OutboxId, Decision)>) -> Result<Vec<DecisionResult>, StoreError> {
        let results = outbox::decide(&self.0.database, &decisions).await?;
        self.0.hints.is_queued.notify_one();
        Ok(results)
    }

    async fn messages(&self, filter: OutboxFilter) -> Result<Vec<OutboxEntry>, StoreError> {
        outbox::messages(&self.0.database, &filter).await
    }

    async fn message_body(&self, id: OutboxId) -> Result<Option<Vec<u8>>, StoreError> {
        outbox::message_body(&self.0.database, id).await
    }

    async fn candidates(&self, id: OutboxId) -> Result<Option<Candidates>, StoreError> {
        outbox::candidates(&self.0.database, id).await
    }

    async fn record_statuses(&self, asked: Vec<OutboxId>, updates: Vec<StatusUpdate>) -> Result<(), StoreError> {
        outbox::record_statuses(&self.0.database, &asked, &updates).await
    }

    async fn last_contact(&self, channel: &str, customer: Vec<RecipientKey>) -> Result<Option<Timestamp>, StoreError> {
        outbox::last_contact(&self.0.database, channel, &customer).await
    }

    async fn claim_reports(&self, limit: usize, lease: Duration) -> Result<Vec<OutboxEntry>, StoreError> {
        outbox::claim_reports(&self.0.database, limit, lease).await
    }

    async fn complete_reports(&self, reports: Vec<Reported>) -> Result<(), StoreError> {
        outbox::complete_reports(&self.0.database, &reports).await
    }

    async fn erase_messages(&self, recipients: Vec<RecipientKey>) -> Result<u64, StoreError> {
        outbox::erase_messages(&self.0.database, &recipients).await
    }

    async fn property(&self, name: &str) -> Result<Option<String>, StoreError> {
        outbox::property(&self.0.database, name).await
    }

    async fn set_property(&self, name: &str, value: &str) -> Result<(), StoreError> {
        outbox::set_property(&self.0.database, name, value).await
    }
}

impl fmt::Debug for PgStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgStore").field("schema", &self.0.database.schema).finish_non_exhaustive()
    }
}
