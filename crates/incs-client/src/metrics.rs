//! Metrics of calls, for the recorder of the crate `metrics`. Feature `metrics`.
//!
//! Names, units and labels follow OpenTelemetry's semantic conventions for HTTP clients and messaging; what those do not have is
//! named `incs.…`. The value of every label comes from a closed set, which is part of [`METRICS`]: no number, text, id or other
//! data of a message or a reply.
//!
//! | metric | counts or measures | labels |
//! | --- | --- | --- |
//! | `http.client.request.duration` | each attempt | `http.request.method`, `server.address`, `server.port`, `http.response.status_code`, `error.type` |
//! | `messaging.client.operation.duration` | each send, with its waits and retries | `messaging.system`, `messaging.operation.name`, `incs.channel`, `error.type` |
//! | `messaging.client.sent.messages` | each send | the same, and `incs.outcome` |
//! | `incs.client.calls` | each call, sends included | `incs.operation`, `incs.outcome`, `error.type` |
//! | `incs.client.retries` | each attempt after the first | `incs.operation`, and `error.type` of the attempt before |
//! | `incs.client.throttles` | each reply that says 429, and each attempt that the client's own rate limiter delayed or refused | `incs.throttle.source` |
//!
//! The program installs a recorder; without one nothing is recorded. A recorder cannot know the buckets by itself, so pass
//! [`DURATION_BUCKETS`] to it, and call [`describe`] once for units and descriptions:
//!
//! ```
//! use incs_client::metrics::{DURATION_BUCKETS, METRICS};
//! use incs_model::metric::Instrument;
//!
//! incs_client::metrics::describe();
//! for metric in METRICS {
//!     if let Instrument::Histogram(buckets) = metric.instrument {
//!         assert_eq!(buckets, DURATION_BUCKETS); // to the exporter, with `metric.name`
//!     }
//! }
//! ```

use std::time::Duration;

use ::metrics::{Label as Pair, SharedString, Unit};
use incs_model::metric::{Instrument, Label, Metric};

use crate::error::{ErrorKind, RequestState};
use crate::signals::words;

/// The upper bounds in seconds of the buckets of durations, as the conventions ask for HTTP clients and for messaging.
pub const DURATION_BUCKETS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

const METHOD: Label = Label::words("http.request.method", words::METHODS);
const ADDRESS: Label = Label::base_url("server.address");
const PORT: Label = Label::base_url("server.port");
const STATUS: Label = Label::http_status_or("http.response.status_code", &[words::OTHER]);
const HTTP_ERROR: Label = Label::http_status_or("error.type", words::ERRORS);
const SYSTEM: Label = Label::words("messaging.system", &[words::SYSTEM]);
const SEND: Label = Label::words("messaging.operation.name", &[words::SEND]);
const CHANNEL: Label = Label::words("incs.channel", words::CHANNELS);
const OUTCOME: Label = Label::words("incs.outcome", words::OUTCOMES);
const OPERATION: Label = Label::words("incs.operation", words::OPERATIONS);
const ERROR: Label = Label::words("error.type", words::ERRORS);
const SOURCE: Label = Label::words("incs.throttle.source", &["limiter", "platform"]);

const REQUEST_DURATION: Metric = Metric::durations(
    "http.client.request.duration",
    DURATION_BUCKETS,
    "Duration of HTTP client requests, one for each attempt of a call.",
    &[METHOD, ADDRESS, PORT, STATUS, HTTP_ERROR],
);
const SEND_DURATION: Metric = Metric::durations(
    "messaging.client.operation.duration",
    DURATION_BUCKETS,
    "Duration of sends, with their waits and retries.",
    &[SYSTEM, SEND, CHANNEL, ERROR],
);
const SENT: Metric = Metric::counter(
    "messaging.client.sent.messages",
    "{message}",
    "Number of messages that the client was asked to send, by outcome.",
    &[SYSTEM, SEND, CHANNEL, OUTCOME, ERROR],
);
const CALLS: Metric = Metric::counter(
    "incs.client.calls",
    "{call}",
    "Number of calls, sends included, by outcome.",
    &[OPERATION, OUTCOME, ERROR],
);
const RETRIES: Metric = Metric::counter(
    "incs.client.retries",
    "{attempt}",
    "Number of attempts after the first, by the error of the attempt before.",
    &[OPERATION, ERROR],
);
const THROTTLES: Metric = Metric::counter(
    "incs.client.throttles",
    "{throttle}",
    "Number of attempts that the platform refused with 429, and that the client's own rate limiter delayed or refused.",
    &[SOURCE],
);

