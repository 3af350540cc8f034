//! Sends many messages concurrently at a limited rate, with one outcome per message.

mod outcome;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::task::AtomicWaker;
use futures_util::{StreamExt as _, ready};
use incs_model::{Document, Sent};

use self::outcome::Tracker;
pub use self::outcome::{BatchFailure, BatchObserver, BatchOutcome, BatchProgress, BatchReport};
use crate::client::{CallOptions, Client, StateTracker};
use crate::clock::{Clock, Sleep};
use crate::endpoint::Endpoint as _;
use crate::endpoints::messages::SendMessage;
use crate::error::{Error, ErrorKind, Refusal, RetryAdvice};

/// A batch of messages that are being sent, from [`Messages::send_all`](crate::Messages::send_all). It is a [`Stream`] with one
/// [`BatchOutcome`] for each message that was taken from the input, in the order in which the messages end.
///
/// Each message has a key of type `K`, which its outcome returns: your own reference, a row, an index. Keys need not be unique, are
/// not sent, and are not idempotency keys: two messages with the same key are two messages.
///
/// A batch makes progress only while it is polled. Between polls the calls in flight do not advance, but their time limits run. So
/// take each outcome soon, or run the batch in its own task. A batch of any length holds at most one message more than may be in
/// flight.
///
/// # How it ends
///
/// - At the end of the input.
/// - When **a credential is refused** ([`Authentication`](ErrorKind::Authentication)) or missing
///   ([`Credential`](ErrorKind::Credential)): every further message would be refused as well.
/// - When [`CancelHandle::cancel`] is called, from anywhere.
///
/// In the last two cases no further message is started. Messages in flight are finished, retries included, because aborting them
/// would leave their state unknown. Messages that the input has ready are taken and end as [`Cancelled`](ErrorKind::Cancelled) with
/// nothing sent, so the owner of an endless input that is always ready must end it. When the input has nothing ready, it is dropped,
/// and its remaining messages do not belong to this batch.
///
/// # What happens when it is dropped
///
/// The input is dropped, and the calls in flight are aborted. For each message that was taken and has no outcome, the
/// [observer](Self::observe) receives the outcome [`Cancelled`](ErrorKind::Cancelled) in the known state:
/// [`NotSent`](crate::RequestState::NotSent) or [`Rejected`](crate::RequestState::Rejected) if certainly no attempt had an effect,
/// otherwise [`Unknown`](crate::RequestState::Unknown).
///
/// ```
/// # async fn example(client: incs_client::Client, messages: Vec<(String, incs_model::viber::Message)>) {
/// use incs_client::BatchOptions;
///
/// // Each message with the booking that it is about.
/// let mut batch = client.messages().send_all_iter(messages, BatchOptions::new().with_max_per_second(20));
/// while let Some(outcome) = batch.next().await {
///     match &outcome.result {
///         Ok(sent) => println!("{}: on its way as {}", outcome.key(), sent.message_id),
///         Err(error) => println!("{}: {error}", outcome.key()),
///     }
/// }
/// # }
/// ```
#[must_use = "a batch sends only while it is polled"]
pub struct SendBatch<'a, K> {
    client: Client,
    input: Input<'a, K>,
    /// A message that was taken from the input and waits for the rate limit.
    waiting: Option<Taken<K>>,
    running: FuturesUnordered<Flight<K>>,
    concurrency: usize,
    pace: Pace,
    cancel_handle: CancelHandle,
    refusal: Option<Refusal>,
    tracker: Tracker<'a, K>,
}

/// A message that was taken from the input.
struct Taken<K> {
    key: K,
    index: usize,
    call: SendMessage,
}

impl<'a, K> SendBatch<'a, K> {
    pub(crate) fn new<S, M>(client: &Client, messages: S, options: BatchOptions) -> Self
    where
        S: Stream<Item = (K, M)> + Send + 'a,
        M: Into<Document>,
    {
        let input = Input::new(messages);
        Self {
            client: client.clone(),
            tracker: Tracker::new(input.exact_length()),
            input,
            waiting: None,
            running: FuturesUnordered::new(),
            concurrency: options.concurrency.max(1),
            pace: Pace::new(Arc::clone(&client.config().clock), options.min_interval),
            cancel_handle: CancelHandle::default(),
            refusal: None,
        }
    }

