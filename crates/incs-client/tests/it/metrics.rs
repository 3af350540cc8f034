//! The metrics of calls: what is recorded, and that every label has a value of its closed set, whatever is sent and replied.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::FutureExt as _;
use incs_client::endpoint::Endpoint;
use incs_client::metrics::{self, METRICS};
use incs_client::retry::RetryPolicy;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::transport::TransportErrorKind as Kind;
use incs_client::{Client, ErrorKind, Rate, RateLimits};
use incs_model::envelope::Frame;
use incs_model::metric::{Instrument, LabelValues};
use incs_model::status::StatusQuery;
use incs_model::{Channel, DecodeError, PhoneNumber, RawJson, Sent, rcs, task, viber, whatsapp};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::support::{builder, samples};

/// What was recorded: metric and labels, and the number of increments or of measurements with their sum in milliseconds.
type Recorded = BTreeMap<String, String>;

/// Runs calls with a recorder of their own.
async fn recorded<T>(calls: impl AsyncFnOnce() -> T) -> Recorded {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let guard = ::metrics::set_default_local_recorder(&recorder);
    calls().await;
    drop(guard);
    let mut rows = Recorded::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let (_, key) = key.into_parts();
        let labels: Vec<_> = key.labels().map(|label| format!(" {}={}", label.key(), label.value())).collect();
        let value = match value {
            DebugValue::Counter(count) => count.to_string(),
            DebugValue::Histogram(values) => {
                let sum: f64 = values.iter().map(|value| value.into_inner()).sum();
                format!("{} in {:.0} ms", values.len(), sum * 1000.0)
            }
            DebugValue::Gauge(_) => panic!("no gauge is declared: {key:?}"),
        };
        rows.insert(format!("{}{}", key.name(), labels.concat()), value);
        assert_declared(key.name(), key.labels().map(|label| (label.key(), label.value())));
    }
    rows
}

/// Fails if a metric or one of its labels is not declared, or a value is not in its closed set.
fn assert_declared<'a>(name: &str, labels: impl Iterator<Item = (&'a str, &'a str)>) {
    let metric = METRICS.iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("{name} is not declared"));
    for (label, value) in labels {
        let declared = metric.labels.iter().find(|declared| declared.name == label);
        let declared = declared.unwrap_or_else(|| panic!("{name}: the label {label} is not declared"));
        let is_base_url = ["chat-api.incsapp.com", "api.incsapp.com", "::1", "443", "8080"].contains(&value);
        let is_base_url = is_base_url || declared.values != LabelValues::BaseUrl;
        assert!(declared.values.contains(value) && is_base_url, "{name}: {label}={value}");
    }
}

