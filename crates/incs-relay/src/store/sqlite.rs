//! The store in one SQLite file, and the file of a spool.

mod delivery_state;
mod evidence;
mod inbox;
mod key;
mod outbox;
mod outbox_row;
mod schema;
mod sending;
mod spool_file;
mod upkeep;
mod writer;

use std::fmt;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use incs_model::Timestamp;
use incs_model::delivery::DeliveryState;
use rusqlite::Connection;
use tokio::sync::Notify;

use self::schema::STORE;
pub(super) use self::spool_file::{Row, SpoolFile};
use self::writer::{Checkpoints, Reader, Writer};
use super::keys::RecipientKey;
use super::outbox::{
    Advanced, Candidates, Decision, DecisionResult, Enqueued, ExpiredSends, OutboxEntry, OutboxFilter, OutboxId,
    OutboxMessage, Reported, SendLimits, SendResult, SenderId,
};
use super::types::{
    Appended, Claim, ClaimLimits, Completion, Erasure, InboxItem, ItemFilter, ItemId, Lease, LeaseState, NewDelivery,
    OperatorAction, OperatorResult, Retention, Stats, StatusUpdate, StoredItem, Swept,
};
use super::{Store, StoreError};
use crate::clock::Clock;

/// Milliseconds since 1970.
type Millis = i64;

/// The time for which opening waits for a process that is ending.
const OWNER_PATIENCE: Duration = Duration::from_secs(1);

/// A [`Store`] in one SQLite file, for one process. Cheap to clone.
///
/// One thread writes: it commits everything that waits in one transaction, with one sync of the disk. A second thread moves SQLite's log
/// into the file, and a third one reads.
///
/// - The file, its log and the lock file beside it can be read by the owner of the process only (mode 0600).
/// - A second process that opens the file is refused. [`SqliteStore::attach`] opens it for a tool that looks or acts beside the owner.
/// - Put the file on a local disk. SQLite cannot work on a network file system.
#[derive(Clone)]
pub struct SqliteStore(Arc<Inner>);

struct Inner {
    path: PathBuf,
    clock: Clock,
    writer: Writer,
    reader: Reader,
    is_ready: Notify,
    is_queued: Notify,
    swept_to: AtomicI64,
    migrated_from: u32,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Dropped in this order: the checkpoints end, then the lock is released.
    _checkpoints: Option<Checkpoints>,
    _owner: Option<File>,
}

/// The settings of a [`SqliteStore`].
#[derive(Clone)]
pub struct SqliteOptions {
    path: PathBuf,
    clock: Clock,
    max_waiting_bytes: usize,
    max_jobs: usize,
    is_created: bool,
}

impl SqliteOptions {
    /// Returns the default settings for a file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let (clock, max_jobs) = (Clock::steady(), writer::MAX_JOBS);
        Self { path: path.into(), clock, max_waiting_bytes: 64 << 20, max_jobs, is_created: true }
    }

    /// Sets the largest number of bytes that wait to be written, 64 MiB by default. Beyond it the store answers that it is busy.
    #[must_use]
    pub fn with_max_waiting_bytes(self, bytes: usize) -> Self {
        Self { max_waiting_bytes: bytes, ..self }
    }

    /// Sets the largest number of operations in one transaction, 1,024 by default. For measuring the effect of group commit.
    #[doc(hidden)]
    #[must_use]
    pub fn with_max_jobs(self, jobs: usize) -> Self {
        Self { max_jobs: jobs.max(1), ..self }
    }

    /// Refuses a file that does not exist, instead of creating it.
    #[must_use]
    pub fn existing(self) -> Self {
        Self { is_created: false, ..self }
    }

    /// Sets the clock, for tests.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Opens the store as its owner, and migrates an older schema.
    ///
    /// # Errors
    ///
    /// Returns an error if another process owns the store, if a newer version has written it, if SQLite is too old, or if the file cannot
    /// be used.
    pub async fn open(self) -> Result<SqliteStore, StoreError> {
        blocking(move || Inner::open(self, true)).await
    }

    /// Opens the store beside its owner. See [`SqliteStore::attach`].
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open), except that the store may have an owner.
    pub async fn attach(self) -> Result<SqliteStore, StoreError> {
        blocking(move || Inner::open(self.existing(), false)).await
    }
}

impl fmt::Debug for SqliteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOptions").field("path", &self.path).finish_non_exhaustive()
    }
}

