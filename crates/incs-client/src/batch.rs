//! Many messages: some at once, at a pace, with one outcome for each.

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
use incs_model::{OutboundMessage, Sent};

use self::outcome::Tracker;
pub use self::outcome::{BatchFailure, BatchObserver, BatchOutcome, BatchProgress, BatchReport};
use crate::client::{CallOptions, Client, Watch};
use crate::clock::{Clock, Sleep};
use crate::endpoint::Endpoint as _;
use crate::endpoints::messages::SendMessage;
use crate::error::{Error, ErrorKind, Refusal, RetryAdvice};

/// Many messages on their way: [`Messages::send_all`](crate::Messages::send_all). A [`Stream`] of one [`BatchOutcome`] for each
/// message that was taken from the input, in the order in which they end.
///
/// Nothing is sent unless outcomes are asked for: not before the first, and between two of them the calls in flight stand still
/// while their time limits run. So take each outcome soon, or give the batch a task of its own. Whatever its length, a batch
/// holds no more messages than may be in flight, and one more.
///
/// # How it ends
///
/// - At the end of the input.
/// - When **a credential is refused** ([`Authentication`](ErrorKind::Authentication)) or missing
///   ([`Credential`](ErrorKind::Credential)): every further message would be refused as well.
/// - When [`Canceller::cancel`] is called, from anywhere.
///
/// In the last two cases nothing more is begun. What is in flight is finished, repeated attempts included, since to break it off
/// would leave its state unknown. What the input still has ready is taken, and each message of it ends as
/// [`Cancelled`](ErrorKind::Cancelled) with nothing sent; so an input that never ends and is always ready must be ended by
/// its owner. When the input has nothing ready, it is dropped: what it has not given yet is not of this batch.
///
/// # What happens when it is dropped
///
/// The input is dropped, and the calls in flight are broken off. For each message that was taken and has no outcome, the
/// [observer](Self::observe) is told one: [`Cancelled`](ErrorKind::Cancelled), in the state
/// that is known: [`NotSent`](crate::RequestState::NotSent) or [`Rejected`](crate::RequestState::Rejected) when it is certain
/// that no attempt did anything, and otherwise [`Unknown`](crate::RequestState::Unknown).
///
/// ```
/// # async fn example(client: incs_client::Client, messages: Vec<incs_model::viber::Message>) {
/// use incs_client::BatchOptions;
///
/// let mut batch = client.messages().send_all_iter(messages, BatchOptions::new().with_max_per_second(20));
/// while let Some(outcome) = batch.next().await {
///     match outcome.result {
///         Ok(sent) => println!("{}: on its way as {}", outcome.index, sent.msg_id),
///         Err(error) => println!("{}: {error}", outcome.index),
///     }
/// }
/// # }
/// ```
#[must_use = "a batch is sent when its outcomes are asked for"]
pub struct Batch<'a> {
    client: Client,
    input: Input<'a>,
    /// Taken from the input, and not begun yet: its turn comes when the pace allows.
    waiting: Option<(usize, SendMessage)>,
    running: FuturesUnordered<Flight>,
    concurrency: usize,
    pace: Pace,
    canceller: Canceller,
    refusal: Option<Refusal>,
    tracker: Tracker<'a>,
}

impl<'a> Batch<'a> {
    pub(crate) fn new<S>(client: &Client, messages: S, options: BatchOptions) -> Self
    where
        S: Stream + Send + 'a,
        S::Item: Into<OutboundMessage>,
    {
        let input = Input::new(messages);
        Self {
            client: client.clone(),
            tracker: Tracker::new(input.exact_length()),
            input,
            waiting: None,
            running: FuturesUnordered::new(),
            concurrency: options.concurrency.max(1),
            pace: Pace::new(Arc::clone(&client.config().clock), options.min_gap),
            canceller: Canceller::default(),
            refusal: None,
        }
    }

    /// Sets who is told of each message that begins and ends. One observer; another takes its place.
    ///
    /// ```
    /// # async fn example(client: incs_client::Client, messages: Vec<incs_model::viber::Message>) {
    /// use incs_client::{BatchOptions, BatchOutcome, BatchProgress};
    ///
    /// let report = client
    ///     .messages()
    ///     .send_all_iter(messages, BatchOptions::new())
    ///     .observe(|_: &BatchOutcome, progress: &BatchProgress| println!("{} done, {} failed", progress.done, progress.failed))
    ///     .collect_all()
    ///     .await;
    /// println!("find out about {}", report.unknown);
    /// # }
    /// ```
    pub fn observe(mut self, observer: impl BatchObserver + 'a) -> Self {
        self.tracker.observer = Some(Box::new(observer));
        self
    }

