//! `/state`: how the sandbox is set, and how much it holds.

use incs_model::Timestamp;
use incs_model::time::TimestampSchema;
use schemars::JsonSchema;
use serde::Serialize;

use super::call::Call;
use super::route::Method::Get;
use super::route::{Route, route};
use crate::channel::Channel;
use crate::config::{HttpStatus, Memory, Window};
use crate::core::Core;
use crate::world::Counters;

pub(crate) fn routes() -> Vec<Route> {
    vec![route(Get, "/state", "getState", "How the sandbox is set, and how much it holds").always(state)]
}

/// How the sandbox is set, and how much it holds.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Settings")]
struct State {
    /// The version of the sandbox.
    version: &'static str,
    seed: u64,
    #[schemars(with = "TimestampSchema")]
    now: Timestamp,
    clock: Clock,
    /// The base URL of both host roles.
    base_url: String,
    console_url: String,
    /// What the header `certification-code` must hold.
    certification_code: String,
    channels: Vec<OneChannel>,
    /// What happened since the start or the last reset.
    counters: Counters,
    /// How much is remembered now.
    remembered: Remembered,
    /// How much may be.
    memory: Bounds,
    window: Hours,
    http_status: Status,
}

/// Who moves the clock.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Clock {
    Real,
    Virtual,
}

/// What the 24 hours do.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Hours {
    Presumed,
    Strict,
    Open,
}

/// The HTTP status of replies whose envelope says error.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    Mirrored,
    AlwaysOk,
}

/// A channel of the sandbox.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ChannelOfSandbox")]
struct OneChannel {
    channel: Channel,
    id: u64,
    business_phone: &'static str,
}

/// How many records of each kind are remembered.
#[derive(Debug, Serialize, JsonSchema)]
struct Remembered {
    messages: usize,
    exchanges: usize,
    deliveries: usize,
    conversations: usize,
    templates: usize,
    tasks: usize,
    /// What is still to happen.
    agenda: usize,
}

/// How many records of each kind are remembered at most; the oldest go first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Memory")]
struct Bounds {
    messages: usize,
    exchanges: usize,
    deliveries: usize,
    templates: usize,
    tasks: usize,
    /// Bytes of bodies, for each of messages, requests and deliveries.
    bytes: usize,
}

impl From<Memory> for Bounds {
    fn from(memory: Memory) -> Self {
        let Memory { messages, exchanges, deliveries, templates, tasks, bytes } = memory;
        Self { messages, exchanges, deliveries, templates, tasks, bytes }
    }
}

fn state(core: &Core, _: Call) -> State {
    let world = core.world();
    let channels = Channel::ALL.into_iter().map(|channel| OneChannel {
        channel,
        id: channel.id(),
        business_phone: channel.business_phone(),
    });
    State {
        version: env!("CARGO_PKG_VERSION"),
        seed: core.config.seed,
        now: core.now(),
        clock: if core.clock.is_virtual() { Clock::Virtual } else { Clock::Real },
        base_url: core.base_url(),
        console_url: core.console_url(),
        certification_code: world.code.clone(),
        channels: channels.collect(),
        counters: world.counters,
        remembered: Remembered {
            messages: world.messages.len(),
            exchanges: world.exchanges.len(),
            deliveries: world.deliveries.len(),
            conversations: world.conversations.len(),
            templates: world.templates.len(),
            tasks: world.tasks.len(),
            agenda: world.agenda.len(),
        },
        memory: core.config.memory.into(),
        window: match core.config.window {
            Window::Presumed => Hours::Presumed,
            Window::Strict => Hours::Strict,
            Window::Open => Hours::Open,
        },
        http_status: match core.config.status {
            HttpStatus::Mirrored => Status::Mirrored,
            HttpStatus::AlwaysOk => Status::AlwaysOk,
        },
    }
}
