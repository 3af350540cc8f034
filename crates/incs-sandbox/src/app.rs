//! A running sandbox and its builder.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use incs_model::{Secret, Timestamp};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::channel::Channel;
use crate::config::{Clock, Config, HttpStatus, Memory, Pace, Retry, Window};
use crate::customers::Customer;
use crate::faults::rule::{Rule, RuleError};
use crate::lifecycle::driver;
use crate::state::App;
use crate::state::events::Received;
use crate::state::messages::{Direction, Failure, Message, State};
use crate::stop::{self, Stopper};
use crate::webhooks::webhook::{Webhook, WebhookError};
use crate::{faults, seed, server, webhooks};

/// A running sandbox. Dropping it ends it at once; [`shutdown`](Self::shutdown) first lets calls and posts in progress finish.
///
/// All methods can be called from several tasks at once, so one sandbox behind an `Arc` can serve a whole test program.
#[derive(Debug)]
pub struct Sandbox {
    app: Arc<App>,
    stopper: Stopper,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Returns a builder with default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(app: Arc<App>, stopper: Stopper, tasks: Vec<JoinHandle<()>>) -> Self {
        Self { app, stopper, tasks }
    }

    /// The base URL of both host roles, without a slash at its end.
    pub fn base_url(&self) -> String {
        self.app.base_url()
    }

    /// The URL of the console.
    pub fn console_url(&self) -> String {
        self.app.console_url()
    }

    /// The certification code of all channels: the one that was [set](Builder::certification_code), or a random one for this run.
    pub fn certification_code(&self) -> String {
        self.app.config.code.expose().to_owned()
    }

    /// Returns the accepted messages that are still remembered, oldest first.
    pub fn sent(&self) -> Vec<SentMessage> {
        let records = self.app.records();
        let sent = records.messages.iter().filter(|message| message.direction == Direction::Outbound);
        sent.map(SentMessage::of).collect()
    }

    /// Returns an accepted message by the id in the reply to its send; `None` if there is no such message, or if it was forgotten.
    pub fn message(&self, id: &str) -> Option<SentMessage> {
        let records = self.app.records();
        records.message_by_id(id).filter(|message| message.direction == Direction::Outbound).map(SentMessage::of)
    }

    /// Adds a URL that webhooks are posted to from now on. Returns the id that [`remove_webhook`](Self::remove_webhook) takes.
    ///
    /// # Errors
    ///
    /// Fails when the URL is not allowed, when a kind of event is unknown, and when there are too many webhooks.
    pub fn add_webhook(&self, webhook: Webhook) -> Result<u64, WebhookError> {
        webhooks::subscribe(&self.app, webhook).map(|subscription| subscription.id)
    }

    /// Removes a webhook URL and drops its pending deliveries. Returns whether it existed.
    pub fn remove_webhook(&self, id: u64) -> bool {
        webhooks::unsubscribe(&self.app, id)
    }

    /// Switches a fault on, after the faults that are on already. Returns the id that [`remove_fault`](Self::remove_fault) takes.
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
    /// Fails when the rule is invalid, or when there are too many rules.
    pub fn add_fault(&self, rule: Rule) -> Result<u64, RuleError> {
        self.app.change(|records, _| records.add_fault(rule).map(|active| active.id))
    }

