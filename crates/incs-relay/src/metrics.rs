//! Metrics of the inbox and the outbox, for the recorder of the crate `metrics`. Feature `metrics`.
//!
//! The value of every label comes from a closed set, which is part of [`METRICS`]: no name, id, number or text of an item.
//!
//! | metric | counts or measures | labels |
//! | --- | --- | --- |
//! | `incs.relay.webhooks` | each verified webhook that was stored or answered with 503 | `incs.outcome`, and `error.type` of a 503 |
//! | `incs.relay.items` | each item of a stored webhook | `incs.outcome`: new, seen before, the second callback of a message, or in a spool, where this is not known yet |
//! | `incs.relay.handle.duration` | each call of a handler | `incs.class`, `incs.outcome` |
//! | `incs.relay.open` | items that are not handled yet | |
//! | `incs.relay.oldest_open.age` | the age of the oldest of them | |
//! | `incs.relay.leased` | conversations that are being handled | |
//! | `incs.relay.blocked` | conversations that wait after a failure | |
//! | `incs.relay.dead` | dead letters | |
//! | `incs.relay.sends` | each attempt to send a message | `incs.outcome` |
//! | `incs.relay.expired` | messages whose time was over before they were sent | |
//! | `incs.relay.found` | unknown messages that were found by evidence | `incs.proof` |
//! | `incs.relay.queued` | messages that wait to be sent | |
//! | `incs.relay.oldest_queued.age` | the age of the oldest of them | |
//! | `incs.relay.unknown` | messages of which nobody knows whether they were sent | |
//! | `incs.relay.spooled` | webhooks that wait in a spool in front of the store | |
//! | `incs.relay.oldest_spooled.age` | the age of the oldest of them | |
//!
//! The gauges are set by [`Relay::stats`](crate::Relay::stats), which [`run_until`](crate::Relay::run_until) calls every 10 seconds.
//! Alert on the age of the oldest open item first: it grows whenever something is stuck. Call [`describe`] once to tell the recorder
//! units and descriptions.

use std::time::Duration;

use ::metrics::{Label as Pair, Unit};
use incs_model::Timestamp;
use incs_model::metric::{Instrument, Label, Metric};

use crate::handler::{AfterFailure, HandlerError};
use crate::store::{Appended, ItemClass, OutboxState, Spooled, Stats, StoreError};
#[cfg(feature = "outbox")]
use crate::store::{Proof, SendOutcome};

/// The upper bounds in seconds of the buckets of durations.
pub const DURATION_BUCKETS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

const STORED: Label = Label::words("incs.outcome", &["stored", "unavailable"]);
const REASON: Label =
    Label::words("error.type", &["full", "busy", "closed", "owned", "too_new", "unsuitable", "unreachable", "engine"]);
const APPENDED: Label = Label::words("incs.outcome", &["new", "seen", "duplicate", "spooled"]);
const CLASS: Label = Label::words("incs.class", &["message", "receipt", "event", "unparsed"]);
const HANDLED: Label = Label::words("incs.outcome", &["done", "retry", "dead_letter"]);

const WEBHOOKS: Metric = Metric::counter(
    "incs.relay.webhooks",
    "{webhook}",
    "Number of verified webhooks that were stored or answered with 503.",
    &[STORED, REASON],
);
const ITEMS: Metric = Metric::counter(
    "incs.relay.items",
    "{item}",
    "Number of items of stored webhooks, by whether they were new.",
    &[APPENDED],
);
const HANDLE: Metric = Metric::durations(
    "incs.relay.handle.duration",
    DURATION_BUCKETS,
    "Duration of the calls of handlers.",
    &[CLASS, HANDLED],
);
const OPEN: Metric = Metric::gauge("incs.relay.open", "{item}", "Number of items that are not handled yet.");
const OLDEST: Metric =
    Metric::gauge("incs.relay.oldest_open.age", "s", "Age of the oldest item that is not handled yet.");
const LEASED: Metric =
    Metric::gauge("incs.relay.leased", "{conversation}", "Number of conversations that are being handled.");
const BLOCKED: Metric =
    Metric::gauge("incs.relay.blocked", "{conversation}", "Number of conversations that wait after a failure.");
const DEAD: Metric = Metric::gauge("incs.relay.dead", "{item}", "Number of dead letters.");
const SENT: Label = Label::words("incs.outcome", &["accepted", "rejected", "retry", "dead", "unknown"]);
const PROOF: Label = Label::words("incs.proof", &["confirmed", "likely"]);
const SENDS: Metric = Metric::counter(
    "incs.relay.sends",
    "{attempt}",
    "Number of attempts to send a message, by their outcome.",
    &[SENT],
);
const EXPIRED: Metric = Metric::counter(
    "incs.relay.expired",
    "{message}",
    "Number of messages whose time was over before they were sent.",
    &[],
);
const FOUND: Metric = Metric::counter(
    "incs.relay.found",
    "{message}",
    "Number of messages with an unknown outcome that were found by evidence.",
    &[PROOF],
);
const OLDEST_QUEUED: Metric =
    Metric::gauge("incs.relay.oldest_queued.age", "s", "Age of the oldest message that waits to be sent.");
