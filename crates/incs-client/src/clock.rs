//! The clock of a client. It is injected, so that tests need not wait and the core needs no runtime.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

/// A wait that [`Clock::sleep`] gives.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells the time and waits.
pub trait Clock: Send + Sync + 'static {
    /// Now, on a clock that never goes back.
    fn now(&self) -> Instant;

    /// Now, on the wall: what a `Retry-After` with a date is compared with.
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Completes after so long. Dropping it ends the wait.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// The clock of tokio: what every client uses unless told otherwise. It stands still when tokio's time is paused.
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

/// The time that a call has in all.
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

    /// The moment so long after the start; none when it lies beyond what the clock can say.
    pub(crate) fn instant(&self, after: Duration) -> Option<Instant> {
        self.started.checked_add(after)
    }
}

/// Returns the output of the future, if it is ready in time.
pub(crate) async fn within<F: Future>(clock: &dyn Clock, limit: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut sleep = None;
    std::future::poll_fn(move |context| {
        // The future first: a result that is there is taken even at the last moment.
        if let Poll::Ready(result) = future.as_mut().poll(context) {
            return Poll::Ready(Some(result));
        }
        let sleep = sleep.get_or_insert_with(|| clock.sleep(limit));
        sleep.as_mut().poll(context).map(|()| None)
    })
    .await
}