fn rows(rows: &[(&str, &str)]) -> Recorded {
    rows.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn policy() -> RetryPolicy {
    RetryPolicy::new().with_max_attempts(3).with_base_delay(Duration::ZERO)
}

#[tokio::test]
async fn send_with_a_retry_is_counted_once() {
    let script = ScriptedTransport::new().reply(429, "").with_header("retry-after", "2").success(&samples::sent());
    let client = builder(&script, &AutoAdvanceClock::new()).retry(policy()).build().unwrap();
    let found = recorded(async || client.messages().send(samples::message()).await.unwrap()).await;
    let request =
        "http.client.request.duration http.request.method=POST server.address=chat-api.incsapp.com server.port=443";
    let send = "messaging.system=incs messaging.operation.name=send incs.channel=viber";
    assert_eq!(
        found,
        rows(&[
            (&format!("{request} http.response.status_code=429 error.type=429"), "1 in 0 ms"),
            (&format!("{request} http.response.status_code=200"), "1 in 0 ms"),
            ("incs.client.throttles incs.throttle.source=platform", "1"),
            ("incs.client.retries incs.operation=send_viber_message error.type=rate_limited", "1"),
            ("incs.client.calls incs.operation=send_viber_message incs.outcome=accepted", "1"),
            (&format!("messaging.client.operation.duration {send}"), "1 in 2000 ms"),
            (&format!("messaging.client.sent.messages {send} incs.outcome=accepted"), "1"),
        ])
    );
}

#[tokio::test]
async fn sends_are_counted_by_outcome_and_error() {
    let refused = json!({ "status": "error", "code": 422, "message": "", "data": {} });
    for (script, outcome) in [
        (ScriptedTransport::new().success(&samples::sent()), "accepted"),
        (ScriptedTransport::new().success(&7), "accepted error.type=reply"),
        (ScriptedTransport::new().reply_json(200, &refused), "rejected error.type=refused"),
        (ScriptedTransport::new().error(Kind::Interrupted), "unknown error.type=interrupted"),
        (ScriptedTransport::new().error(Kind::Tls), "not_sent error.type=tls"),
        (ScriptedTransport::new().stall(), "unknown error.type=cancelled"),
        (ScriptedTransport::new().stall_unsent(), "not_sent error.type=cancelled"),
    ] {
        // With the real clock, so that no time limit comes before a drop.
        let client = Client::builder(script).certification_code(samples::CODE).retry(RetryPolicy::never());
        let client = client.build().unwrap();
        let found =
            recorded(async || client.messages().send(samples::message()).into_future().now_or_never().map(drop)).await;
        let outcome = format!("incs.outcome={outcome}");
        let (outcome, error) = outcome.split_once(' ').map_or((&*outcome, ""), |(outcome, error)| (outcome, error));
        let send =
            "messaging.client.sent.messages messaging.system=incs messaging.operation.name=send incs.channel=viber";
        let error = if error.is_empty() { String::new() } else { format!(" {error}") };
        assert_eq!(found.get(&format!("{send}{error} {outcome}")), Some(&"1".to_owned()), "{found:#?}");
        let call = format!("incs.client.calls incs.operation=send_viber_message {outcome}{error}");
        assert_eq!(found.get(&call), Some(&"1".to_owned()), "{found:#?}");
    }
}

#[tokio::test]
async fn delays_of_the_own_limiter_are_throttles() {
    let script = ScriptedTransport::new().success(&Sent::new("a")).success(&Sent::new("b"));
    let limits = RateLimits::new().with_per_recipient(Rate::every(Duration::from_secs(10)));
    let client = builder(&script, &AutoAdvanceClock::new()).rate_limits(limits).build().unwrap();
    let found = recorded(async || {
        for max_elapsed in [60, 60, 1] {
            let patience = RetryPolicy::new().with_max_elapsed(Duration::from_secs(max_elapsed));
            let _ = client.messages().send(samples::message()).retry(patience).await;
        }
    })
    .await;
    // The first was not delayed, the second waited, the third was refused.
    assert_eq!(found["incs.client.throttles incs.throttle.source=limiter"], "2");
    let limited = "incs.client.calls incs.operation=send_viber_message incs.outcome=not_sent error.type=limited";
    assert_eq!(found[limited], "1");
}

/// Texts that must not become a label: numbers of people, any Unicode, control characters and huge ones.
fn hostile() -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    let mut texts: Vec<String> = (0..8)
        .map(|_| any::<String>().prop_map(|text| text + "\u{202e}").new_tree(&mut runner).unwrap().current())
        .collect();
    texts.extend(
        [samples::PHONE, "+1 202 555 0143", "Ms Tan", "a\r\nb\0", "", "whatsapp ", "POST\n"].map(str::to_owned),
    );
    texts.push("x".repeat(1 << 14));
    texts
}

/// An endpoint of a user, with hostile names.
struct Custom {
    operation: &'static str,
    channel: Option<Channel>,
    method: http::Method,
    sends: bool,
}

impl Endpoint for Custom {
    type Reply = RawJson;

    fn operation(&self) -> &'static str {
        self.operation
    }

    fn method(&self) -> http::Method {
        self.method.clone()
    }

    fn path(&self) -> std::borrow::Cow<'static, str> {
        "/external/85251230088".into()
    }

    fn credential(&self) -> incs_client::endpoint::CredentialKind {
        incs_client::endpoint::CredentialKind::None
    }

    fn channel(&self) -> Option<Channel> {
        self.channel.clone()
    }

    fn sends_message(&self) -> bool {
        self.sends
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<RawJson, DecodeError> {
        reply.data()
    }
}

