//! Many messages: some at once, at a pace, with one outcome for each.

mod canceller;
mod flight;
mod input;
mod observer;
mod options;
mod outcome;
mod pace;
mod report;
mod told;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::FuturesUnordered;
use futures_util::{StreamExt as _, ready};
use incs_model::OutboundMessage;

pub use self::canceller::Canceller;
use self::flight::Flight;
use self::input::Input;
pub use self::observer::{BatchObserver, BatchProgress};
pub use self::options::BatchOptions;
pub use self::outcome::BatchOutcome;
use self::pace::Pace;
pub use self::report::{BatchFailure, BatchReport};
use self::told::Told;
use crate::client::Client;
use crate::endpoint::Endpoint as _;
use crate::endpoints::messages::SendMessage;
use crate::error::{Error, ErrorKind, RetryAdvice};
use crate::refusal::Refusal;

/// Many messages on their way: [`Messages::send_all`](crate::Messages::send_all). A [`Stream`] of one [`BatchOutcome`] for each
/// message that was taken from the input, in the order in which they end.
///
/// Nothing is sent unless outcomes are asked for: not before the first, and between two of them the calls in flight stand
/// still while their time limits run. So take each outcome soon, or give the batch a task of its own. Whatever its length, a batch
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
    told: Told<'a>,
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
            told: Told::new(input.exact_length()),
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
        self.told.observe(Box::new(observer));
        self
    }

    /// What stops this batch, from anywhere.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// How far it is.
    pub fn progress(&self) -> BatchProgress {
        self.told.progress()
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
        report.sort();
        report
    }

    fn poll_outcome(&mut self, context: &mut Context<'_>) -> Poll<Option<BatchOutcome>> {
        self.canceller.wakes(context.waker());
        self.begin(context);
        if let Poll::Ready(Some(outcome)) = self.running.poll_next_unpin(context) {
            self.refusal = self.refusal.take().or_else(|| outcome.error().and_then(Refusal::of));
            return Poll::Ready(Some(self.told.finished(outcome)));
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
            self.told.started(index, &call.message);
            self.running.push(Flight::new(&self.client, index, call));
        }
    }

    fn take(&mut self, message: OutboundMessage) -> (usize, SendMessage) {
        (self.told.taken(), SendMessage::new(message))
    }

    fn is_stopped(&self) -> bool {
        self.refusal.is_some() || self.canceller.is_cancelled()
    }

    fn call_off(&mut self, index: usize, call: &SendMessage) -> BatchOutcome {
        let error = if let Some(refusal) = &self.refusal {
            refusal.call_off(call)
        } else {
            let advice = RetryAdvice::Later { after: None };
            Error::not_sent(ErrorKind::Cancelled, call.operation()).with_advice(advice)
        };
        self.told.called_off(BatchOutcome { index, result: Err(error) })
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
            self.told.finished(outcome);
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
            .field("progress", &self.told.progress())
            .field("is_stopped", &self.is_stopped())
            .finish_non_exhaustive()
    }
}

/// A batch may move between threads, whatever it holds.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<Batch<'_>>();
};
