//! The shared state of a sandbox: its settings, its clock, and its records behind one lock.

pub(crate) mod deliveries;
pub(crate) mod events;
pub(crate) mod exchanges;
pub(crate) mod inbound;
pub(crate) mod log;
pub(crate) mod messages;
pub(crate) mod schedule;
pub(crate) mod subscriptions;
pub(crate) mod tasks;
pub(crate) mod templates;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use incs_model::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::Notify;

use self::deliveries::Delivery;
use self::events::{EventKind, EventStream, Removed};
use self::exchanges::Exchange;
use self::log::Log;
use self::messages::{Conversation, Message};
use self::schedule::{Job, Schedule};
use self::subscriptions::Subscriptions;
use self::tasks::Tasks;
use self::templates::Templates;
use crate::channel::Channel;
use crate::config::{ADMIN_ROOT, Clock, Config};
use crate::faults::rule::{Action, Rule, RuleError, Target};
use crate::faults::{ActiveRule, Faults};
use crate::http_client::HttpClient;
use crate::seed::Seed;

/// The shared state of a sandbox: its settings, its clock, and its records behind one lock.
///
/// The lock is held briefly, and never across an await.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    /// Wakes the driver when a job is due earlier than the one it waits for.
    pub(crate) wake: Notify,
    /// Posts webhooks.
    pub(crate) http: HttpClient,
    records: Mutex<Records>,
}

impl App {
    pub(crate) fn new(config: Config) -> Self {
        let records = Records::new(&config);
        Self {
            clock: config.clock.clone(),
            wake: Notify::new(),
            http: HttpClient::new(&config),
            records: Mutex::new(records),
            config,
        }
    }

    /// The base URL of both host roles, without a slash at its end.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.config.address)
    }

    /// The URL of the console.
    pub(crate) fn console_url(&self) -> String {
        format!("{}{ADMIN_ROOT}/", self.base_url())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Locks the records for reading. Use [`Self::change`] to change them.
    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        // A panic elsewhere leaves the records as they were.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the records at the current time, and wakes the driver if a job is due earlier than before.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Records, Timestamp) -> T) -> T {
        let now = self.now();
        let mut records = self.records();
        let before = records.schedule.next();
        let result = change(&mut records, now);
        records.bound_schedule();
        let after = records.schedule.next();
        drop(records);
        if after.is_some() && after != before {
            self.wake.notify_one();
        }
        result
    }
}

/// Everything that the sandbox remembers. [`Memory`](crate::Memory) bounds all lists that grow.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) seed: Seed,
    /// The time of the start or of the last reset.
    pub(crate) started_at: Timestamp,
    pub(crate) schedule: Schedule,
    pub(crate) messages: Log<Message>,
    /// Numbers of messages by the platform's id.
    pub(crate) by_id: HashMap<String, u64>,
    pub(crate) conversations: BTreeMap<(Channel, String), Conversation>,
    pub(crate) exchanges: Log<Exchange>,
    pub(crate) deliveries: Log<Delivery>,
    pub(crate) templates: Templates,
    pub(crate) tasks: Tasks,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) faults: Faults,
    pub(crate) counters: Counters,
    pub(crate) events: EventStream,
    /// The number of conversations so far, for their ids.
    pub(crate) conversation_count: u64,
    /// The number of resets. A request that began before a reset must not be recorded after it.
    pub(crate) resets: u64,
}

/// Counts since the start or the last reset, including what is no longer remembered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Counters {
    pub(crate) requests: u64,
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) inbound: u64,
    pub(crate) webhooks_delivered: u64,
    pub(crate) webhooks_failed: u64,
    /// Webhooks dropped by a fault, by the memory limit, or because the subscription is gone.
    pub(crate) webhooks_dropped: u64,
    pub(crate) faults_applied: u64,
}

