//! The shared state of a sandbox: its settings, its clock, and its records behind one lock.

pub(crate) mod agenda;
pub(crate) mod deliveries;
pub(crate) mod exchanges;
pub(crate) mod inbound;
pub(crate) mod log;
pub(crate) mod messages;
pub(crate) mod notices;
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

use self::agenda::{Agenda, Job};
use self::deliveries::Delivery;
use self::exchanges::Exchange;
use self::log::Log;
use self::messages::{Conversation, Message};
use self::notices::{Gone, Kind, Notices};
use self::subscriptions::Subscriptions;
use self::tasks::Tasks;
use self::templates::Templates;
use crate::channel::Channel;
use crate::config::{ADMIN_ROOT, Clock, Config};
use crate::faults::rule::{Action, Rule, RuleError, Spot};
use crate::faults::{Active, Faults};
use crate::http_client::HttpClient;
use crate::seed::{self, Purpose, Seed};

/// The shared state of a sandbox: its settings, its clock, and its records behind one lock.
///
/// The lock is held for short, and never across an await.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    /// Wakes the driver when something is due earlier than it knew.
    pub(crate) wake: Notify,
    /// Posts webhooks.
    pub(crate) http: HttpClient,
    records: Mutex<Records>,
}

impl Core {
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

    /// The page that shows what goes on.
    pub(crate) fn console_url(&self) -> String {
        format!("{}{ADMIN_ROOT}/", self.base_url())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The records, to look at. To change them use [`Self::change`].
    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        // A panic elsewhere leaves the records as they were.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the records at this moment, and wakes the driver if that put something onto the agenda.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Records, Timestamp) -> T) -> T {
        let now = self.now();
        let mut records = self.records();
        let before = records.agenda.next();
        let result = change(&mut records, now);
        records.bound_agenda();
        let after = records.agenda.next();
        drop(records);
        if after.is_some() && after != before {
            self.wake.notify_one();
        }
        result
    }
}

/// Everything that the sandbox remembers. What grows is bounded by [`Memory`](crate::Memory).
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) seed: Seed,
    /// The time of the start or of the last reset.
    pub(crate) started_at: Timestamp,
    /// The certification code that every channel takes.
    pub(crate) code: String,
    pub(crate) agenda: Agenda,
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
    pub(crate) notices: Notices,
    /// Conversations that there ever were, for their ids.
    pub(crate) conversation_count: u64,
    /// The number of resets. What began before a reset must not be recorded after it.
    pub(crate) resets: u64,
}

/// What happened since the start or the last reset, also what is no longer remembered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Counters {
    pub(crate) requests: u64,
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) inbound: u64,
    pub(crate) webhooks_delivered: u64,
    pub(crate) webhooks_failed: u64,
    /// Taken by a fault, by the bound of memory, or because nobody subscribes any more.
    pub(crate) webhooks_dropped: u64,
    pub(crate) faults_applied: u64,
}

impl Records {
    pub(crate) fn new(config: &Config) -> Self {
        let seed = Seed(config.seed);
        let memory = config.memory;
        let mut faults = Faults::new(seed);
        for rule in &config.faults {
            // They were checked when the sandbox started.
            let _ = faults.add(rule.clone());
        }
        Self {
            seed,
            started_at: config.clock.now(),
            code: seed::uuid(seed.rng(Purpose::Code, 0).u128(..), 4),
            agenda: Agenda::default(),
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
            notices: Notices::default(),
            conversation_count: 0,
            resets: 0,
        }
    }

    /// Forgets all but the subscriptions: everything is numbered from the start again, so that the same seed gives the same once
    /// more. What was still to happen does not, pending webhooks included; rules of faults that were added are gone.
    pub(crate) fn reset(&mut self, config: &Config) {
        let resets = self.resets + 1;
        let fresh = Self::new(config);
        let old = std::mem::replace(self, fresh);
        self.resets = resets;
        self.subscriptions = old.subscriptions;
        self.subscriptions.forget_posts();
        self.notices = old.notices;
        self.notices.tell(Kind::Reset, &serde_json::json!({ "resets": resets }));
    }

    /// The conversation with a customer on a channel, begun if there is none.
    pub(crate) fn conversation(&mut self, channel: Channel, customer: &str) -> &mut Conversation {
        let count = &mut self.conversation_count;
        self.conversations.entry((channel, customer.to_owned())).or_insert_with(|| {
            *count += 1;
            Conversation::new(1000 + *count, channel, customer)
        })
    }

    /// Adds a message to the log and to its conversation; the oldest go, if need be, and so do conversations that have none
    /// left. Gives its number.
    pub(crate) fn add_message(&mut self, message: Message) -> u64 {
        let number = self.messages.next();
        self.by_id.insert(message.id.clone(), number);
        let (channel, at) = (message.channel, message.created_at);
        self.conversation(channel, &message.customer).add(number, at);
        self.notices.tell(Kind::Message, &message);
        if let Some(conversation) = self.conversations.get(&(channel, message.customer.clone())) {
            self.notices.tell(Kind::Conversation, conversation);
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

    /// A message by the platform's id.
    pub(crate) fn message_by_id(&self, id: &str) -> Option<&Message> {
        self.messages.get(*self.by_id.get(id)?)
    }

    /// Switches a rule on, and gives it as it is then.
    pub(crate) fn add_fault(&mut self, rule: Rule) -> Result<Active, RuleError> {
        let id = self.faults.add(rule.clone())?;
        let active = Active { id, rule, met: 0, applied: 0 };
        self.notices.tell(Kind::Fault, &active);
        Ok(active)
    }

    /// Switches a rule off; says whether it was on.
    pub(crate) fn remove_fault(&mut self, id: u64) -> bool {
        let was_on = self.faults.remove(id);
        if was_on {
            self.notices.tell(Kind::Fault, &Gone::of(id));
        }
        was_on
    }

    /// Picks the fault that applies, counts it, and sends a notice: see [`Faults::pick`].
    pub(crate) fn fault(&mut self, spot: Spot<'_>, wanted: impl Fn(&Action) -> bool) -> Option<(Action, Rng)> {
        let (active, rng) = self.faults.pick(spot, wanted)?;
        self.counters.faults_applied += 1;
        self.notices.tell(Kind::Fault, active);
        Some((active.rule.action.clone(), rng))
    }

    /// Forgets what is on the agenda for things that are no longer remembered, once so much is on it that some of it must be. So
    /// the agenda stays within twice what all that is remembered has to come.
    fn bound_agenda(&mut self) {
        if self.agenda.is_long() {
            let (messages, deliveries, templates) = (&self.messages, &self.deliveries, &self.templates);
            self.agenda.retain(|job| match job {
                Job::Reach(message, _) => messages.get(message).is_some(),
                Job::Post(delivery) => deliveries.get(delivery).is_some(),
                Job::Review(template) => templates.get(template).is_some(),
            });
        }
    }
}
