//! A running sandbox.

mod sent;
mod wait;

use std::sync::Arc;
use std::time::Duration;

use incs_model::Timestamp;
use tokio::task::JoinHandle;

pub use self::sent::SentMessage;
pub use self::wait::WaitError;
use crate::builder::Builder;
use crate::channel::Channel;
use crate::core::Core;
use crate::customer::handle::Customer;
use crate::fault::{Rule, RuleError};
use crate::hook;
use crate::hook::webhook::{Webhook, WebhookError};
use crate::life::driver;
use crate::stop::Stopper;
use crate::world::message::Direction;

/// A running sandbox. It ends when it is dropped, whatever is under way; [`shutdown`](Self::shutdown) lets that come to its end, and
/// waits for it.
///
/// All of it can be used from several tasks at once, so one sandbox behind an `Arc` will do for a whole test program.
#[derive(Debug)]
pub struct Sandbox {
    core: Arc<Core>,
    stopper: Stopper,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// A sandbox to be set up.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(core: Arc<Core>, stopper: Stopper, tasks: Vec<JoinHandle<()>>) -> Self {
        Self { core, stopper, tasks }
    }

    /// The base URL of both host roles, without a slash at its end.
    pub fn base_url(&self) -> String {
        self.core.base_url()
    }

    /// The page that shows what goes on.
    pub fn console_url(&self) -> String {
        self.core.console_url()
    }

    /// The certification code that all channels take. The seed decides it.
    pub fn certification_code(&self) -> String {
        self.core.world().code.clone()
    }

    /// The messages that were accepted and are remembered, oldest first.
    pub fn sent(&self) -> Vec<SentMessage> {
        let world = self.core.world();
        let sent = world.messages.iter().filter(|message| message.direction == Direction::Outbound);
        sent.map(SentMessage::of).collect()
    }

    /// An accepted message by the id that the send was answered with; `None` if there is none, or if it was forgotten.
    pub fn message(&self, id: &str) -> Option<SentMessage> {
        let world = self.core.world();
        world.message_by_id(id).filter(|message| message.direction == Direction::Outbound).map(SentMessage::of)
    }

    /// Adds a URL that webhooks are posted to from now on. Gives the id by which it is removed again.
    ///
    /// # Errors
    ///
    /// When it may not be posted to, when there is no such kind of event, and when there are too many.
    pub fn add_webhook(&self, webhook: Webhook) -> Result<u64, WebhookError> {
        hook::subscribe(&self.core, webhook).map(|subscription| subscription.id)
    }

    /// Removes a URL that webhooks are posted to; what was not posted yet is dropped. Says whether it was there.
    pub fn remove_webhook(&self, id: u64) -> bool {
        hook::unsubscribe(&self.core, id)
    }

    /// Switches a fault on, after those that are on already. Gives the id by which it is switched off again.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use incs_sandbox::{Action, Rule, Sandbox};
    ///
    /// let sandbox = Sandbox::builder().seed(7).start().await?;
    /// let throttled = sandbox.add_fault(Rule::new(Action::RateLimit { retry_after: Some(1) }).count(3))?;
    /// // … the next three calls are answered with 429 …
    /// sandbox.remove_fault(throttled);
    /// # sandbox.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the rule says what cannot be, or when there are too many.
    pub fn add_fault(&self, rule: Rule) -> Result<u64, RuleError> {
        self.core.change(|world, _| world.add_fault(rule).map(|active| active.id))
    }

    /// Switches a fault off. Says whether it was on.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.core.change(|world, _| world.remove_fault(id))
    }

    /// Forgets messages, requests, webhooks, customers, tasks, and the templates and faults that were added since the start, and numbers
    /// everything from the start again. Webhook subscriptions stay, and so do the time and the certification code. What was still to happen
    /// does not: a webhook that waits is never posted.
    ///
    /// After it, the same seed gives what it gave at the start, but for what holds the time.
    pub fn reset(&self) {
        self.core.change(|world, _| world.reset(&self.core.config));
    }

    /// A customer, by number: `+`, spaces and dashes are left out. Acts at once, whatever the delays are.
    pub fn customer<'a>(&'a self, channel: Channel, number: &'a str) -> Customer<'a> {
        Customer::new(&self.core, channel, number)
    }

    /// Moves a virtual clock on, and does all that is due until then, one thing after the other, webhooks included. With the real
    /// clock it does nothing.
    pub async fn advance(&self, span: Duration) {
        if self.core.clock.is_virtual() {
            driver::advance(&self.core, self.core.now().checked_add(span).unwrap_or(Timestamp::MAX)).await;
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