async fn blocking(
    open: impl FnOnce() -> Result<SqliteStore, StoreError> + Send + 'static,
) -> Result<SqliteStore, StoreError> {
    tokio::task::spawn_blocking(open).await.map_err(|_| StoreError::Closed)?
}

impl SqliteStore {
    /// Opens a file as its owner, with the default settings. Creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// As for [`SqliteOptions::open`].
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        SqliteOptions::new(path).open().await
    }

    /// Opens an existing file beside the process that owns it, to look into it or to act as an operator. It writes in short transactions
    /// of its own, which wait for those of the owner.
    ///
    /// # Errors
    ///
    /// As for [`SqliteOptions::attach`].
    pub async fn attach(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        SqliteOptions::new(path).attach().await
    }

    /// Returns the newest schema that this version knows.
    pub fn schema() -> u32 {
        schema::SCHEMA
    }

    /// Returns the version of SQLite, such as `3.51.3`.
    pub fn sqlite_version() -> &'static str {
        rusqlite::version()
    }

    /// Returns the schema that the file had before it was opened, 0 for a new file.
    pub fn migrated_from(&self) -> u32 {
        self.0.migrated_from
    }

    /// Runs a closure and completes an item in the same transaction, so that both happen or neither.
    ///
    /// The closure runs on the writer thread: nothing else is written meanwhile, so it must only use the connection, and not wait for
    /// anything. It must not end the transaction. After `limit`, SQLite interrupts its statements and all its changes are undone.
    ///
    /// # Errors
    ///
    /// Returns the closure's error, [`CompleteInError::Stale`] if another holder has claimed the item since, or an error of the store. In
    /// each case nothing was changed.
    pub async fn complete_in<T, E>(
        &self,
        lease: Lease,
        item: ItemId,
        limit: Duration,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, CompleteInError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let job = move |connection: &mut Connection| {
            let engine = |error: rusqlite::Error| CompleteInError::Store(failure(&error));
            let deadline = Instant::now() + limit;
            connection.progress_handler(1000, Some(move || Instant::now() > deadline)).map_err(engine)?;
            let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(connection)));
            connection.progress_handler(0, None::<fn() -> bool>).map_err(engine)?;
            let value = match worked {
                _ if Instant::now() > deadline => return Err(CompleteInError::TooSlow),
                Ok(result) => result.map_err(CompleteInError::Work)?,
                Err(_) => return Err(CompleteInError::Panicked),
            };
            if connection.is_autocommit() {
                return Err(CompleteInError::Store(writer::ended()));
            }
            // With an error, the closure's changes are undone.
            match inbox::complete_open(connection, lease, item).map_err(engine)? {
                LeaseState::Held => Ok(value),
                LeaseState::Stale => Err(CompleteInError::Stale),
            }
        };
        let value = self.0.writer.run("complete", true, 0, job).await?;
        // The closure may have enqueued a message.
        self.0.is_queued.notify_one();
        Ok(value)
    }

    /// The SQL that stores a message to send, for a program that writes its own tables into the same file. It is one statement, so that
    /// any SQLite library can run it in the transaction in which the program stores the reason for the message. A message with a key that
    /// is known is not stored again, so repeating the statement is safe.
    ///
    /// The parameters are numbered, since some libraries, such as sqlx, know no others. Times are milliseconds since 1970:
    ///
    /// | parameter | value |
    /// | --- | --- |
    /// | `?1` to `?3` | `key`, `channel` and `body` of the [`OutboxMessage`] |
    /// | `?4` | its `recipient` as [`RecipientKey::as_i64`], or null |
    /// | `?5` | its `content` as [`ContentKey::as_bytes`](super::ContentKey::as_bytes), or null |
    /// | `?6`, `?7` | `is_ordered` and `is_free_form`, as 0 or 1 |
    /// | `?8` | `not_after`, or null |
    /// | `?9` | the time |
    ///
    /// With `rusqlite`, use [`enqueue_in`](Self::enqueue_in).
    ///
    /// The transaction holds the only write lock of the file, and webhooks wait for it. So keep it short, and begin it with
    /// `BEGIN IMMEDIATE`. The relay notices the message within 250 ms after the commit.
    ///
    /// ```
    /// use incs_relay::store::{OutboxMessage, SqliteStore};
    /// use rusqlite::{Connection, TransactionBehavior, params};
    ///
    /// fn ship(connection: &mut Connection, order: i64, message: &OutboxMessage, now: i64) -> rusqlite::Result<()> {
    ///     let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    ///     transaction.execute("UPDATE orders SET is_shipped = true WHERE id = ?1", [order])?;
    ///     transaction.execute(SqliteStore::ENQUEUE_SQL, params![
    ///         message.key,
    ///         message.channel,
    ///         &message.body[..],
    ///         message.recipient.map(|recipient| recipient.as_i64()),
    ///         message.content.map(|content| content.as_bytes().to_vec()),
    ///         message.is_ordered,
    ///         message.is_free_form,
    ///         message.not_after.map(|time| time.as_millisecond()),
    ///         now,
    ///     ])?;
    ///     transaction.commit()
    /// }
    /// ```
    pub const ENQUEUE_SQL: &str = outbox::ENQUEUE;

    /// Stores a message to send in a transaction of the caller, who has opened the same file and writes its own tables into it. So a
    /// change and its message are stored together, or neither is. The time is that of the system's clock.
    ///
    /// The transaction holds the only write lock of the file, and webhooks wait for it. So keep it short, and begin it with
    /// `BEGIN IMMEDIATE`. The relay notices the message within 250 ms after the commit. The closure of [`complete_in`](Self::complete_in)
    /// can also enqueue with its connection.
    ///
    /// Give the program's tables names with a prefix of their own: the store has tables such as `item` and `outbox`, and a later version
    /// may add others.
    ///
    /// # Errors
    ///
    /// Returns an error if the connection cannot write, or if the file is no store of this version.
    ///
    /// ```
    /// use incs_relay::store::{OutboxMessage, SqliteStore};
    /// use rusqlite::{Connection, TransactionBehavior};
    ///
    /// fn ship(connection: &mut Connection, order: i64, message: &OutboxMessage) -> anyhow::Result<()> {
    ///     let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    ///     transaction.execute("UPDATE orders SET is_shipped = true WHERE id = ?1", [order])?;
    ///     SqliteStore::enqueue_in(&transaction, message)?;
    ///     Ok(transaction.commit()?)
    /// }
    /// ```
    pub fn enqueue_in(connection: &Connection, message: &OutboxMessage) -> Result<Enqueued, StoreError> {
        outbox::enqueue_one(connection, millis_of(Timestamp::now()), message).map_err(|error| failure(&error))
    }

    /// Returns the number of commits since the file was opened, and of those among them that synced the disk. Divided by the number of
    /// webhooks, it shows the effect of committing together.
    pub fn commits(&self) -> (u64, u64) {
        self.0.writer.commits()
    }

    /// Rewrites the file without the space of removed items.
    ///
    /// # Errors
    ///
    /// Returns an error if the disk has no room for a second copy of the file.
    pub async fn vacuum(&self) -> Result<(), StoreError> {
        let path = self.0.path.clone();
        let vacuum = move || {
            let connection = schema::open(&path, &STORE)?;
            let vacuumed = connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
            vacuumed.map_err(|error| failure(&error))
        };
        tokio::task::spawn_blocking(vacuum).await.map_err(|_| StoreError::Closed)?
    }

    /// Waits until everything is written, and releases the file. Dropping the last clone does the same without waiting.
    pub async fn close(self) {
        let threads = std::mem::take(&mut *self.0.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let Ok(inner) = Arc::try_unwrap(self.0) else { return };
        let ended = tokio::task::spawn_blocking(move || {
            let Inner { writer, reader, _checkpoints: checkpoints, _owner: owner, .. } = inner;
            drop((writer, reader, checkpoints));
            // A thread that panicked has nothing left to end.
            for thread in threads {
                drop(thread.join());
            }
            drop(owner);
        });
        drop(ended.await);
    }

    fn now(&self) -> Millis {
        millis_of(self.0.clock.now())
    }
}