impl Records {
    pub(crate) fn new(config: &Config) -> Self {
        let seed = Seed(config.seed);
        let memory = config.memory;
        let mut faults = Faults::new(seed);
        for rule in &config.faults {
            // The rules were checked when the sandbox started.
            let _ = faults.add(rule.clone());
        }
        Self {
            seed,
            started_at: config.clock.now(),
            schedule: Schedule::default(),
            messages: Log::new(memory.messages, memory.bytes),
            by_id: HashMap::new(),
            conversations: BTreeMap::new(),
            exchanges: Log::new(memory.exchanges, memory.bytes),
            deliveries: Log::new(memory.deliveries, memory.bytes),
            templates: Templates::stock(memory),
            tasks: Tasks::new(memory),
            subscriptions: Subscriptions::default(),
            faults,
            counters: Counters::default(),
            events: EventStream::default(),
            conversation_count: 0,
            resets: 0,
        }
    }

    /// Forgets everything but the subscriptions and restarts all numbering, so that the same seed gives the same results again.
    /// Scheduled jobs, pending webhooks and added fault rules are dropped.
    pub(crate) fn reset(&mut self, config: &Config) {
        let resets = self.resets + 1;
        let fresh = Self::new(config);
        let old = std::mem::replace(self, fresh);
        self.resets = resets;
        self.subscriptions = old.subscriptions;
        self.subscriptions.forget_posts();
        self.events = old.events;
        self.events.send(EventKind::Reset, &serde_json::json!({ "resets": resets }));
    }

    /// Returns the conversation with a customer on a channel, and creates it if needed.
    pub(crate) fn conversation(&mut self, channel: Channel, customer: &str) -> &mut Conversation {
        let count = &mut self.conversation_count;
        self.conversations.entry((channel, customer.to_owned())).or_insert_with(|| {
            *count += 1;
            Conversation::new(1000 + *count, channel, customer)
        })
    }

    /// Adds a message to the log and to its conversation, and returns its number. At the limit the oldest messages are forgotten,
    /// and conversations without messages with them.
    pub(crate) fn add_message(&mut self, message: Message) -> u64 {
        let number = self.messages.next();
        self.by_id.insert(message.id.clone(), number);
        let (channel, at) = (message.channel, message.created_at);
        self.conversation(channel, &message.customer).add(number, at);
        self.events.send(EventKind::Message, &message);
        if let Some(conversation) = self.conversations.get(&(channel, message.customer.clone())) {
            self.events.send(EventKind::Conversation, conversation);
        }
        for gone in self.messages.push(message) {
            self.by_id.remove(&gone.id);
            let key = (gone.channel, gone.customer);
            if let Some(conversation) = self.conversations.get_mut(&key)
                && conversation.forget_oldest()
            {
                self.conversations.remove(&key);
            }
        }
        number
    }

    /// Returns a message by the platform's id.
    pub(crate) fn message_by_id(&self, id: &str) -> Option<&Message> {
        self.messages.get(*self.by_id.get(id)?)
    }

    /// Switches a rule on and returns it with its counters.
    pub(crate) fn add_fault(&mut self, rule: Rule) -> Result<ActiveRule, RuleError> {
        let id = self.faults.add(rule.clone())?;
        let active = ActiveRule { id, rule, met: 0, applied: 0 };
        self.events.send(EventKind::Fault, &active);
        Ok(active)
    }

    /// Switches a rule off. Returns whether it was on.
    pub(crate) fn remove_fault(&mut self, id: u64) -> bool {
        let was_on = self.faults.remove(id);
        if was_on {
            self.events.send(EventKind::Fault, &Removed::new(id));
        }
        was_on
    }

    /// Picks the fault that applies, counts it, and sends an event: see [`Faults::pick`].
    pub(crate) fn fault(&mut self, target: Target<'_>, wanted: impl Fn(&Action) -> bool) -> Option<(Action, Rng)> {
        let (active, rng) = self.faults.pick(target, wanted)?;
        self.counters.faults_applied += 1;
        self.events.send(EventKind::Fault, active);
        Some((active.rule.action.clone(), rng))
    }

    /// Removes jobs about forgotten records when the schedule has become long. So the schedule holds at most twice the jobs that
    /// remembered records have.
    fn bound_schedule(&mut self) {
        if self.schedule.needs_sweep() {
            let (messages, deliveries, templates) = (&self.messages, &self.deliveries, &self.templates);
            self.schedule.retain(|job| match job {
                Job::SetState(message, _) => messages.get(message).is_some(),
                Job::Post(delivery) => deliveries.get(delivery).is_some(),
                Job::Review(template) => templates.get(template).is_some(),
            });
        }
    }
}
