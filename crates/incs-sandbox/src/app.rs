//! A running sandbox and its builder.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use incs_model::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::channel::Channel;
use crate::config::{Clock, Config, HttpStatus, Memory, Pace, Retry, Window};
use crate::customers::Customer;
use crate::faults::rule::{Rule, RuleError};
use crate::lifecycle::driver;
use crate::state::Core;
use crate::state::messages::{Direction, Failure, Message, State};
use crate::state::notices::Heard;
use crate::stop::{self, Stopper};
use crate::webhooks::webhook::{Webhook, WebhookError};
use crate::{faults, server, webhooks};

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
    /// The kind of message: `text`, `template`, `interactive.carousel`.
    pub kind: String,
    /// The body of the request, as it came.
    pub body: String,
    /// The current state.
    pub state: State,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// The time at which it was accepted.
    pub created_at: Timestamp,
    /// The time at which it was sent.
    pub sent_at: Option<Timestamp>,
    /// The time at which it was delivered.
    pub delivered_at: Option<Timestamp>,
    /// The time at which the customer read it.
    pub read_at: Option<Timestamp>,
    /// The time at which it failed.
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

/// The builder of a sandbox. Every setting has a default.
#[derive(Debug, Default)]
pub struct Builder {
    config: Config,
    port: u16,
    webhooks: Vec<Webhook>,
}

/// Why a sandbox could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port cannot be had.
    #[error("no port on loopback")]
    Port(#[source] std::io::Error),
    /// A webhook cannot be posted; which one, counted from 0, and why.
    #[error("webhook {0} cannot be posted")]
    Webhook(usize, #[source] WebhookError),
    /// A fault's rule says what cannot be, or there are too many.
    #[error("a fault's rule cannot be switched on")]
    Fault(#[source] RuleError),
}

impl Builder {
    /// Sets the seed of ids, delays and faults. 1 unless set.
    ///
    /// With a virtual clock, two sandboxes with the same settings that get the same requests one after the other do the same, byte for
    /// byte: ids, times, replies, faults, and what becomes of each message. Two things are of the machine: the header `date` of a
    /// reply, and how long a receiver takes to answer a webhook. With the real clock the times are of the machine, too, and with them
    /// the ids that hold a time: those of RCS messages, and of what customers write on Viber and RCS. All else is the same, as long
    /// as the order of the requests is: each thing is drawn by its number, not by its time.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// Sets the port on 127.0.0.1. A free one unless set.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.config.clock = clock;
        self
    }

    /// Sets the HTTP status of replies whose envelope says error.
    #[must_use]
    pub fn http_status(mut self, status: HttpStatus) -> Self {
        self.config.status = status;
        self
    }

    /// Sets what the 24 hours do.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.config.window = window;
        self
    }

    /// Sets how long each step of a message takes.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.config.pace = pace;
        self
    }

    /// Sets how much is remembered.
    #[must_use]
    pub fn memory(mut self, memory: Memory) -> Self {
        self.config.memory = memory;
        self
    }

    /// Adds a URL that webhooks are posted to. It is checked when the sandbox starts.
    #[must_use]
    pub fn webhook(mut self, webhook: Webhook) -> Self {
        self.webhooks.push(webhook);
        self
    }

    /// Sets how often a webhook is tried, and how long a receiver may take.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.config.retry = retry;
        self
    }

    /// Switches a fault on from the start. Rules are asked in the order in which they were given.
    #[must_use]
    pub fn fault(mut self, rule: Rule) -> Self {
        self.config.faults.push(rule);
        self
    }

    /// Lets webhooks go to other machines too.
    #[must_use]
    pub fn allow_remote_webhooks(mut self) -> Self {
        self.config.remote_webhooks = true;
        self
    }

    /// Starts it, on 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When the port cannot be had, a webhook cannot be posted, or a fault's rule is none.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        faults::check_all(&self.config.faults).map_err(StartError::Fault)?;
        let listener =
            TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).await.map_err(StartError::Port)?;
        let address = listener.local_addr().map_err(StartError::Port)?;
        let core = Arc::new(Core::new(Config { address, ..self.config }));
        for (index, webhook) in self.webhooks.into_iter().enumerate() {
            webhooks::subscribe(&core, webhook).map_err(|error| StartError::Webhook(index, error))?;
        }
        let (stopper, stop) = stop::pair();
        let mut tasks = vec![tokio::spawn(server::run(Arc::clone(&core), listener, stop.clone()))];
        if !core.clock.is_virtual() {
            tasks.push(tokio::spawn(driver::run(Arc::clone(&core), stop)));
        }
        Ok(Sandbox::new(core, stopper, tasks))
    }
}
