//! What a sandbox is told before it starts.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::app::Sandbox;
use crate::clock::Clock;
use crate::config::{Config, HttpStatus, Memory, Pace, Retry, Window};
use crate::faults::rule::{Rule, RuleError};
use crate::lifecycle::driver;
use crate::state::Core;
use crate::webhooks::webhook::{Webhook, WebhookError};
use crate::{faults, server, stop, webhooks};

/// What a sandbox is told before it starts. All of it has a default.
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
