//! The stop signal of a sandbox.

use tokio::sync::watch;

/// Stops all tasks that hold a [`Stop`] of it. Dropping it does the same.
#[derive(Debug)]
pub(crate) struct Stopper(watch::Sender<bool>);

/// The receiving side of the stop signal.
#[derive(Debug, Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

/// Creates a connected pair.
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

    /// Waits for the stop signal.
    pub(crate) async fn stopped(&mut self) {
        // An error means that the stopper was dropped, which is a stop signal too.
        let _ = self.0.wait_for(|over| *over).await;
    }
}