impl Inner {
    fn open(options: SqliteOptions, is_owner: bool) -> Result<SqliteStore, StoreError> {
        let SqliteOptions { path, clock, max_waiting_bytes, max_jobs, is_created } = options;
        if !is_created && !path.is_file() {
            return Err(StoreError::Unsuitable("the file does not exist".to_owned()));
        }
        let path = prepare(&path)?;
        let owner = if is_owner { Some(own(&path)?) } else { None };
        let connect = || schema::open(&path, &STORE);
        let connection = connect()?;
        let migrated_from =
            if is_owner { schema::migrate(&connection, &STORE)? } else { schema::found(&connection, &STORE)? };
        if migrated_from < schema::SCHEMA && !is_owner {
            return Err(StoreError::Unsuitable("the store has an older schema; migrate it first".to_owned()));
        }
        if is_owner {
            inbox::take_over(&connection, millis_of(clock.now())).map_err(|error| failure(&error))?;
        }
        let checkpoints = if is_owner { Some(writer::start_checkpoints(connect()?, &path)?) } else { None };
        let (checkpoints, checkpointer) = checkpoints.unzip();
        let (reader, reading) = Reader::start(schema::open_to_read(&path)?)?;
        let (writer, writing) = Writer::start(connection, max_waiting_bytes, max_jobs)?;
        let threads = Mutex::new(checkpointer.into_iter().chain([reading, writing]).collect());
        Ok(SqliteStore(Arc::new(Self {
            path,
            clock,
            writer,
            reader,
            is_ready: Notify::new(),
            is_queued: Notify::new(),
            swept_to: AtomicI64::new(0),
            migrated_from,
            threads,
            _checkpoints: checkpoints,
            _owner: owner,
        })))
    }
}

