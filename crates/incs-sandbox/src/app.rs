//! A running sandbox.

pub(crate) mod builder;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use incs_model::Timestamp;
use tokio::task::JoinHandle;

use self::builder::Builder;
use crate::channel::Channel;
use crate::customers::Customer;
use crate::faults::rule::{Rule, RuleError};
use crate::lifecycle::driver;
use crate::state::Core;
use crate::state::messages::{Direction, Failure, Message, State};
use crate::state::notices::Heard;
use crate::stop::Stopper;
use crate::webhooks;
use crate::webhooks::webhook::{Webhook, WebhookError};

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
        self.core.records().code.clone()
    }

    /// The messages that were accepted and are remembered, oldest first.
    pub fn sent(&self) -> Vec<SentMessage> {
        let records = self.core.records();
        let sent = records.messages.iter().filter(|message| message.direction == Direction::Outbound);
        sent.map(SentMessage::of).collect()
    }

    /// An accepted message by the id that the send was answered with; `None` if there is none, or if it was forgotten.
    pub fn message(&self, id: &str) -> Option<SentMessage> {
        let records = self.core.records();
        records.message_by_id(id).filter(|message| message.direction == Direction::Outbound).map(SentMessage::of)
    }

    /// Adds a URL that webhooks are posted to from now on. Gives the id by which it is removed again.
    ///
    /// # Errors
    ///
    /// When it may not be posted to, when there is no such kind of event, and when there are too many.
    pub fn add_webhook(&self, webhook: Webhook) -> Result<u64, WebhookError> {
        webhooks::subscribe(&self.core, webhook).map(|subscription| subscription.id)
    }

    /// Removes a URL that webhooks are posted to; what was not posted yet is dropped. Says whether it was there.
    pub fn remove_webhook(&self, id: u64) -> bool {
        webhooks::unsubscribe(&self.core, id)
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
        self.core.change(|records, _| records.add_fault(rule).map(|active| active.id))
    }

    /// Switches a fault off. Says whether it was on.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.core.change(|records, _| records.remove_fault(id))
    }

    /// Forgets messages, requests, webhooks, customers, tasks, and the templates and faults that were added since the start, and numbers
    /// everything from the start again. Webhook subscriptions stay, and so do the time and the certification code. What was still to happen
    /// does not: a webhook that waits is never posted.
    ///
    /// After it, the same seed gives what it gave at the start, but for what holds the time.
    pub fn reset(&self) {
        self.core.change(|records, _| records.reset(&self.core.config));
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

    /// Waits until a message has reached a state or gone past it, and gives it as it is then.
    ///
    /// With a virtual clock nothing happens by itself, so only another task that [advances](Self::advance) it ends the wait; the
    /// time given here is always that of this machine.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use incs_client::Client;
    /// use incs_client::backend::HyperTransport;
    /// use incs_model::viber;
    /// use incs_sandbox::{Pace, Sandbox, State};
    ///
    /// let sandbox = Sandbox::builder().seed(7).pace(Pace::instant()).start().await?;
    /// let client = Client::builder(HyperTransport::new())
    ///     .base_urls(&sandbox.base_url())
    ///     .certification_code(sandbox.certification_code())
    ///     .build()?;
    /// let sent = client.messages().send(viber::Message::text("+852 5123 0088".parse()?, "Your table is ready.")).await?;
    ///
    /// let message = sandbox.wait_for(sent.msg_id.as_str(), State::Delivered, Duration::from_secs(5)).await?;
    /// assert_eq!(message.to, "85251230088");
    /// assert!(message.body.contains("Your table is ready."));
    /// sandbox.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no such message, when it failed before it came so far (or came too far to fail), and when the time is over.
    pub async fn wait_for(&self, id: &str, state: State, within: Duration) -> Result<SentMessage, WaitError> {
        // Listens before it looks, so that no change falls between the two.
        let mut listener = self.core.records().notices.listen();
        let wait = async {
            loop {
                let message = self.message(id).ok_or(WaitError::Unknown)?;
                match (message.state, state) {
                    (State::Failed, State::Failed) => return Ok(message),
                    (State::Failed, _) | (State::Read, State::Failed) | (_, State::Received) => {
                        return Err(WaitError::Past(Box::new(message)));
                    }
                    (now, wanted) if now >= wanted => return Ok(message),
                    _ => {}
                }
                if listener.hear().await == Heard::Over {
                    return Err(WaitError::TimedOut(Box::new(message)));
                }
            }
        };
        match tokio::time::timeout(within, wait).await {
            Ok(result) => result,
            Err(_) => {
                Err(self.message(id).map_or(WaitError::Unknown, |message| WaitError::TimedOut(Box::new(message))))
            }
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

/// A message that the sandbox accepted, as it stands at the moment. It does not change by itself; ask again.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct SentMessage {
    /// The id that the send was answered with.
    pub id: String,
    /// The channel that it was sent on.
    pub channel: Channel,
    /// The customer's number, digits only.
    pub to: String,
    /// What it is: `text`, `template`, `interactive.carousel`.
    pub kind: String,
    /// The body of the request, as it came.
    pub body: String,
    /// Where it stands.
    pub state: State,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When the customer saw it.
    pub read_at: Option<Timestamp>,
    /// When it failed.
    pub failed_at: Option<Timestamp>,
}

impl SentMessage {
    pub(crate) fn of(message: &Message) -> Self {
        Self {
            id: message.id.clone(),
            channel: message.channel,
            to: message.customer.clone(),
            kind: message.kind.clone(),
            body: String::from_utf8_lossy(&message.content).into_owned(),
            state: message.state,
            failure: message.failure.clone(),
            created_at: message.created_at,
            sent_at: message.sent_at,
            delivered_at: message.delivered_at,
            read_at: message.read_at,
            failed_at: message.failed_at,
        }
    }
}

/// Without the number and what was written; the id of a WhatsApp message holds the number, so it is left out too.
impl fmt::Debug for SentMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentMessage")
            .field("channel", &self.channel)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

/// Why a message did not come so far.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// No message with that id is remembered.
    #[error("no message with that id is remembered")]
    Unknown,
    /// It stands where the state cannot be reached any more: it failed, or it did not.
    #[error("the message is {:?}, and goes no further", .0.state)]
    Past(Box<SentMessage>),
    /// The time is over.
    #[error("the message was still {:?} when the time was over", .0.state)]
    TimedOut(Box<SentMessage>),
}
