//! The writer thread: it takes the jobs that wait and commits them together. A second thread moves the log into the file.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::failure;
use crate::failpoint;
use crate::store::StoreError;

/// The largest number of jobs in one transaction.
pub(super) const MAX_JOBS: usize = 1024;
/// The number of bytes after which no further job joins a transaction.
const MAX_BYTES: usize = 16 << 20;
/// The largest number of waiting jobs.
const MAX_WAITING_JOBS: usize = 65_536;
/// The pause between two checkpoints, which move the log into the file.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(200);
/// The size of the log after which a checkpoint stops the writer to cut it.
const MAX_LOG: u64 = 256 << 20;

/// Tells the caller the result of a job, after the commit.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// The work of a job. It gets an error if there is no transaction.
type Work = Box<dyn FnOnce(Result<&mut Connection, StoreError>) -> Answer + Send>;

struct Job {
    /// The name of the operation, for failpoints.
    label: &'static str,
    /// True when the answer must survive a power cut, not only the end of the process.
    is_durable: bool,
    bytes: usize,
    /// Takes the reason instead if there is no transaction.
    run: Work,
}

/// The queue of the writer thread.
pub(super) struct Writer {
    jobs: Sender<Job>,
    waiting: Arc<Waiting>,
    max_bytes: usize,
}

#[derive(Default)]
struct Waiting {
    bytes: AtomicUsize,
    jobs: AtomicUsize,
    commits: AtomicU64,
    synced_commits: AtomicU64,
}

impl Writer {
    /// Starts the writer thread.
    pub(super) fn start(
        mut connection: Connection,
        max_bytes: usize,
        max_jobs: usize,
    ) -> Result<(Self, JoinHandle<()>), StoreError> {
        let (jobs, queue) = mpsc::channel();
        let waiting = Arc::new(Waiting::default());
        let counters = Arc::clone(&waiting);
        let is_ended = watch_ends(&mut connection).map_err(|error| failure(&error))?;
        let run = move || {
            Loop { connection, waiting: counters, max_jobs, is_full: None, is_ended, put_back: None }.run(&queue);
        };
        let thread = spawn("incs-relay-writer", run)?;
        Ok((Self { jobs, waiting, max_bytes }, thread))
    }

    /// Returns the number of commits, and of those among them that synced the disk.
    pub(super) fn commits(&self) -> (u64, u64) {
        (self.waiting.commits.load(Ordering::Relaxed), self.waiting.synced_commits.load(Ordering::Relaxed))
    }