/// Creates the file if it does not exist, for the owner of the process only, and returns its real path.
fn prepare(path: &Path) -> Result<PathBuf, StoreError> {
    let cannot = |what: &str, error: &std::io::Error| StoreError::Unsuitable(format!("cannot {what}: {error}"));
    private(OpenOptions::new().create(true).append(true))
        .open(path)
        .map_err(|error| cannot("open the file", &error))?;
    // The lock and the log are named after the file, so all names of it must lead to the same ones.
    let path = path.canonicalize().map_err(|error| cannot("find the file", &error))?;
    check_names(&path).map_err(|error| cannot("use the file", &error))?;
    Ok(path)
}

/// Refuses a file with several names, which hard links are: each would get a lock and a log of its own.
#[cfg(unix)]
fn check_names(path: &Path) -> std::io::Result<()> {
    match std::os::unix::fs::MetadataExt::nlink(&path.metadata()?) {
        0 | 1 => Ok(()),
        _ => Err(std::io::Error::other("it has several names (hard links), remove the others")),
    }
}

#[cfg(not(unix))]
fn check_names(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Takes the lock of the owner.
fn own(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let unusable = |error: &std::io::Error| StoreError::Unsuitable(format!("cannot open the lock file: {error}"));
    let lock = private(OpenOptions::new().create(true).append(true)).open(name).map_err(|error| unusable(&error))?;
    let deadline = Instant::now() + OWNER_PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(std::fs::TryLockError::WouldBlock) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(20));
            }
            Err(std::fs::TryLockError::WouldBlock) => return Err(StoreError::Owned),
            Err(std::fs::TryLockError::Error(error)) => return Err(unusable(&error)),
        }
    }
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// The reason why [`SqliteStore::complete_in`] changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompleteInError<E> {
    /// The closure failed.
    #[error("the closure failed")]
    Work(E),
    /// The closure panicked.
    #[error("the closure panicked")]
    Panicked,
    /// The closure took longer than its limit.
    #[error("the closure took longer than its limit")]
    TooSlow,
    /// Another holder has claimed the item since, or the item is completed.
    #[error("the lease is stale")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[async_trait]
impl Store for SqliteStore {
    async fn append(&self, deliveries: Vec<NewDelivery>) -> Result<Vec<Vec<Appended>>, StoreError> {
        let now = self.now();
        let bytes = deliveries.iter().map(|delivery| delivery.body.len() + delivery.envelope.len() + 256).sum();
        let append = move |connection: &mut Connection| {
            inbox::append(connection, now, &deliveries).map_err(|error| failure(&error))
        };
        let answers = self.0.writer.run("append", true, bytes, append).await?;
        self.0.is_ready.notify_one();
        Ok(answers)
    }

    async fn claim(&self, limits: ClaimLimits) -> Result<Vec<Claim>, StoreError> {
        let now = self.now();
        let claim =
            move |connection: &mut Connection| inbox::claim(connection, now, limits).map_err(|error| failure(&error));
        self.0.writer.run("claim", false, 0, claim).await
    }

    async fn renew(&self, leases: Vec<Lease>, lease: Duration) -> Result<Vec<LeaseState>, StoreError> {
        let until = self.now().saturating_add(millis(lease));
        let renew = move |connection: &mut Connection| {
            inbox::renew(connection, until, &leases).map_err(|error| failure(&error))
        };
        self.0.writer.run("renew", false, 0, renew).await
    }