/// All metrics of this crate.
pub const METRICS: &[Metric] = &[REQUEST_DURATION, SEND_DURATION, SENT, CALLS, RETRIES, THROTTLES];

/// Tells the installed recorder the units and descriptions of [`METRICS`].
pub fn describe() {
    for Metric { name, instrument, description, .. } in METRICS {
        match instrument {
            Instrument::Histogram(_) => ::metrics::describe_histogram!(*name, Unit::Seconds, *description),
            _ => ::metrics::describe_counter!(*name, Unit::Count, *description),
        }
    }
}

/// The attempt of a call.
pub(crate) struct Attempt<'a> {
    pub(crate) method: &'static str,
    pub(crate) address: &'a str,
    pub(crate) port: u16,
    /// The status of the reply, if there was one.
    pub(crate) status: Option<http::StatusCode>,
    pub(crate) error: Option<ErrorKind>,
    pub(crate) duration: Duration,
}

/// A call that ended.
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    /// The channel of a send. `None` for any other call.
    pub(crate) send: Option<&'static str>,
    pub(crate) outcome: RequestState,
    pub(crate) error: Option<ErrorKind>,
    pub(crate) duration: Duration,
}

pub(crate) fn attempt_ended(attempt: &Attempt<'_>) {
    let mut labels = vec![
        pair(METHOD, attempt.method),
        pair(ADDRESS, attempt.address.to_owned()),
        pair(PORT, attempt.port.to_string()),
    ];
    labels.extend(attempt.status.map(|status| pair(STATUS, words::status(status))));
    labels.extend(words::http_error(attempt.status, attempt.error).map(|error| pair(HTTP_ERROR, error)));
    ::metrics::histogram!(REQUEST_DURATION.name, labels).record(attempt.duration);
    if attempt.error == Some(ErrorKind::RateLimited) {
        ::metrics::counter!(THROTTLES.name, vec![pair(SOURCE, "platform")]).increment(1);
    }
}

pub(crate) fn call_ended(call: &Call) {
    let error = call.error.map(|kind| pair(ERROR, kind.as_str()));
    let outcome = pair(OUTCOME, call.outcome.as_str());
    if let Some(channel) = call.send {
        let mut labels = vec![pair(SYSTEM, words::SYSTEM), pair(SEND, words::SEND), pair(CHANNEL, channel)];
        labels.extend(error.clone());
        ::metrics::histogram!(SEND_DURATION.name, labels.clone()).record(call.duration);
        labels.push(outcome.clone());
        ::metrics::counter!(SENT.name, labels).increment(1);
    }
    let mut labels = vec![pair(OPERATION, words::operation(call.operation)), outcome];
    labels.extend(error);
    ::metrics::counter!(CALLS.name, labels).increment(1);
}

pub(crate) fn retried(operation: &'static str, after: ErrorKind) {
    let labels = vec![pair(OPERATION, words::operation(operation)), pair(ERROR, after.as_str())];
    ::metrics::counter!(RETRIES.name, labels).increment(1);
}

/// The client's own rate limiter delayed or refused an attempt.
#[cfg(feature = "rate-limit")]
pub(crate) fn limited() {
    ::metrics::counter!(THROTTLES.name, vec![pair(SOURCE, "limiter")]).increment(1);
}

fn pair(label: Label, value: impl Into<SharedString>) -> Pair {
    Pair::new(label.name, value)
}