    /// Returns a handle that stops this batch from anywhere.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Returns the progress of the batch.
    pub fn progress(&self) -> BatchProgress {
        self.tracker.progress
    }

    /// The next outcome; nothing after the last. To drop this future loses nothing; the batch goes on with the next call.
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot wait")]
    pub async fn next(&mut self) -> Option<BatchOutcome> {
        std::future::poll_fn(|context| self.poll_outcome(context)).await
    }

    /// Sends all, and counts. Of the outcomes only the failures are kept; take [`next`](Self::next) for the ids of the messages
    /// that went out.
    pub async fn collect_all(mut self) -> BatchReport {
        let mut report = BatchReport::default();
        while let Some(outcome) = self.next().await {
            report.count(outcome);
        }
        // Messages end in another order than that of the input.
        report.failures.sort_by_key(|failure| failure.index);
        report
    }

    fn poll_outcome(&mut self, context: &mut Context<'_>) -> Poll<Option<BatchOutcome>> {
        self.canceller.wakes(context.waker());
        self.begin(context);
        if let Poll::Ready(Some(outcome)) = self.running.poll_next_unpin(context) {
            self.refusal = self.refusal.take().or_else(|| outcome.error().and_then(Refusal::of));
            return Poll::Ready(Some(self.tracker.finished(outcome)));
        }
        if self.is_stopped() {
            let left = match self.waiting.take() {
                Some(waiting) => Some(waiting),
                None => ready!(self.input.poll_rest(context)).map(|message| self.take(message)),
            };
            if let Some((index, call)) = left {
                return Poll::Ready(Some(self.call_off(index, &call)));
            }
        }
        if self.running.is_empty() && self.waiting.is_none() && self.input.is_done() {
            return Poll::Ready(None);
        }
        Poll::Pending
    }

    /// Begins as many messages as there is room for, and as the pace allows.
    fn begin(&mut self, context: &mut Context<'_>) {
        while !self.is_stopped() && self.running.len() < self.concurrency {
            let waiting = match self.waiting.take() {
                Some(waiting) => waiting,
                None => match self.input.poll(context) {
                    Poll::Ready(Some(message)) => self.take(message),
                    Poll::Ready(None) | Poll::Pending => return,
                },
            };
            if self.pace.poll(context).is_pending() {
                self.waiting = Some(waiting);
                return;
            }
            self.pace.start();
            let (index, call) = waiting;
            self.tracker.started(index, &call.message);
            self.running.push(Flight::new(&self.client, index, call));
        }
    }

    fn take(&mut self, message: OutboundMessage) -> (usize, SendMessage) {
        (self.tracker.taken(), SendMessage::new(message))
    }

    fn is_stopped(&self) -> bool {
        self.refusal.is_some() || self.canceller.is_cancelled()
    }

    fn call_off(&mut self, index: usize, call: &SendMessage) -> BatchOutcome {
        let error = if let Some(refusal) = &self.refusal {
            refusal.call_off(call.operation())
        } else {
            let advice = RetryAdvice::Later { after: None };
            Error::not_sent(ErrorKind::Cancelled, call.operation()).with_advice(advice)
        };
        self.tracker.called_off(BatchOutcome { index, result: Err(error) })
    }
}

impl Stream for Batch<'_> {
    type Item = BatchOutcome;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<BatchOutcome>> {
        self.get_mut().poll_outcome(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let taken = self.running.len() + usize::from(self.waiting.is_some());
        (taken, self.input.at_most().and_then(|rest| rest.checked_add(taken)))
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let mut broken_off: Vec<_> = std::mem::take(&mut self.running).into_iter().map(Flight::break_off).collect();
        broken_off.sort_by_key(|outcome| outcome.index);
        for outcome in broken_off {
            self.tracker.finished(outcome);
        }
        // It was taken after all of those.
        if let Some((index, call)) = self.waiting.take() {
            self.call_off(index, &call);
        }
    }
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("progress", &self.tracker.progress)
            .field("is_stopped", &self.is_stopped())
            .finish_non_exhaustive()
    }
}

/// A batch may move between threads, whatever it holds.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<Batch<'_>>();
};

/// The speed of a batch: how many messages at once, and how soon one after the other.
///
/// ```
/// use std::time::Duration;
/// use incs_client::BatchOptions;
///
/// let brisk = BatchOptions::new().with_concurrency(16).with_max_per_second(50);
/// assert_eq!(brisk.min_gap, Duration::from_millis(20));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchOptions {
    /// Messages in flight at once. 8 unless set, and 0 counts as 1.
    pub concurrency: usize,
    /// The least time between the beginnings of two messages. None unless set. It is kept strictly: time that was lost is not
    /// made up for. Attempts that repeat a message are not counted; for those there is the limiter of the client.
    pub min_gap: Duration,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self { concurrency: 8, min_gap: Duration::ZERO }
    }
}