    /// Sets the observer of started and finished messages. A second call replaces the observer.
    ///
    /// ```
    /// # async fn example(client: incs_client::Client, messages: Vec<(String, incs_model::viber::Message)>) {
    /// use incs_client::{BatchOptions, BatchOutcome, BatchProgress};
    ///
    /// let report = client
    ///     .messages()
    ///     .send_all_iter(messages, BatchOptions::new())
    ///     .observe(|outcome: &BatchOutcome<_>, progress: &BatchProgress| println!("{}: {}", progress.done, outcome.key()))
    ///     .collect_all()
    ///     .await;
    /// println!("find out about {}", report.unknown);
    /// # }
    /// ```
    pub fn observe(mut self, observer: impl BatchObserver<K> + 'a) -> Self {
        self.tracker.observer = Some(Box::new(observer));
        self
    }

    /// Returns a handle that stops this batch from anywhere.
    pub fn cancel_handle(&self) -> CancelHandle {
        self.cancel_handle.clone()
    }

    /// Returns the progress of the batch.
    pub fn progress(&self) -> BatchProgress {
        self.tracker.progress
    }

    /// Returns the next outcome, or `None` after the last. This method is cancel safe.
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot wait")]
    pub async fn next(&mut self) -> Option<BatchOutcome<K>> {
        std::future::poll_fn(|context| self.poll_outcome(context)).await
    }

    /// Sends all messages and counts the outcomes. The report keeps only the failures; use [`next`](Self::next) for the ids of the
    /// sent messages.
    pub async fn collect_all(mut self) -> BatchReport<K> {
        let mut report = BatchReport::default();
        while let Some(outcome) = self.next().await {
            report.count(outcome);
        }
        // Messages do not end in the order of the input.
        report.failures.sort_by_key(|failure| failure.index);
        report
    }

    fn poll_outcome(&mut self, context: &mut Context<'_>) -> Poll<Option<BatchOutcome<K>>> {
        self.cancel_handle.wakes(context.waker());
        self.begin(context);
        if let Poll::Ready(Some(outcome)) = self.running.poll_next_unpin(context) {
            self.refusal = self.refusal.take().or_else(|| outcome.error().and_then(Refusal::of));
            return Poll::Ready(Some(self.tracker.finished(outcome)));
        }
        if self.is_stopped() {
            let left = match self.waiting.take() {
                Some(waiting) => Some(waiting),
                None => ready!(self.input.poll_rest(context)).map(|pair| self.take(pair)),
            };
            if let Some(taken) = left {
                return Poll::Ready(Some(self.cancelled(taken)));
            }
        }
        if self.running.is_empty() && self.waiting.is_none() && self.input.is_done() {
            return Poll::Ready(None);
        }
        Poll::Pending
    }

    /// Starts as many messages as the concurrency and the rate allow.
    fn begin(&mut self, context: &mut Context<'_>) {
        while !self.is_stopped() && self.running.len() < self.concurrency {
            let waiting = match self.waiting.take() {
                Some(waiting) => waiting,
                None => match self.input.poll(context) {
                    Poll::Ready(Some(pair)) => self.take(pair),
                    Poll::Ready(None) | Poll::Pending => return,
                },
            };
            if self.pace.poll(context).is_pending() {
                self.waiting = Some(waiting);
                return;
            }
            self.pace.start();
            self.tracker.started(&waiting.key, &waiting.call.message);
            self.running.push(Flight::new(&self.client, waiting));
        }
    }

    fn take(&mut self, (key, message): (K, Document)) -> Taken<K> {
        Taken { key, index: self.tracker.taken(), call: SendMessage::new(message) }
    }

    fn is_stopped(&self) -> bool {
        self.refusal.is_some() || self.cancel_handle.is_cancelled()
    }

    fn cancelled(&mut self, Taken { key, index, call }: Taken<K>) -> BatchOutcome<K> {
        let error = if let Some(refusal) = &self.refusal {
            refusal.cancelled(call.operation())
        } else {
            let advice = RetryAdvice::Later { after: None };
            Error::not_sent(ErrorKind::Cancelled, call.operation()).with_advice(advice)
        };
        self.tracker.called_off(BatchOutcome { key, index, result: Err(error) })
    }
}

/// Nothing is pinned: keys are only moved.
impl<K> Unpin for SendBatch<'_, K> {}