const UNKNOWN: Metric = Metric::gauge(
    "incs.relay.unknown",
    "{message}",
    "Number of messages of which nobody knows whether they were sent.",
);
const QUEUED: Metric = Metric::gauge("incs.relay.queued", "{message}", "Number of messages that wait to be sent.");
const SPOOLED: Metric =
    Metric::gauge("incs.relay.spooled", "{webhook}", "Number of webhooks that wait in a spool in front of the store.");
const OLDEST_SPOOLED: Metric =
    Metric::gauge("incs.relay.oldest_spooled.age", "s", "Age of the oldest webhook that waits in a spool.");

/// All metrics of this crate.
pub const METRICS: &[Metric] = &[
    WEBHOOKS,
    ITEMS,
    HANDLE,
    OPEN,
    OLDEST,
    LEASED,
    BLOCKED,
    DEAD,
    SENDS,
    EXPIRED,
    FOUND,
    QUEUED,
    OLDEST_QUEUED,
    UNKNOWN,
    SPOOLED,
    OLDEST_SPOOLED,
];

/// Tells the installed recorder the units and descriptions of [`METRICS`].
pub fn describe() {
    for metric in METRICS {
        let unit = if metric.unit == "s" { Unit::Seconds } else { Unit::Count };
        match metric.instrument {
            Instrument::Histogram(_) => ::metrics::describe_histogram!(metric.name, unit, metric.description),
            Instrument::Gauge => ::metrics::describe_gauge!(metric.name, unit, metric.description),
            _ => ::metrics::describe_counter!(metric.name, unit, metric.description),
        }
    }
}

pub(crate) fn appended(result: Result<&[Appended], &StoreError>) {
    match result {
        Ok(items) => {
            count(&WEBHOOKS, 1, vec![pair(STORED, "stored")]);
            let outcomes = items.iter().map(|item| match item {
                Appended::New(_) => "new",
                Appended::Seen => "seen",
                Appended::DuplicateOf { .. } => "duplicate",
                Appended::Spooled => "spooled",
            });
            let mut numbers = std::collections::BTreeMap::new();
            outcomes.for_each(|outcome| *numbers.entry(outcome).or_insert(0) += 1);
            for (outcome, number) in numbers {
                count(&ITEMS, number, vec![pair(APPENDED, outcome)]);
            }
        }
        Err(error) => count(&WEBHOOKS, 1, vec![pair(STORED, "unavailable"), pair(REASON, error.reason())]),
    }
}

pub(crate) fn handled(class: ItemClass, duration: Duration, result: Result<(), &HandlerError>) {
    let outcome = match result.map_err(|error| error.next) {
        Ok(()) => "done",
        Err(AfterFailure::DeadLetter | AfterFailure::NoHandler) => "dead_letter",
        Err(AfterFailure::Retry | AfterFailure::RetryAfter(_)) => "retry",
    };
    let labels = vec![pair(CLASS, class.as_str()), pair(HANDLED, outcome)];
    ::metrics::histogram!(HANDLE.name, labels).record(duration);
}

/// Counts the outcome of an attempt.
#[cfg(feature = "outbox")]
pub(crate) fn sent(outcome: &SendOutcome) {
    let outcome = match outcome {
        SendOutcome::Accepted { .. } => "accepted",
        SendOutcome::Rejected { .. } => "rejected",
        SendOutcome::Retry { .. } => "retry",
        SendOutcome::Dead { .. } => "dead",
        SendOutcome::Unknown { .. } => "unknown",
    };
    count(&SENDS, 1, vec![pair(SENT, outcome)]);
}

#[cfg(feature = "outbox")]
pub(crate) fn expired(messages: u64) {
    if messages > 0 {
        count(&EXPIRED, messages, Vec::new());
    }
}

#[cfg(feature = "outbox")]
pub(crate) fn found(proof: Proof) {
    count(&FOUND, 1, vec![pair(PROOF, proof.as_str())]);
}

fn age_of(time: Option<Timestamp>) -> f64 {
    time.map_or(0.0, |time| Timestamp::now().duration_since(time).as_secs_f64().max(0.0))
}

#[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn spooled(spooled: &Spooled) {
    ::metrics::gauge!(SPOOLED.name).set(spooled.deliveries as f64);
    ::metrics::gauge!(OLDEST_SPOOLED.name).set(age_of(spooled.since));
}

#[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn measured(stats: &Stats) {
    let unknown = stats.outbox.count(OutboxState::Unknown) + stats.outbox.count(OutboxState::Unresolved);
    for (metric, value) in [
        (OPEN, stats.open as f64),
        (OLDEST, age_of(stats.oldest_open)),
        (LEASED, stats.leased_keys as f64),
        (BLOCKED, stats.blocked_keys as f64),
        (DEAD, stats.dead as f64),
        (QUEUED, stats.outbox.count(OutboxState::Queued) as f64),
        (OLDEST_QUEUED, age_of(stats.outbox.oldest_queued)),
        (UNKNOWN, unknown as f64),
    ] {
        ::metrics::gauge!(metric.name).set(value);
    }
}

fn count(metric: &Metric, number: u64, labels: Vec<Pair>) {
    ::metrics::counter!(metric.name, labels).increment(number);
}

fn pair(label: Label, value: &'static str) -> Pair {
    Pair::from_static_parts(label.name, value)
}
