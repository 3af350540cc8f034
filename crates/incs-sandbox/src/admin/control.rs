//! `/state`, `/clock`, `/reset`, `/faults`, `/recipients` and `/presets`: settings, the virtual clock, fault rules, and numbers that
//! fail.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use incs_model::Timestamp;
use incs_model::time::TimestampSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::Method::{Delete, Get, Post};
use super::route::{AdminRequest, ApiError, Empty, IdPath, Json, ParseJson, ParsedJson, Route, SchemaFn, route};
use crate::channel::Channel;
use crate::config::{HttpStatus, Memory, Window};
use crate::faults::recipients::{FailingRecipient, failing_recipients};
use crate::faults::rule::Rule;
use crate::faults::{ActiveRule, Preset, presets};
use crate::lifecycle::driver;
use crate::state::{App, Counters};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/state", "getState", "Settings, counters and limits of the sandbox").infallible(settings),
        route(Post, "/clock", "advanceClock", "Advances a virtual clock and runs everything that is due until then")
            .refusals(&[409])
            .async_handler(async |app: Arc<App>, request| advance(&app, request).await),
        route(Post, "/reset", "reset", "Forgets everything but the subscriptions and restarts all numbering")
            .status(StatusCode::NO_CONTENT)
            .infallible(reset),
        route(Get, "/faults", "listFaults", "Active fault rules, in the order in which they are checked")
            .infallible(list_faults),
        route(Post, "/faults", "addFault", "Switches a fault rule on")
            .status(StatusCode::CREATED)
            .refusals(&[409])
            .handler(add_fault),
        route(Delete, "/faults/{id}", "removeFault", "Switches a fault rule off")
            .status(StatusCode::NO_CONTENT)
            .handler(remove_fault),
        route(Delete, "/faults", "removeFaults", "Switches all fault rules off")
            .status(StatusCode::NO_CONTENT)
            .infallible(remove_faults),
        route(
            Get,
            "/recipients",
            "listRecipients",
            "Numbers that provoke an error: a refused send, or a message that fails later",
        )
        .infallible(list_recipients),
        route(Get, "/presets", "listPresets", "Named sets of fault rules, to be switched on one by one")
            .infallible(list_presets),
    ]
}

/// Settings, counters and limits of the sandbox.
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
    /// The required value of the header `certification-code`.
    certification_code: String,
    channels: Vec<ChannelSettings>,
    /// Counts since the start or the last reset.
    counters: Counters,
    /// The number of remembered records.
    remembered: Remembered,
    /// The limits of what is remembered.
    memory: Bounds,
    window: WindowSetting,
    http_status: Status,
}

/// The kind of clock.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Clock {
    Real,
    Virtual,
}

/// The rule of the 24-hour window.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum WindowSetting {
    Presumed,
    Strict,
    Open,
}

/// The HTTP status of replies with an error envelope.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    Mirrored,
    AlwaysOk,
}

/// A channel of the sandbox.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ChannelOfSandbox")]
struct ChannelSettings {
    channel: Channel,
    id: u64,
    business_phone: &'static str,
    /// The number of remembered conversations.
    conversations: usize,
}

/// The number of remembered records of each kind.
#[derive(Debug, Serialize, JsonSchema)]
struct Remembered {
    messages: usize,
    exchanges: usize,
    deliveries: usize,
    conversations: usize,
    templates: usize,
    tasks: usize,
    /// Scheduled jobs.
    #[serde(rename = "agenda")]
    scheduled: usize,
}

/// The most remembered records of each kind; the oldest are dropped first.
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