impl<K> Stream for SendBatch<'_, K> {
    type Item = BatchOutcome<K>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<BatchOutcome<K>>> {
        self.get_mut().poll_outcome(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let taken = self.running.len() + usize::from(self.waiting.is_some());
        (taken, self.input.at_most().and_then(|rest| rest.checked_add(taken)))
    }
}

impl<K> Drop for SendBatch<'_, K> {
    fn drop(&mut self) {
        let mut broken_off: Vec<_> =
            std::mem::take(&mut self.running).into_iter().filter_map(Flight::break_off).collect();
        broken_off.sort_by_key(|outcome| outcome.index);
        for outcome in broken_off {
            self.tracker.finished(outcome);
        }
        // This message was taken after all of them.
        if let Some(taken) = self.waiting.take() {
            self.cancelled(taken);
        }
    }
}

impl<K> fmt::Debug for SendBatch<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendBatch")
            .field("progress", &self.tracker.progress)
            .field("is_stopped", &self.is_stopped())
            .finish_non_exhaustive()
    }
}

/// A batch may move between threads, whatever it holds.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<SendBatch<'_, String>>();
};

/// The options of a batch: its concurrency and its rate.
///
/// ```
/// use std::time::Duration;
/// use incs_client::BatchOptions;
///
/// let brisk = BatchOptions::new().with_concurrency(16).with_max_per_second(50);
/// assert_eq!(brisk.min_interval, Duration::from_millis(20));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchOptions {
    /// Messages in flight at once. 8 unless set, and 0 counts as 1.
    pub concurrency: usize,
    /// Minimum time between the starts of two messages. Zero unless set. A late message does not shorten the next interval. Retries
    /// are not counted; the rate limiter of the client limits them.
    pub min_interval: Duration,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self { concurrency: 8, min_interval: Duration::ZERO }
    }
}

impl BatchOptions {
    /// Creates the default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number of messages in flight at once.
    #[must_use]
    pub fn with_concurrency(mut self, messages: usize) -> Self {
        self.concurrency = messages;
        self
    }

    /// Sets the minimum time between the starts of two messages.
    #[must_use]
    pub fn with_min_interval(mut self, gap: Duration) -> Self {
        self.min_interval = gap;
        self
    }

    /// Sets the minimum time from a maximum number of messages per second, evenly spread. 0 counts as 1.
    #[must_use]
    pub fn with_max_per_second(self, messages: u32) -> Self {
        // Rounded up, otherwise one more message would fit into a second.
        let gap = 1_000_000_000_u32.div_ceil(messages.max(1));
        self.with_min_interval(Duration::from_nanos(gap.into()))
    }
}

/// Stops a batch from another task, another thread or a signal handler: [`SendBatch::cancel_handle`](crate::SendBatch::cancel_handle).
///
/// ```
/// # async fn example(client: incs_client::Client, messages: Vec<incs_model::viber::Message>, stop: impl Future<Output = ()>) {
/// use std::pin::pin;
///
/// use futures_util::future::{Either, select};
/// use incs_client::BatchOptions;
///
/// let batch = client.messages().send_all_iter(messages.into_iter().enumerate(), BatchOptions::new());
/// let cancel_handle = batch.cancel_handle();
/// let report = match select(pin!(batch.collect_all()), pin!(stop)).await {
///     Either::Left((report, _)) => report,
///     Either::Right(((), rest)) => {
///         cancel_handle.cancel();
///         rest.await
///     }
/// };
/// println!("{} sent, {} not sent", report.sent, report.not_sent);
/// # }
/// ```
#[derive(Clone, Default)]
pub struct CancelHandle(Arc<Shared>);

#[derive(Default)]
struct Shared {
    is_cancelled: AtomicBool,
    batch: AtomicWaker,
}

impl CancelHandle {
    /// Starts no further message. Messages in flight are finished; [`SendBatch`](crate::SendBatch) describes the others.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Release);
        self.0.batch.wake();
    }

    /// Returns whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire)
    }

    /// Registers the waker. Must be called before [`is_cancelled`](Self::is_cancelled) is read, so that no wake-up is lost.
    fn wakes(&self, waker: &Waker) {
        self.0.batch.register(waker);
    }
}

impl fmt::Debug for CancelHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelHandle").field("is_cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

/// The messages that are not taken yet. The stream is dropped at its end.
struct Input<'a, K> {
    messages: Option<BoxStream<'a, (K, Document)>>,
    /// True if the stream had nothing ready after the batch was stopped.
    was_pending: bool,
}

