//! The life of a message: accepted, sent, delivered, read or failed.

pub(crate) mod driver;

use std::time::Duration;

use incs_model::Timestamp;
use incs_model::status;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agenda::Job;
use crate::channel::Channel;
use crate::config::{Config, Window};
use crate::notice::Kind;
use crate::seed::{Purpose, Seed, duration};
use crate::world::World;
use crate::world::conversation::WINDOW;

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// It was accepted.
    Created,
    /// It was handed to the carrier.
    Sent,
    /// It is on the customer's phone.
    Delivered,
    /// The customer saw it.
    Read,
    /// It will never arrive.
    Failed,
    /// The customer wrote it.
    Received,
}

/// Why a message failed: the provider's number and words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Failure {
    /// The provider's number: 131047.
    pub code: i64,
    /// The provider's words.
    pub title: String,
}

impl Failure {
    /// What Meta says when the 24 hours are over (INCS documents the rule, not its error: inferred).
    pub(crate) fn window() -> Self {
        Self { code: 131_047, title: "Re-engagement message".to_owned() }
    }

    /// What Meta says when a message cannot be brought to the customer (inferred likewise).
    pub(crate) fn undeliverable() -> Self {
        Self { code: 131_026, title: "Message undeliverable".to_owned() }
    }
}

/// What will become of a message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) sent: Duration,
    pub(crate) delivered: Duration,
    /// `None` when the customer does not read it by itself.
    pub(crate) read: Option<Duration>,
    /// It fails where it would be sent or delivered.
    pub(crate) failure: Option<Failure>,
}

impl Plan {
    /// Draws what becomes of a message, by its number.
    pub(crate) fn draw(config: &Config, seed: Seed, message: u64) -> Self {
        let mut rng = seed.rng(Purpose::Life, message);
        let pace = &config.pace;
        let sent = duration(&mut rng, &pace.sent);
        let delivered = duration(&mut rng, &pace.delivered);
        let read = duration(&mut rng, &pace.read);
        let read = (rng.f64() < pace.read_share).then_some(read);
        Self { sent, delivered, read, failure: None }
    }
}

impl State {
    /// The state as the platform names it in webhooks and status replies; `None` for what it does not name there.
    pub(crate) fn on_wire(self) -> Option<status::State> {
        match self {
            Self::Created | Self::Received => None,
            Self::Sent => Some(status::State::Sent),
            Self::Delivered => Some(status::State::Delivered),
            Self::Read => Some(status::State::Read),
            Self::Failed => Some(status::State::Failed),
        }
    }
}

/// Whether a message without a template may be delivered now.
pub(crate) fn window_is_open(world: &World, window: Window, channel: Channel, customer: &str, now: Timestamp) -> bool {
    let wrote =
        || world.conversations.get(&(channel, customer.to_owned())).is_some_and(|known| known.window_is_open(now));
    match window {
        // Viber documents no window.
        _ if channel == Channel::Viber => true,
        Window::Open => true,
        Window::Presumed => {
            Duration::try_from(now.duration_since(world.started_at)).unwrap_or_default() < WINDOW || wrote()
        }
        Window::Strict => wrote(),
    }
}

/// Tells the subscribers of a message that was accepted, and puts its first step onto the agenda.
pub(crate) fn begin(world: &mut World, message: u64, now: Timestamp) {
    crate::hook::on_created(world, message, now);
    let Some(plan) = world.messages.get(message).map(|message| message.plan.clone()) else { return };
    let first = if plan.failure.is_some() { State::Failed } else { State::Sent };
    world.agenda.put(now.checked_add(plan.sent).unwrap_or(Timestamp::MAX), Job::Reach(message, first));
}

/// Lets a message reach a state, tells the subscribers, and puts the next step onto the agenda. A message never goes back.
pub(crate) fn reach(world: &mut World, number: u64, state: State, now: Timestamp) {
    let Some(message) = world.messages.get_mut(number) else { return };
    // A message that was to fail may have been pushed past that by hand.
    if message.state >= state || (state == State::Failed && message.plan.failure.is_none()) {
        return;
    }
    message.state = state;
    let next = match state {
        State::Sent => {
            message.sent_at = Some(now);
            Some((message.plan.delivered, State::Delivered))
        }
        State::Delivered => {
            message.delivered_at = Some(now);
            message.plan.read.map(|after| (after, State::Read))
        }
        State::Read => {
            message.read_at = Some(now);
            None
        }
        State::Failed => {
            message.failed_at = Some(now);
            message.failure.clone_from(&message.plan.failure);
            None
        }
        State::Created | State::Received => None,
    };
    let message = message.clone();
    world.notices.tell(Kind::Message, &message);
    crate::hook::on_state(world, &message, now);
    if let Some((after, state)) = next {
        world.agenda.put(now.checked_add(after).unwrap_or(Timestamp::MAX), Job::Reach(number, state));
    }
}
