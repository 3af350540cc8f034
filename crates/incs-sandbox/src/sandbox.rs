//! A running sandbox.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::builder::Builder;
use crate::core::Core;
use crate::life::driver;
use crate::stop::Stopper;

/// A running sandbox. It ends when it is dropped, whatever is under way; [`shutdown`](Self::shutdown) lets that come to its end, and
/// waits for it.
#[derive(Debug)]
pub struct Sandbox {
    core: Arc<Core>,
    address: SocketAddr,
    stopper: Stopper,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// A sandbox to be set up.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(core: Arc<Core>, address: SocketAddr, stop: Stopper, tasks: Vec<JoinHandle<()>>) -> Self {
        Self { core, address, stopper: stop, tasks }
    }

    /// The base URL of both host roles, without a slash at its end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The page that shows what goes on.
    pub fn console_url(&self) -> String {
        format!("http://{}/_sandbox/", self.address)
    }

    /// The certification code that all channels take. The seed decides it.
    pub fn certification_code(&self) -> String {
        self.core.world().code.clone()
    }

    /// Moves a virtual clock on, and does all that is due until then, one thing after the other, webhooks included. With the real
    /// clock it does nothing.
    pub async fn advance(&self, span: Duration) {
        if self.core.clock.is_virtual() {
            driver::advance(&self.core, self.core.now().saturating_add(span)).await;
        }
    }

    /// Ends it, and waits until the last connection is closed and the last webhook posted. Calls and posts that are under way have
    /// two seconds to come to their end; replies that a fault holds back end at once.
    pub async fn shutdown(mut self) {
        self.stopper.stop();
        for task in &mut self.tasks {
            let _ = task.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stopper.stop();
        for task in &self.tasks {
            task.abort();
        }
    }
}
