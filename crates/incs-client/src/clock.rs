//! The clock of a client. It is injected, so that tests do not wait and the core needs no runtime.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

/// The future of [`Clock::sleep`].
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A source of time and waits.
pub trait Clock: Send + Sync + 'static {
    /// Returns the monotonic time.
    fn now(&self) -> Instant;

    /// Returns the wall-clock time, which dates in `Retry-After` are compared with.
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Returns a future that completes after a duration. Dropping it ends the wait.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// Tokio's clock, the default of every client. It pauses with tokio's time.
#[cfg(feature = "tokio")]
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct TokioClock;

#[cfg(feature = "tokio")]
impl Clock for TokioClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The time limit of a call.
pub(crate) struct Budget<'a> {
    pub(crate) clock: &'a dyn Clock,
    started: Instant,
    whole: Duration,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(clock: &'a dyn Clock, whole: Duration) -> Self {
        Self { clock, started: clock.now(), whole }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.now().saturating_duration_since(self.started)
    }

    pub(crate) fn left(&self) -> Duration {
        self.whole.saturating_sub(self.elapsed())
    }

    /// Returns the time after a duration since the start; `None` beyond the range of the clock.
    pub(crate) fn instant(&self, after: Duration) -> Option<Instant> {
        self.started.checked_add(after)
    }
}

/// Returns the output of a future, if it is ready in time.
pub(crate) async fn within<F: Future>(clock: &dyn Clock, limit: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut sleep = None;
    std::future::poll_fn(move |context| {
        // Poll the future first, so that a result at the last moment counts.
        if let Poll::Ready(result) = future.as_mut().poll(context) {
            return Poll::Ready(Some(result));
        }
        let sleep = sleep.get_or_insert_with(|| clock.sleep(limit));
        sleep.as_mut().poll(context).map(|()| None)
    })
    .await
}