    async fn complete(&self, completions: Vec<Completion>) -> Result<Vec<LeaseState>, StoreError> {
        let now = self.now();
        let bytes = completions.iter().flat_map(|one| &one.enqueue).map(|message| message.body.len()).sum();
        let is_durable = completions.iter().any(|one| !one.enqueue.is_empty());
        let complete = move |connection: &mut Connection| inbox::complete(connection, now, &completions);
        let states = self.0.writer.run("complete", is_durable, bytes, complete).await?;
        self.0.is_ready.notify_one();
        if is_durable {
            self.0.is_queued.notify_one();
        }
        Ok(states)
    }

    async fn list(&self, filter: ItemFilter) -> Result<Vec<InboxItem>, StoreError> {
        self.0.reader.run(move |connection| upkeep::list(connection, &filter)).await
    }

    async fn read(&self, after: Option<ItemId>, limit: usize) -> Result<Vec<StoredItem>, StoreError> {
        self.0.reader.run(move |connection| upkeep::read(connection, after, limit)).await
    }

    async fn body(&self, id: ItemId) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.reader.run(move |connection| upkeep::body(connection, id)).await
    }

    async fn delivery_state(
        &self,
        message_id: &str,
        recipient: Option<&str>,
    ) -> Result<Option<DeliveryState>, StoreError> {
        let name = delivery_state::name(message_id, recipient);
        self.0.reader.run(move |connection| delivery_state::load(connection, &name)).await
    }

    async fn operate(&self, actions: Vec<(ItemId, OperatorAction)>) -> Result<Vec<OperatorResult>, StoreError> {
        let now = self.now();
        let operate = move |connection: &mut Connection| {
            upkeep::operate(connection, now, &actions).map_err(|error| failure(&error))
        };
        let results = self.0.writer.run("operate", true, 0, operate).await?;
        self.0.is_ready.notify_one();
        Ok(results)
    }

    async fn erase(&self, erasures: Vec<Erasure>) -> Result<u64, StoreError> {
        let now = self.now();
        let erase = move |connection: &mut Connection| {
            upkeep::erase(connection, now, &erasures).map_err(|error| failure(&error))
        };
        let erased = self.0.writer.run("erase", true, 0, erase).await?;
        self.0.is_ready.notify_one();
        Ok(erased)
    }

    async fn sweep(&self, retention: Retention, budget: usize) -> Result<Swept, StoreError> {
        let now = self.now();
        let from = self.0.swept_to.load(Ordering::Relaxed);
        let budget = budget.clamp(1, 10_000);
        let sweep = move |connection: &mut Connection| {
            upkeep::sweep(connection, now, retention, budget, from).map_err(|error| failure(&error))
        };
        let (swept, to) = self.0.writer.run("sweep", false, 0, sweep).await?;
        self.0.swept_to.store(to, Ordering::Relaxed);
        Ok(swept)
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.0.reader.run(upkeep::stats).await
    }

    async fn wait(&self, limit: Duration) {
        drop(tokio::time::timeout(limit, self.0.is_ready.notified()).await);
    }

    async fn enqueue(&self, messages: Vec<OutboxMessage>) -> Result<Vec<Enqueued>, StoreError> {
        let now = self.now();
        let bytes = messages.iter().map(|message| message.body.len()).sum();
        let enqueue = move |connection: &mut Connection| {
            outbox::enqueue(connection, now, &messages).map_err(|error| failure(&error))
        };
        let enqueued = self.0.writer.run("enqueue", true, bytes, enqueue).await?;
        self.0.is_queued.notify_one();
        Ok(enqueued)
    }

    async fn advance(&self, results: Vec<SendResult>, limits: SendLimits) -> Result<Advanced, StoreError> {
        let now = self.now();
        let has_results = !results.is_empty();
        let is_durable = has_results || limits.limit > 0;
        let advance = move |connection: &mut Connection| {
            sending::advance(connection, now, &results, limits).map_err(|error| failure(&error))
        };
        let advanced = self.0.writer.run("advance", is_durable, 0, advance).await?;
        if has_results {
            // The next message of the same order may be due.
            self.0.is_queued.notify_one();
        }
        Ok(advanced)
    }

    async fn wait_to_send(&self, limit: Duration) {
        drop(tokio::time::timeout(limit, self.0.is_queued.notified()).await);
    }

    async fn renew_sender(&self, sender: SenderId, lease: Duration) -> Result<(), StoreError> {
        let now = self.now();
        let renew = move |connection: &mut Connection| {
            sending::renew(connection, now, sender, lease).map_err(|error| failure(&error))
        };
        self.0.writer.run("renew_sender", false, 0, renew).await
    }

    async fn expire_sends(&self, hold: Duration, unresolved_after: Duration) -> Result<ExpiredSends, StoreError> {
        let now = self.now();
        let expire = move |connection: &mut Connection| {
            sending::expire(connection, now, hold, unresolved_after).map_err(|error| failure(&error))
        };
        self.0.writer.run("expire", false, 0, expire).await
    }

    async fn decide(&self, decisions: Vec<(OutboxId, Decision)>) -> Result<Vec<DecisionResult>, StoreError> {
        let now = self.now();
        let decide = move |connection: &mut Connection| {
            sending::decide(connection, now, &decisions).map_err(|error| failure(&error))
        };
        let results = self.0.writer.run("decide", true, 0, decide).await?;
        self.0.is_queued.notify_one();
        Ok(results)
    }

    async fn messages(&self, filter: OutboxFilter) -> Result<Vec<OutboxEntry>, StoreError> {
        self.0.reader.run(move |connection| outbox::messages(connection, &filter)).await
    }

    async fn message_body(&self, id: OutboxId) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.reader.run(move |connection| outbox::body(connection, id)).await
    }

    async fn candidates(&self, id: OutboxId) -> Result<Option<Candidates>, StoreError> {
        self.0.reader.run(move |connection| evidence::candidates(connection, id)).await
    }

    async fn record_statuses(&self, asked: Vec<OutboxId>, updates: Vec<StatusUpdate>) -> Result<(), StoreError> {
        let now = self.now();
        let record = move |connection: &mut Connection| {
            evidence::record_statuses(connection, now, &asked, &updates).map_err(|error| failure(&error))
        };
        self.0.writer.run("record_statuses", false, 0, record).await
    }

    async fn last_contact(&self, channel: &str, customer: Vec<RecipientKey>) -> Result<Option<Timestamp>, StoreError> {
        let channel = channel.to_owned();
        self.0.reader.run(move |connection| evidence::last_contact(connection, &channel, &customer)).await
    }

    async fn claim_reports(&self, limit: usize, lease: Duration) -> Result<Vec<OutboxEntry>, StoreError> {
        let now = self.now();
        let claim = move |connection: &mut Connection| {
            outbox::claim_reports(connection, now, limit, millis(lease)).map_err(|error| failure(&error))
        };
        self.0.writer.run("claim_reports", false, 0, claim).await
    }

    async fn complete_reports(&self, reports: Vec<Reported>) -> Result<(), StoreError> {
        let now = self.now();
        let complete = move |connection: &mut Connection| {
            outbox::complete_reports(connection, now, &reports).map_err(|error| failure(&error))
        };
        self.0.writer.run("complete_reports", false, 0, complete).await
    }

    async fn erase_messages(&self, recipients: Vec<RecipientKey>) -> Result<u64, StoreError> {
        let now = self.now();
        let erase = move |connection: &mut Connection| {
            outbox::erase(connection, now, &recipients).map_err(|error| failure(&error))
        };
        self.0.writer.run("erase_messages", true, 0, erase).await
    }

    async fn property(&self, name: &str) -> Result<Option<String>, StoreError> {
        let name = name.to_owned();
        self.0.reader.run(move |connection| outbox::property(connection, &name)).await
    }

    async fn set_property(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.to_owned());
        let set = move |connection: &mut Connection| {
            outbox::set_property(connection, &name, &value).map_err(|error| failure(&error))
        };
        self.0.writer.run("set_property", true, 0, set).await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.0.path).finish_non_exhaustive()
    }
}

/// Returns the error of the store for an error of SQLite.
fn failure(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(code) => StoreError::Engine(format!("SQLite: {code:?}")),
        // The other errors may quote a value.
        None => StoreError::Engine("SQLite returned data of an unexpected form".to_owned()),
    }
}

/// Returns a number for a column or a limit. A larger one than SQLite knows is the largest.
fn number(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}

fn millis_of(time: Timestamp) -> Millis {
    time.as_millisecond()
}

/// Returns a time, or the nearest one that can be shown.
fn timestamp(millis: Millis) -> Timestamp {
    let nearest = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(nearest)
}