impl<'a, K> Input<'a, K> {
    fn new<S, M>(messages: S) -> Self
    where
        S: Stream<Item = (K, M)> + Send + 'a,
        M: Into<Document>,
    {
        Self { messages: Some(messages.map(|(key, message)| (key, message.into())).boxed()), was_pending: false }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<(K, Document)>> {
        let Some(messages) = &mut self.messages else { return Poll::Ready(None) };
        let polled = messages.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None)) {
            self.messages = None;
        }
        polled
    }

    /// Polls for the messages that are ready after the batch was stopped, then ends the input.
    ///
    /// A pending input is polled a second time, in another turn of the task: an input may return pending to let other tasks run
    /// although it has messages ready, as tokio's channels do.
    fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<Option<(K, Document)>> {
        let polled = self.poll(context);
        if polled.is_ready() {
            self.was_pending = false;
        } else if self.was_pending {
            self.messages = None;
            return Poll::Ready(None);
        } else {
            self.was_pending = true;
            context.waker().wake_by_ref();
        }
        polled
    }

    fn is_done(&self) -> bool {
        self.messages.is_none()
    }

    /// Returns the number of messages, if known.
    fn exact_length(&self) -> Option<usize> {
        let (least, most) = self.messages.as_ref().map_or((0, Some(0)), Stream::size_hint);
        most.filter(|most| *most == least)
    }

    fn at_most(&self) -> Option<usize> {
        self.messages.as_ref().map_or(Some(0), |messages| messages.size_hint().1)
    }
}

/// Limits when the next message may start.
struct Pace {
    clock: Arc<dyn Clock>,
    gap: Duration,
    last: Option<Instant>,
    sleep: Option<Sleep>,
}

impl Pace {
    fn new(clock: Arc<dyn Clock>, gap: Duration) -> Self {
        Self { clock, gap, last: None, sleep: None }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(last) = self.last else { return Poll::Ready(()) };
        let left = self.gap.saturating_sub(self.clock.now().saturating_duration_since(last));
        if left.is_zero() {
            return Poll::Ready(());
        }
        // The end of the sleep counts even if the clock says a little less; a second check could loop for ever.
        self.sleep.get_or_insert_with(|| self.clock.sleep(left)).as_mut().poll(context)
    }

    /// Records that a message starts now.
    fn start(&mut self) {
        self.sleep = None;
        if !self.gap.is_zero() {
            self.last = Some(self.clock.now());
        }
    }
}

/// A message in flight, with the state to report if it is aborted.
struct Flight<K> {
    /// `None` after the outcome has taken it.
    key: Option<K>,
    index: usize,
    operation: &'static str,
    watch: StateTracker,
    call: BoxFuture<'static, Result<Sent, Error>>,
}

/// Only the boxed call is pinned.
impl<K> Unpin for Flight<K> {}

impl<K> Flight<K> {
    fn new(client: &Client, Taken { key, index, call }: Taken<K>) -> Self {
        let client = client.clone();
        let watch = StateTracker::default();
        let options = CallOptions { watch: Some(watch.clone()), ..CallOptions::default() };
        let operation = call.operation();
        let call = Box::pin(async move { client.execute_with(&call, &options).await });
        Self { key: Some(key), index, operation, watch, call }
    }

    /// Ends the call at once.
    fn break_off(self) -> Option<BatchOutcome<K>> {
        // The call is dropped before its state is read: until then the request may still leave.
        drop(self.call);
        let state = self.watch.request_state();
        let advice = if state.is_safe_to_retry() { RetryAdvice::Later { after: None } } else { RetryAdvice::Reconcile };
        let attempts = self.watch.attempts();
        let error = Error::not_sent(ErrorKind::Cancelled, self.operation)
            .map(|inner| (inner.state, inner.advice, inner.attempts) = (state, advice, attempts));
        Some(BatchOutcome { key: self.key?, index: self.index, result: Err(error) })
    }
}

impl<K> Future for Flight<K> {
    type Output = BatchOutcome<K>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<BatchOutcome<K>> {
        let result = ready!(self.call.as_mut().poll(context));
        let index = self.index;
        match self.key.take() {
            Some(key) => Poll::Ready(BatchOutcome { key, index, result }),
            // Not polled after the end.
            None => Poll::Pending,
        }
    }
}