impl BatchOptions {
    /// The options of a batch that is told nothing else.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the messages in flight at once.
    #[must_use]
    pub fn with_concurrency(mut self, messages: usize) -> Self {
        self.concurrency = messages;
        self
    }

    /// Sets the least time between the beginnings of two messages.
    #[must_use]
    pub fn with_min_gap(mut self, gap: Duration) -> Self {
        self.min_gap = gap;
        self
    }

    /// Sets the same time by how many messages may begin in a second, evenly spread. 0 counts as 1.
    #[must_use]
    pub fn with_max_per_second(self, messages: u32) -> Self {
        // Rounded up, or one more would fit into the second.
        let gap = 1_000_000_000_u32.div_ceil(messages.max(1));
        self.with_min_gap(Duration::from_nanos(gap.into()))
    }
}

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

    /// Returns whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire)
    }

    /// To be called before each look at [`is_cancelled`](Self::is_cancelled), lest a call between the two wake nobody.
    fn wakes(&self, waker: &Waker) {
        self.0.batch.register(waker);
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller").field("is_cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

/// The messages that are not taken yet. Dropped at its end.
struct Input<'a> {
    messages: Option<BoxStream<'a, OutboundMessage>>,
    /// It had nothing ready after the batch was stopped.
    was_pending: bool,
}

impl<'a> Input<'a> {
    fn new<S>(messages: S) -> Self
    where
        S: Stream + Send + 'a,
        S::Item: Into<OutboundMessage>,
    {
        Self { messages: Some(messages.map(Into::into).boxed()), was_pending: false }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<OutboundMessage>> {
        let Some(messages) = &mut self.messages else { return Poll::Ready(None) };
        let polled = messages.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None)) {
            self.messages = None;
        }
        polled
    }

    /// What it has ready after the batch was stopped. Then it is at its end.
    ///
    /// It is asked a second time, in another turn of the task: an input may hold back for the sake of other tasks what it has
    /// ready, as the channels of tokio do.
    fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<Option<OutboundMessage>> {
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

    /// Returns the number of messages, when it is known.
    fn exact_length(&self) -> Option<usize> {
        let (least, most) = self.messages.as_ref().map_or((0, Some(0)), Stream::size_hint);
        most.filter(|most| *most == least)
    }

    fn at_most(&self) -> Option<usize> {
        self.messages.as_ref().map_or(Some(0), |messages| messages.size_hint().1)
    }
}

/// Says when the next message may begin.
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
        // The end of the wait counts, even if the clock says a little less: to ask again could turn in circles.
        self.sleep.get_or_insert_with(|| self.clock.sleep(left)).as_mut().poll(context)
    }

    /// A message begins now.
    fn start(&mut self) {
        self.sleep = None;
        if !self.gap.is_zero() {
            self.last = Some(self.clock.now());
        }
    }
}

/// A message in flight, with what it takes to say what is known of it when it is broken off.
struct Flight {
    index: usize,
    operation: &'static str,
    watch: Watch,
    call: BoxFuture<'static, Result<Sent, Error>>,
}

impl Flight {
    fn new(client: &Client, index: usize, call: SendMessage) -> Self {
        let client = client.clone();
        let watch = Watch::default();
        let options = CallOptions { watch: Some(watch.clone()), ..CallOptions::default() };
        let operation = call.operation();
        Self { index, operation, watch, call: Box::pin(async move { client.run(&call, &options).await }) }
    }

    /// Ends the call at once.
    fn break_off(self) -> BatchOutcome {
        // First the call and then the look at it: until it is dropped it may still leave.
        drop(self.call);
        let state = self.watch.request_state();
        let advice = if state.is_safe_to_repeat() { RetryAdvice::Later { after: None } } else { RetryAdvice::FindOut };
        let attempts = self.watch.attempts();
        let error = Error::not_sent(ErrorKind::Cancelled, self.operation)
            .amend(|inner| (inner.state, inner.advice, inner.attempts) = (state, advice, attempts));
        BatchOutcome { index: self.index, result: Err(error) }
    }
}

impl Future for Flight {
    type Output = BatchOutcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<BatchOutcome> {
        let index = self.index;
        self.call.as_mut().poll(context).map(|result| BatchOutcome { index, result })
    }
}
