//! Gathers the calls of one operation: while one statement runs, those that come wait and share the next one, with one sync of the disk.
//! The next statement may run while the disk syncs for the one before.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use incs_relay::store::StoreError;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// The largest number of calls in one statement.
const MAX_CALLS: usize = 1024;
/// The number of bytes after which no further call joins a statement.
const MAX_BYTES: usize = 16 << 20;
/// The number of statements whose sync may be awaited at a time. With more, each would hold fewer calls.
const MAX_SYNCS: usize = 2;

/// An operation on many values at once, with one result for each, in their order.
#[async_trait]
pub(crate) trait Operation: Send + Sync + 'static {
    type Value: Send + Sync + 'static;
    type Result: Send + Sync + 'static;

    async fn run(&self, values: &[Self::Value]) -> Result<Vec<Self::Result>, StoreError>;

    /// Waits until what was done is on disk, for an operation that does not.
    async fn sync(&self, _values: &[Self::Value], _results: &[Self::Result]) -> Result<(), StoreError> {
        Ok(())
    }

    /// Returns the number of bytes that a value holds in memory.
    fn bytes(value: &Self::Value) -> usize;
}

struct Call<O: Operation> {
    values: Vec<O::Value>,
    bytes: usize,
    answer: oneshot::Sender<Result<Vec<O::Result>, StoreError>>,
}

/// The queue of an operation. Its task ends when the queue is dropped.
pub(crate) struct Batch<O: Operation> {
    calls: mpsc::UnboundedSender<Call<O>>,
    waiting: Arc<AtomicUsize>,
    max_waiting: usize,
}

impl<O: Operation> Batch<O> {
    /// Starts the task. No more than `max_waiting` bytes wait, and no more than `max_calls` share a statement.
    pub(crate) fn start(operation: O, max_waiting: usize, max_calls: usize) -> Self {
        let (calls, queue) = mpsc::unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        tokio::spawn(run(operation, queue, Arc::clone(&waiting), max_calls.min(MAX_CALLS)));
        Self { calls, waiting, max_waiting }
    }

    pub(crate) async fn run(&self, values: Vec<O::Value>) -> Result<Vec<O::Result>, StoreError> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let bytes: usize = values.iter().map(O::bytes).sum();
        if self.waiting.fetch_add(bytes, Ordering::Relaxed) > self.max_waiting {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            return Err(StoreError::Busy);
        }
        let (answer, answered) = oneshot::channel();
        self.calls.send(Call { values, bytes, answer }).map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

async fn run<O: Operation>(
    operation: O,
    mut queue: mpsc::UnboundedReceiver<Call<O>>,
    waiting: Arc<AtomicUsize>,
    max_calls: usize,
) {
    let (operation, syncs) = (Arc::new(operation), Arc::new(Semaphore::new(MAX_SYNCS)));
    while let Some(first) = queue.recv().await {
        // The semaphore is never closed.
        let Ok(permit) = Arc::clone(&syncs).acquire_owned().await else { return };
        let mut bytes = first.bytes;
        let mut calls = vec![first];
        while calls.len() < max_calls && bytes < MAX_BYTES {
            let Ok(call) = queue.try_recv() else { break };
            bytes += call.bytes;
            calls.push(call);
        }
        let mut values = Vec::new();
        let mut waiters = Vec::with_capacity(calls.len());
        for call in calls {
            waiters.push((call.values.len(), call.answer));
            values.extend(call.values);
        }
        match operation.run(&values).await {
            Ok(results) => {
                let (operation, waiting) = (Arc::clone(&operation), Arc::clone(&waiting));
                tokio::spawn(async move {
                    match operation.sync(&values, &results).await {
                        Ok(()) => {
                            let mut results = results.into_iter();
                            for (count, answer) in waiters {
                                // The caller may be gone.
                                drop(answer.send(Ok(results.by_ref().take(count).collect())));
                            }
                        }
                        Err(error) => fail(waiters, &error),
                    }
                    waiting.fetch_sub(bytes, Ordering::Relaxed);
                    drop(permit);
                });
                continue;
            }
            // Perhaps one call is to blame, and the others shall not fail with it.
            Err(StoreError::Engine(_)) if waiters.len() > 1 => {
                let mut rest = &values[..];
                for (count, answer) in waiters {
                    let Some((own, others)) = rest.split_at_checked(count) else { break };
                    rest = others;
                    drop(answer.send(alone(&*operation, own).await));
                }
            }
            Err(error) => fail(waiters, &error),
        }
        waiting.fetch_sub(bytes, Ordering::Relaxed);
    }
}

async fn alone<O: Operation>(operation: &O, values: &[O::Value]) -> Result<Vec<O::Result>, StoreError> {
    let results = operation.run(values).await?;
    operation.sync(values, &results).await?;
    Ok(results)
}

type Waiter<R> = (usize, oneshot::Sender<Result<Vec<R>, StoreError>>);

fn fail<R>(waiters: Vec<Waiter<R>>, error: &StoreError) {
    for (_, answer) in waiters {
        drop(answer.send(Err(error.clone())));
    }
}