fn settings(app: &App, _: AdminRequest) -> Settings {
    let records = app.records();
    let channels = Channel::ALL.into_iter().map(|channel| ChannelSettings {
        channel,
        id: channel.id(),
        business_phone: channel.business_phone(),
        conversations: records.conversations.keys().filter(|(known, _)| *known == channel).count(),
    });
    Settings {
        version: env!("CARGO_PKG_VERSION"),
        seed: app.config.seed,
        now: app.now(),
        clock: if app.clock.is_virtual() { Clock::Virtual } else { Clock::Real },
        base_url: app.base_url(),
        console_url: app.console_url(),
        certification_code: app.config.code.expose().to_owned(),
        channels: channels.collect(),
        counters: records.counters,
        remembered: Remembered {
            messages: records.messages.len(),
            exchanges: records.exchanges.len(),
            deliveries: records.deliveries.len(),
            conversations: records.conversations.len(),
            templates: records.templates.len(),
            tasks: records.tasks.len(),
            scheduled: records.schedule.len(),
        },
        memory: app.config.memory.into(),
        window: match app.config.window {
            Window::Presumed => WindowSetting::Presumed,
            Window::Strict => WindowSetting::Strict,
            Window::Open => WindowSetting::Open,
        },
        http_status: match app.config.status {
            HttpStatus::Mirrored => Status::Mirrored,
            HttpStatus::AlwaysOk => Status::AlwaysOk,
        },
    }
}

/// Ten years.
const MAX_MILLIS: u64 = 10 * 366 * 24 * 60 * 60 * 1000;

/// The time to advance by.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Milliseconds, at most ten years.
    #[schemars(range(max = MAX_MILLIS))]
    advance_ms: u64,
}

/// The time afterwards.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Now")]
struct ClockTime {
    #[schemars(with = "TimestampSchema")]
    now: Timestamp,
}

async fn advance(app: &Arc<App>, request: AdminRequest<Empty, Empty, Json<Advance>>) -> Result<ClockTime, ApiError> {
    let millis = request.body.0.advance_ms;
    if millis > MAX_MILLIS {
        return Err(ApiError::unprocessable("/advance_ms", "at most ten years"));
    }
    if !app.clock.is_virtual() {
        return Err(ApiError::conflict("this sandbox uses the real clock, which cannot be advanced"));
    }
    driver::advance(app, app.now().checked_add(Duration::from_millis(millis)).unwrap_or(Timestamp::MAX)).await;
    Ok(ClockTime { now: app.now() })
}

fn reset(app: &App, _: AdminRequest) -> Empty {
    app.change(|records, _| records.reset(&app.config));
    Empty {}
}

impl ParseJson for Rule {
    const SCHEMA: SchemaFn = <Self as JsonSchema>::json_schema;

    fn parse(json: &[u8]) -> Result<Self, ApiError> {
        Self::parse(json).map_err(|error| ApiError::unprocessable(error.pointer(), error.to_string()))
    }
}

fn list_faults(app: &App, _: AdminRequest) -> Vec<ActiveRule> {
    app.records().faults.list().to_vec()
}

fn add_fault(app: &App, request: AdminRequest<Empty, Empty, ParsedJson<Rule>>) -> Result<ActiveRule, ApiError> {
    // The rule itself was checked before; only the number of rules can be wrong here.
    app.change(|records, _| records.add_fault(request.body.0)).map_err(|error| ApiError::conflict(error.to_string()))
}

fn remove_fault(app: &App, request: AdminRequest<IdPath>) -> Result<Empty, ApiError> {
    let was_on = app.change(|records, _| records.remove_fault(request.path.id));
    was_on.then_some(Empty {}).ok_or_else(|| ApiError::not_found("no such rule"))
}

fn remove_faults(app: &App, _: AdminRequest) -> Empty {
    app.change(|records, _| {
        let rules: Vec<u64> = records.faults.list().iter().map(|active| active.id).collect();
        for id in rules {
            records.remove_fault(id);
        }
    });
    Empty {}
}

fn list_recipients(_: &App, _: AdminRequest) -> Vec<FailingRecipient> {
    failing_recipients()
}

fn list_presets(_: &App, _: AdminRequest) -> Vec<Preset> {
    presets()
}
