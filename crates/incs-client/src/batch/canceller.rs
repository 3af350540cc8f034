//! Stopping a batch from elsewhere.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;

use futures_util::task::AtomicWaker;

/// Stops a batch, from another task, another thread or the handler of a signal: [`Batch::canceller`](crate::Batch::canceller).
///
/// ```
/// # async fn example(client: incs_client::Client, messages: Vec<incs_model::viber::Message>, stop: impl Future<Output = ()>) {
/// use std::pin::pin;
///
/// use futures_util::future::{Either, select};
/// use incs_client::BatchOptions;
///
/// let batch = client.messages().send_all_iter(messages, BatchOptions::new());
/// let canceller = batch.canceller();
/// let report = match select(pin!(batch.collect_all()), pin!(stop)).await {
///     Either::Left((report, _)) => report,
///     Either::Right(((), rest)) => {
///         canceller.cancel();
///         rest.await
///     }
/// };
/// println!("{} sent, {} not sent", report.sent, report.not_sent);
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Canceller(Arc<Shared>);

#[derive(Default)]
struct Shared {
    is_cancelled: AtomicBool,
    batch: AtomicWaker,
}

impl Canceller {
    /// Begins nothing more. What is in flight is finished; see [`Batch`](crate::Batch) for what becomes of the rest.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Release);
        self.0.batch.wake();
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire)
    }

    /// To be called before each look at [`is_cancelled`](Self::is_cancelled), lest a call between the two wake nobody.
    pub(super) fn wakes(&self, waker: &Waker) {
        self.0.batch.register(waker);
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller").field("is_cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