    /// Runs a job in the next transaction, and returns its result after the commit.
    pub(super) async fn run<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        label: &'static str,
        is_durable: bool,
        bytes: usize,
        job: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (send, answer) = oneshot::channel();
        let run = move |connection: Result<&mut Connection, StoreError>| -> Answer {
            let result = connection.map_err(E::from).and_then(|connection| in_savepoint(connection, job));
            Box::new(move |committed| {
                // A job that failed has changed nothing, whatever became of the others. The caller may have stopped waiting.
                drop(send.send(result.and_then(|value| committed.map(|()| value).map_err(E::from))));
            })
        };
        let is_too_much = self.waiting.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > self.max_bytes.max(bytes);
        let is_too_many = self.waiting.jobs.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING_JOBS;
        if is_too_much || is_too_many {
            self.waiting.ended(bytes);
            return Err(StoreError::Busy.into());
        }
        if self.jobs.send(Job { label, is_durable, bytes, run: Box::new(run) }).is_err() {
            self.waiting.ended(bytes);
            return Err(StoreError::Closed.into());
        }
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Waiting {
    fn ended(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.jobs.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Returns a flag that is set when a transaction ends, by whatever statement.
fn watch_ends(connection: &mut Connection) -> rusqlite::Result<Arc<AtomicBool>> {
    let is_ended = Arc::new(AtomicBool::new(false));
    let (committed, undone) = (Arc::clone(&is_ended), Arc::clone(&is_ended));
    connection.commit_hook(Some(move || {
        committed.store(true, Ordering::Relaxed);
        // Lets the commit happen.
        false
    }))?;
    connection.rollback_hook(Some(move || undone.store(true, Ordering::Relaxed)))?;
    Ok(is_ended)
}

/// Runs a job so that its failure undoes only its own changes.
fn in_savepoint<T, E: From<StoreError>>(
    connection: &mut Connection,
    job: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let run = |connection: &Connection, sql| {
        let executed = connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
        executed.map(drop).map_err(|error| failure(&error))
    };
    run(connection, "SAVEPOINT job")?;
    let result = job(connection);
    if connection.is_autocommit() {
        // SQLite has undone the whole transaction, as after a full disk.
        return result.and_then(|_| Err(ended().into()));
    }
    if result.is_err() {
        run(connection, "ROLLBACK TO job")?;
    }
    run(connection, "RELEASE job")?;
    result
}

pub(super) fn ended() -> StoreError {
    StoreError::Engine("the transaction was ended before its commit".to_owned())
}

struct Loop {
    connection: Connection,
    waiting: Arc<Waiting>,
    max_jobs: usize,
    /// The current setting of `PRAGMA synchronous`.
    is_full: Option<bool>,
    /// True when the transaction has ended.
    is_ended: Arc<AtomicBool>,
    /// A job that needs a sync, which the running transaction does not have.
    put_back: Option<Job>,
}

impl Loop {
    fn run(mut self, queue: &Receiver<Job>) {
        while let Ok(first) = self.next(|| queue.recv().map_err(TryRecvError::from)) {
            self.commit(first, queue);
        }
    }

    /// Returns the job that was put back, or the next one of the queue.
    fn next(&mut self, receive: impl FnOnce() -> Result<Job, TryRecvError>) -> Result<Job, TryRecvError> {
        self.put_back.take().map_or_else(receive, Ok)
    }

    /// Runs all jobs that wait, and those that arrive meanwhile, in one transaction.
    fn commit(&mut self, first: Job, queue: &Receiver<Job>) {
        let mut bytes = first.bytes;
        let mut jobs = VecDeque::from([first]);
        while jobs.len() < self.max_jobs
            && bytes < MAX_BYTES
            && let Ok(job) = self.next(|| queue.try_recv())
        {
            bytes += job.bytes;
            jobs.push_back(job);
        }
        let is_durable = jobs.iter().any(|job| job.is_durable);
        let mut labels = Vec::new();
        let mut answers = Vec::with_capacity(jobs.len());
        let mut result = self.begin(is_durable);
        let changes = self.connection.total_changes();
        while let Some(job) = jobs.pop_front() {
            if labels.last() != Some(&job.label) {
                labels.push(job.label);
            }
            answers.push((job.bytes, (job.run)(result.clone().map(|()| &mut self.connection))));
            if result.is_ok() && self.is_ended.load(Ordering::Relaxed) {
                // The job was interrupted, or it ended the transaction and perhaps began another one.
                result = Err(ended());
            }
            if answers.len() + jobs.len() < self.max_jobs
                && bytes < MAX_BYTES
                && let Ok(job) = self.next(|| queue.try_recv())
            {
                if job.is_durable && !is_durable {
                    // The setting of the sync cannot change within a transaction.
                    self.put_back = Some(job);
                } else {
                    bytes += job.bytes;
                    jobs.push_back(job);
                }
            }
        }
        let committed = result.and_then(|()| {
            for label in &labels {
                failpoint::reached_at(label, "before_commit");
            }
            self.execute("COMMIT")
        });
        if committed.is_err() && !self.connection.is_autocommit() {
            // If this fails too, the next transaction cannot begin and says so.
            drop(self.execute("ROLLBACK"));
        }
        // SQLite writes nothing for a transaction without a change.
        let is_changed = self.connection.total_changes() != changes;
        self.waiting.commits.fetch_add(u64::from(is_changed), Ordering::Relaxed);
        self.waiting.synced_commits.fetch_add(u64::from(is_changed && is_durable), Ordering::Relaxed);
        for label in &labels {
            failpoint::reached_at(label, "after_commit");
        }
        for (bytes, answer) in answers {
            self.waiting.ended(bytes);
            answer(committed.clone());
        }
    }

    fn begin(&mut self, is_durable: bool) -> Result<(), StoreError> {
        if self.is_full != Some(is_durable) {
            // FULL syncs the log at each commit. NORMAL does not; a later commit with FULL syncs it too. SQLite applies the setting while
            // it compiles the statement, so a cached one would change nothing.
            let sql = if is_durable { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" };
            self.connection.execute_batch(sql).map_err(|error| failure(&error))?;
            self.is_full = Some(is_durable);
        }
        self.execute("BEGIN IMMEDIATE")?;
        self.is_ended.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn execute(&self, sql: &str) -> Result<(), StoreError> {
        let run = || self.connection.prepare_cached(sql)?.execute([]).map(drop);
        run().map_err(|error| failure(&error))
    }
}

/// Stops the checkpoints when it is dropped.
pub(super) struct Checkpoints(#[allow(dead_code, reason = "dropping it ends the thread")] Sender<()>);

/// Starts the thread that moves the log into the file, so that no commit has to.
pub(super) fn start_checkpoints(
    connection: Connection,
    path: &Path,
) -> Result<(Checkpoints, JoinHandle<()>), StoreError> {
    let log = log_of(path);
    let (stop, stopped) = mpsc::channel();
    let run = move || {
        while stopped.recv_timeout(CHECKPOINT_PAUSE) == Err(RecvTimeoutError::Timeout) {
            let is_long = std::fs::metadata(&log).is_ok_and(|log| log.len() > MAX_LOG);
            checkpoint(&connection, if is_long { "TRUNCATE" } else { "PASSIVE" });
        }
        checkpoint(&connection, "TRUNCATE");
    };
    Ok((Checkpoints(stop), spawn("incs-relay-checkpoint", run)?))
}

/// A checkpoint that fails, as on a full disk, leaves the log as it is. The next one tries again.
fn checkpoint(connection: &Connection, mode: &str) {
    failpoint::reached("checkpoint.before");
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    drop(connection.query_row(&sql, [], |row| row.get::<_, i64>(0)));
    failpoint::reached("checkpoint.after");
}

fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// The queue of the thread that reads, so that listing does not wait for a commit.
pub(super) struct Reader(Sender<Query>);

type Query = Box<dyn FnOnce(&Connection) + Send>;

impl Reader {
    pub(super) fn start(connection: Connection) -> Result<(Self, JoinHandle<()>), StoreError> {
        let (jobs, queue) = mpsc::channel::<Query>();
        let run = move || queue.iter().for_each(|job| job(&connection));
        Ok((Self(jobs), spawn("incs-relay-reader", run)?))
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (send, answer) = oneshot::channel();
        let run = move |connection: &Connection| drop(send.send(job(connection)));
        self.0.send(Box::new(run)).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?.map_err(|error| failure(&error))
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.map_err(|error| StoreError::Engine(format!("cannot start a thread: {error}")))
}
