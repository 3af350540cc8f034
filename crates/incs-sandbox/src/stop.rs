//! The stop signal of a sandbox.

use tokio::sync::watch;

/// Ends everything that holds a [`Stop`] of it; so does dropping it.
#[derive(Debug)]
pub(crate) struct Stopper(watch::Sender<bool>);

/// Waits for the end.
#[derive(Debug, Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

/// A stopper and what waits for it.
pub(crate) fn pair() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Returns whether the sandbox is stopping.
    pub(crate) fn is_over(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Returns when it is time to end.
    pub(crate) async fn stopped(&mut self) {
        // An error says that the stopper is gone, which is the same.
        let _ = self.0.wait_for(|over| *over).await;
    }
}