    /// Switches a fault off. Returns whether it was on.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.app.change(|records, _| records.remove_fault(id))
    }

    /// Forgets messages, requests, webhooks, customers, tasks, and the templates and faults that were added since the start, and
    /// restarts all numbering. Webhook subscriptions stay, and so do the time and the certification code. Scheduled steps are
    /// dropped: a pending webhook is never posted.
    ///
    /// After a reset the same seed gives the same results as at the start, except for values that contain the time.
    pub fn reset(&self) {
        self.app.change(|records, _| records.reset(&self.app.config));
    }

    /// Returns a customer by number; `+`, spaces and dashes are ignored. Their actions take effect at once, whatever the delays
    /// are.
    pub fn customer<'a>(&'a self, channel: Channel, number: &'a str) -> Customer<'a> {
        Customer::new(&self.app, channel, number)
    }

    /// Advances a virtual clock and runs everything that is due until then, in order, webhooks included. With the real clock it
    /// does nothing.
    pub async fn advance(&self, span: Duration) {
        if self.app.clock.is_virtual() {
            driver::advance(&self.app, self.app.now().checked_add(span).unwrap_or(Timestamp::MAX)).await;
        }
    }

    /// Ends the sandbox, and waits until the last connection is closed and the last webhook posted. Calls and posts in progress
    /// have two seconds to finish; replies that a fault delays end at once.
    pub async fn shutdown(mut self) {
        self.stopper.stop();
        for task in &mut self.tasks {
            let _ = task.await;
        }
    }

    /// Waits until a message has reached a state or a later one, and returns the message.
    ///
    /// With a virtual clock nothing happens by itself, so the wait ends only when another task [advances](Self::advance) it;
    /// `within` is always real time.
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
    /// let sent = client.messages().send(viber::Message::new("+852 5123 0088".parse()?, "Your table is ready.")).await?;
    ///
    /// let message = sandbox.wait_for(sent.message_id.as_str(), State::Delivered, Duration::from_secs(5)).await?;
    /// assert_eq!(message.to, "85251230088");
    /// assert!(message.body.contains("Your table is ready."));
    /// sandbox.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails when there is no such message, when it can no longer reach the state, and when the time is over.
    pub async fn wait_for(&self, id: &str, state: State, within: Duration) -> Result<SentMessage, WaitError> {
        // Listen before reading, so that no change is missed in between.
        let mut listener = self.app.records().events.listen();
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
                if listener.receive().await == Received::Closed {
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

/// A snapshot of a message that the sandbox accepted. It does not change by itself; ask again.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct SentMessage {
    /// The id in the reply to the send.
    pub id: String,
    /// The channel that it was sent on.
    pub channel: Channel,
    /// The customer's number, digits only.
    pub to: String,
    /// The kind of message: `text`, `template`, `interactive.carousel`.
    pub kind: String,
    /// The body of the request, unchanged.
    pub body: String,
    /// The current state.
    pub state: State,
    /// The reason of the failure, if it failed.
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

/// Shows neither number nor text; the id of a WhatsApp message contains the number, so it is left out too.
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

/// An error of [`Sandbox::wait_for`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// No message with that id is remembered.
    #[error("there is no message with that id")]
    Unknown,
    /// The message can no longer reach the state: it failed, or it can no longer fail.
    #[error("the message is {:?} and cannot reach the state any more", .0.state)]
    Past(Box<SentMessage>),
    /// The time is over.
    #[error("the message was still {:?} when the time limit ended", .0.state)]
    TimedOut(Box<SentMessage>),
}

/// The builder of a sandbox. Every setting has a default.
#[derive(Debug, Default)]
pub struct Builder {
    config: Config,
    code: Option<Secret>,
    port: u16,
    webhooks: Vec<Webhook>,
}

/// An error of [`Builder::start`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port is not available.
    #[error("cannot listen on the port on loopback")]
    Port(#[source] std::io::Error),
    /// The certification code cannot be sent as a header.
    #[error("the certification code must be 1 to {MAX_CODE} visible ASCII characters")]
    Code,
    /// The system provides no random bytes for a certification code.
    #[error("no random bytes for a certification code; set one")]
    Random,
    /// A webhook is invalid: its index, counted from 0, and the error.
    #[error("webhook {0} is invalid")]
    Webhook(usize, #[source] WebhookError),
    /// A fault rule is invalid, or there are too many.
    #[error("a fault rule cannot be enabled")]
    Fault(#[source] RuleError),
}

impl Builder {
    /// Sets the seed of ids, delays and faults. 1 unless set.
    ///
    /// With a virtual clock, two sandboxes with the same settings that get the same requests in the same order behave the same,
    /// byte for byte: ids, times, replies, faults, and the states of each message. Two things depend on the machine: the header
    /// `date` of a reply, and how long a receiver takes to answer a webhook. With the real clock the times depend on the machine
    /// too, and so do the ids that contain a time: ids of RCS messages, and of customers' messages on Viber and RCS.
    /// Everything else is the same as long as the order of the requests is: random values depend on the number of a thing, not on
    /// its time.
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

    /// Sets the certification code of all channels. A random one for each run unless set.
    ///
    /// Choose a code that others cannot guess: with a known one, any page in the user's browser could try to send.
    #[must_use]
    pub fn certification_code(mut self, code: impl Into<Secret>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.config.clock = clock;
        self
    }

    /// Sets the HTTP status of replies with an error envelope.
    #[must_use]
    pub fn http_status(mut self, status: HttpStatus) -> Self {
        self.config.status = status;
        self
    }

    /// Sets the rule of the 24-hour window.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.config.window = window;
        self
    }

    /// Sets the delay of each step of a message.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.config.pace = pace;
        self
    }

    /// Sets the limits of what is remembered.
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

    /// Sets the number of tries for a webhook, and the time limit of a receiver.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.config.retry = retry;
        self
    }

    /// Switches a fault on from the start. Rules are checked in the order in which they were added.
    #[must_use]
    pub fn fault(mut self, rule: Rule) -> Self {
        self.config.faults.push(rule);
        self
    }

    /// Allows webhooks to URLs of other machines.
    #[must_use]
    pub fn allow_remote_webhooks(mut self) -> Self {
        self.config.remote_webhooks = true;
        self
    }

    /// Starts the sandbox on 127.0.0.1.
    ///
    /// # Errors
    ///
    /// Fails when the port is not available, or the certification code, a webhook or a fault rule is invalid.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        faults::check_all(&self.config.faults).map_err(StartError::Fault)?;
        let secret = match self.code {
            Some(secret) => Some(secret).filter(is_sendable).ok_or(StartError::Code)?,
            None => random_code().ok_or(StartError::Random)?,
        };
        let listener =
            TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).await.map_err(StartError::Port)?;
        let address = listener.local_addr().map_err(StartError::Port)?;
        let app = Arc::new(App::new(Config { address, code: secret, ..self.config }));
        for (index, webhook) in self.webhooks.into_iter().enumerate() {
            webhooks::subscribe(&app, webhook).map_err(|error| StartError::Webhook(index, error))?;
        }
        let (stopper, stop) = stop::pair();
        let mut tasks = vec![tokio::spawn(server::run(Arc::clone(&app), listener, stop.clone()))];
        if !app.clock.is_virtual() {
            tasks.push(tokio::spawn(driver::run(Arc::clone(&app), stop)));
        }
        Ok(Sandbox::new(app, stopper, tasks))
    }
}

/// The longest certification code.
const MAX_CODE: usize = 256;

/// Returns whether a code can be sent as a header unchanged.
fn is_sendable(code: &Secret) -> bool {
    let code = code.expose();
    (1..=MAX_CODE).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Returns an unpredictable UUID.
fn random_code() -> Option<Secret> {
    let mut bits = [0; 16];
    rustls::crypto::ring::default_provider().secure_random.fill(&mut bits).ok()?;
    Some(seed::uuid(u128::from_ne_bytes(bits), 4).into())
}
