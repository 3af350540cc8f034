//! `/state`, `/clock`, `/reset`, `/faults` and `/presets`: settings, the virtual clock, and fault rules.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use incs_model::Timestamp;
use incs_model::time::TimestampSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::Method::{Delete, Get, Post};
use super::route::{ApiError, Call, Describe, Json, Nothing, OfId, Own, Parse, Route, route};
use crate::channel::Channel;
use crate::config::{HttpStatus, Memory, Window};
use crate::faults::rule::Rule;
use crate::faults::{Active, Preset, presets};
use crate::lifecycle::driver;
use crate::state::{Core, Counters};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/state", "getState", "How the sandbox is set, and how much it holds").always(settings),
        route(Post, "/clock", "advanceClock", "Moves a virtual clock on, and does all that is due until then")
            .refusals(&[409])
            .by_later(async |core: Arc<Core>, call| advance(&core, call).await),
        route(
            Post,
            "/reset",
            "reset",
            "Forgets all but the subscriptions, and numbers everything from the start again",
        )
        .status(StatusCode::NO_CONTENT)
        .always(reset),
        route(Get, "/faults", "listFaults", "The rules that are on, in the order in which they are asked")
            .always(list_faults),
        route(Post, "/faults", "addFault", "Switches a rule on")
            .status(StatusCode::CREATED)
            .refusals(&[409])
            .by(add_fault),
        route(Delete, "/faults/{id}", "removeFault", "Switches a rule off")
            .status(StatusCode::NO_CONTENT)
            .by(remove_fault),
        route(Delete, "/faults", "removeFaults", "Switches all rules off")
            .status(StatusCode::NO_CONTENT)
            .always(remove_faults),
        route(Get, "/presets", "listPresets", "Rules that go together, to be switched on one by one")
            .always(list_presets),
    ]
}

/// How the sandbox is set, and how much it holds.
#[derive(Debug, Serialize, JsonSchema)]
struct Settings {
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

fn settings(core: &Core, _: Call) -> Settings {
    let records = core.records();
    let channels = Channel::ALL.into_iter().map(|channel| OneChannel {
        channel,
        id: channel.id(),
        business_phone: channel.business_phone(),
    });
    Settings {
        version: env!("CARGO_PKG_VERSION"),
        seed: core.config.seed,
        now: core.now(),
        clock: if core.clock.is_virtual() { Clock::Virtual } else { Clock::Real },
        base_url: core.base_url(),
        console_url: core.console_url(),
        certification_code: records.code.clone(),
        channels: channels.collect(),
        counters: records.counters,
        remembered: Remembered {
            messages: records.messages.len(),
            exchanges: records.exchanges.len(),
            deliveries: records.deliveries.len(),
            conversations: records.conversations.len(),
            templates: records.templates.len(),
            tasks: records.tasks.len(),
            agenda: records.agenda.len(),
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

/// Ten years.
const MOST_MILLIS: u64 = 10 * 366 * 24 * 60 * 60 * 1000;

/// How far.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Milliseconds, at most ten years.
    #[schemars(range(max = MOST_MILLIS))]
    advance_ms: u64,
}

/// What time it is then.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Now")]
struct Reached {
    #[schemars(with = "TimestampSchema")]
    now: Timestamp,
}

async fn advance(core: &Arc<Core>, call: Call<Nothing, Nothing, Json<Advance>>) -> Result<Reached, ApiError> {
    let millis = call.body.0.advance_ms;
    if millis > MOST_MILLIS {
        return Err(ApiError::unprocessable("/advance_ms", "at most ten years"));
    }
    if !core.clock.is_virtual() {
        return Err(ApiError::conflict("the clock of this sandbox is real, it goes by itself"));
    }
    driver::advance(core, core.now().checked_add(Duration::from_millis(millis)).unwrap_or(Timestamp::MAX)).await;
    Ok(Reached { now: core.now() })
}

fn reset(core: &Core, _: Call) -> Nothing {
    core.change(|records, _| records.reset(&core.config));
    Nothing {}
}

impl Parse for Rule {
    const DESCRIBE: Describe = <Self as JsonSchema>::json_schema;

    fn parse(json: &[u8]) -> Result<Self, ApiError> {
        Self::parse(json).map_err(|error| ApiError::unprocessable(error.pointer(), error.to_string()))
    }
}

fn list_faults(core: &Core, _: Call) -> Vec<Active> {
    core.records().faults.list().to_vec()
}

fn add_fault(core: &Core, call: Call<Nothing, Nothing, Own<Rule>>) -> Result<Active, ApiError> {
    // What the rule says was checked; only that there are too many is left.
    core.change(|records, _| records.add_fault(call.body.0)).map_err(|error| ApiError::conflict(error.to_string()))
}

fn remove_fault(core: &Core, call: Call<OfId>) -> Result<Nothing, ApiError> {
    let was_on = core.change(|records, _| records.remove_fault(call.path.id));
    was_on.then_some(Nothing {}).ok_or_else(|| ApiError::not_found("no such rule"))
}

fn remove_faults(core: &Core, _: Call) -> Nothing {
    core.change(|records, _| {
        let rules: Vec<u64> = records.faults.list().iter().map(|active| active.id).collect();
        for id in rules {
            records.remove_fault(id);
        }
    });
    Nothing {}
}

fn list_presets(_: &Core, _: Call) -> Vec<Preset> {
    presets()
}