/// Makes every kind of call with a text in all its members, over a transport that replies with the text in all members.
async fn call_everything(text: &str, seen: &mut BTreeSet<String>) {
    let code = text.bytes().map(i64::from).sum::<i64>() * 7919;
    let envelope = json!({ "status": text, "code": code, "message": text, "data": { "msg_id": text }, text: text });
    let error = json!({ "status": "error", "code": code, "message": text, "error": { text: text } });
    let sent = json!({ "status": "success", "code": 200, "data": { "msg_id": text, text: text }, "message": "" });
    let replies = [envelope.to_string(), error.to_string(), sent.to_string(), text.to_owned(), String::new()];
    let statuses = [200, 429, 503, 599, 600, 999];
    let to: PhoneNumber = samples::to(samples::PHONE);
    for (reply, status) in replies.iter().flat_map(|reply| statuses.map(|status| (reply, status))) {
        let script = (0..40).fold(ScriptedTransport::new(), |script, _| script.reply(status, reply.clone()));
        let script = script.with_header("retry-after", "1");
        let client = Client::builder_with_clock(script, AutoAdvanceClock::new())
            .certification_code("5d1f")
            .account(text, "secret")
            .validate(false)
            .retry(policy().with_max_attempts(2))
            .channel_base_url(&Channel::Rcs, "https://[::1]:8080/85251230088")
            .build()
            .unwrap();
        let leaked: &'static str = Box::leak(text.chars().take(99).collect::<String>().into_boxed_str());
        let method = http::Method::from_bytes(text.as_bytes()).unwrap_or(http::Method::PUT);
        let found = recorded(async || {
            let _ = client.messages().send(whatsapp::Message::new(to.clone(), text)).await;
            let _ = client.messages().send(viber::Message::new(to.clone(), viber::Content::Text(text.into()))).await;
            let _ = client.messages().send(rcs::Message::new(to.clone(), rcs::Content::Text(text.into()))).await;
            let query = StatusQuery::new([text]);
            let _ = client.execute(incs_client::endpoints::messages::GetStatus::new(query)).await;
            let _ = client.templates().rcs().get(text).await;
            let _ = client.templates().rcs().delete(text).await;
            let _ = client.templates().whatsapp().get(text).await;
            let _ = client.tasks().list(task::ListQuery::new()).try_next().await;
            for sends in [false, true] {
                for channel in [None, Some(Channel::from(text)), Some(Channel::Viber)] {
                    let custom = Custom { operation: leaked, channel, method: method.clone(), sends };
                    let _ = client.execute(custom).await;
                }
            }
        })
        .await;
        seen.extend(found.into_keys());
    }
}

#[tokio::test]
async fn hostile_texts_never_become_labels() {
    let mut seen = BTreeSet::new();
    for text in hostile() {
        call_everything(&text, &mut seen).await;
    }
    for word in ["send_whatsapp_message", "fetch_token", "_OTHER", "server.address=::1", "status_code=599"] {
        assert!(seen.iter().any(|row| row.contains(word)), "{word} in {seen:#?}");
    }
    // The number of series is bounded by the sets, not by the texts.
    assert!(seen.len() < 1000, "{}", seen.len());
}

#[tokio::test]
async fn every_declared_label_is_recorded() {
    let mut found = BTreeSet::new();
    let echo = json!({ "status": "error", "code": 422, "message": "", "data": {} });
    let script = ScriptedTransport::new().reply(429, "").reply_json(422, &echo);
    let client = builder(&script, &AutoAdvanceClock::new()).retry(policy()).build().unwrap();
    let rows = recorded(async || {
        metrics::describe();
        client.messages().send(samples::message()).await.unwrap_err()
    })
    .await;
    for row in rows.keys() {
        let mut words = row.split(' ');
        let name = words.next().unwrap();
        found.extend(words.map(|word| (name.to_owned(), word.split('=').next().unwrap().to_owned())));
    }
    let declared = METRICS
        .iter()
        .flat_map(|metric| metric.labels.iter().map(|label| (metric.name.to_owned(), label.name.to_owned())));
    assert_eq!(found, declared.collect());
}

#[test]
fn descriptions_have_unit_and_text() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    ::metrics::with_local_recorder(&recorder, || {
        metrics::describe();
        for metric in METRICS {
            match metric.instrument {
                Instrument::Histogram(_) => ::metrics::histogram!(metric.name).record(1.0),
                _ => ::metrics::counter!(metric.name).increment(1),
            }
        }
    });
    let snapshot = snapshotter.snapshot().into_vec();
    assert_eq!(snapshot.len(), METRICS.len());
    for (key, unit, description, _) in snapshot {
        let metric = METRICS.iter().find(|metric| metric.name == key.key().name()).unwrap();
        let expected = if metric.unit == "s" { ::metrics::Unit::Seconds } else { ::metrics::Unit::Count };
        assert_eq!((unit, description.as_deref()), (Some(expected), Some(metric.description)));
    }
}

#[test]
fn every_error_kind_is_a_declared_word() {
    let declared = METRICS.iter().find(|metric| metric.name == "incs.client.calls").unwrap();
    let errors = declared.labels.iter().find(|label| label.name == "error.type").unwrap();
    for kind in [
        ErrorKind::Invalid,
        ErrorKind::Request,
        ErrorKind::Credential,
        ErrorKind::Cancelled,
        ErrorKind::Limited,
        ErrorKind::Connect,
        ErrorKind::Tls,
        ErrorKind::Timeout,
        ErrorKind::Interrupted,
        ErrorKind::ReplyTooLarge,
        ErrorKind::Transport,
        ErrorKind::Authentication,
        ErrorKind::RateLimited,
        ErrorKind::Refused,
        ErrorKind::Server,
        ErrorKind::Reply,
    ] {
        assert!(errors.values.contains(kind.as_str()), "{}", kind.as_str());
    }
    // The pager makes this one itself, of calls that succeeded.
    assert!(!errors.values.contains(ErrorKind::RepeatedPage.as_str()));
}
