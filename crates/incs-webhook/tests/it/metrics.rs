//! The metrics and spans of deliveries: what is recorded, and that every label has a value of its closed set, whatever is received.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use incs_model::Timestamp;
use incs_webhook::guard::{Claim, ClaimGuard, MemoryGuard};
use incs_webhook::metrics::{self, METRICS};
use incs_webhook::scheme::{HmacSha256, Scheme, SharedSecret, VerifyError};
use incs_webhook::testing::bodies::sample;
use incs_webhook::{Delivery, Item, Limits, Receiver, Rejection, Secrets, SignedRequest};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use proptest::prelude::{Strategy as _, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event as TracingEvent, Metadata, Subscriber};

use crate::fixtures::{body, composed, names, read};

const NOW: &str = "2026-11-22T08:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// Runs something with a recorder of its own and returns what was counted by metric and labels.
fn recorded<T>(run: impl FnOnce() -> T) -> BTreeMap<String, u64> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    ::metrics::with_local_recorder(&recorder, run);
    let mut rows = BTreeMap::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let (_, key) = key.into_parts();
        let metric = METRICS.iter().find(|metric| metric.name == key.name()).unwrap_or_else(|| panic!("{key:?}"));
        let mut row = key.name().to_owned();
        for label in key.labels() {
            let declared = metric.labels.iter().find(|declared| declared.name == label.key()).unwrap();
            assert!(declared.values.contains(label.value()), "{key:?}");
            write!(row, " {}={}", label.key(), label.value()).unwrap();
        }
        let DebugValue::Counter(count) = value else { panic!("{key:?}") };
        rows.insert(row, count);
    }
    rows
}

fn rows<const COUNT: usize>(rows: [(&str, u64); COUNT]) -> BTreeMap<String, u64> {
    rows.map(|(row, count)| (row.to_owned(), count)).into()
}

fn receiver() -> Receiver {
    Receiver::new(SharedSecret::in_path(Secrets::try_new("change-me").unwrap()))
        .with_limits(Limits::DEFAULT.with_body(4096))
}

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

const BODY: &[u8] = br#"{"event": "new_message", "channel_id": 30112, "message": {"messaging_product": "whatsapp", "messages": [
    {"from": "6281200045678", "id": "wamid.HBgN", "type": "text", "text": {"body": "Hi"}}, {"id": 7}], "history": [1],
    "statuses": [{"id": "wamid.HBgM", "status": "delivered", "timestamp": "1774000000", "recipient_id": "6281200045678"}]}}"#;

#[test]
fn deliveries_and_items_are_counted() {
    let found = recorded(|| {
        let receiver = receiver();
        receiver.check_head(&JSON, "/hooks/change-me", now()).unwrap();
        receiver.receive(&JSON, "/hooks/change-me", BODY, now()).unwrap();
        receiver.receive(&JSON, "/hooks/guessed", BODY, now()).unwrap_err();
        receiver.check_head(&JSON, "/hooks/guessed", now()).unwrap_err();
        receiver.receive(&JSON, "/hooks/change-me", &[b' '; 4097], now()).unwrap_err();
        receiver.receive(&[("content-type", "text/html")], "/hooks/change-me", BODY, now()).unwrap_err();
        Delivery::new(&JSON, BODY).dangerously_skip_verification().unwrap();
        Delivery::new(&JSON, b"[]").dangerously_skip_verification().unwrap_err();
    });
    assert_eq!(
        found,
        rows([
            ("incs.webhook.deliveries incs.outcome=verified", 1),
            ("incs.webhook.deliveries incs.outcome=unverified", 1),
            ("incs.webhook.deliveries incs.outcome=rejected error.type=mismatch", 2),
            ("incs.webhook.deliveries incs.outcome=rejected error.type=too_large", 1),
            ("incs.webhook.deliveries incs.outcome=rejected error.type=content_type", 1),
            ("incs.webhook.deliveries incs.outcome=rejected error.type=unknown_provider", 1),
            ("incs.webhook.items incs.kind=new_message.whatsapp incs.outcome=parsed", 1),
            ("incs.webhook.items incs.kind=new_message incs.outcome=malformed", 1),
            ("incs.webhook.items incs.kind=new_message.whatsapp incs.outcome=unknown", 1),
            ("incs.webhook.items incs.kind=new_message.whatsapp.status incs.outcome=parsed", 1),
            ("incs.webhook.receipts incs.stage=delivered", 1),
        ])
    );
}

#[test]
fn claims_are_counted_by_result() {
    let found = recorded(|| {
        let guard = MemoryGuard::new(8, Duration::from_hours(1));
        let key = read(BODY).items()[0].dedup_key();
        let Claim::First(claim) = ClaimGuard::claim(&guard, key, now()) else { panic!("first") };
        assert!(matches!(ClaimGuard::claim(&guard, key, now()), Claim::InProgress));
        claim.confirm(now());
        assert!(matches!(ClaimGuard::claim(&guard, key, now()), Claim::Duplicate));
        assert!(ClaimGuard::claim(&guard, None, now()).first().is_some());
    });
    let claims: BTreeMap<_, _> = found.into_iter().filter(|(row, _)| row.starts_with("incs.webhook.claims")).collect();
    assert_eq!(
        claims,
        rows([
            ("incs.webhook.claims incs.outcome=first", 1),
            ("incs.webhook.claims incs.outcome=in_progress", 1),
            ("incs.webhook.claims incs.outcome=duplicate", 1),
            ("incs.webhook.claims incs.outcome=no_key", 1),
        ])
    );
}

#[test]
fn class_begins_the_kind_of_each_event() {
    let other = ["call_status.", "payment_status."].map(|kind| format!("new_message.whatsapp.{kind}"));
    for text in
        names().iter().map(|name| body(name)).chain(sample::all().into_iter().map(|(_, body)| body.as_str().to_owned()))
    {
        for item in &read(&text) {
            let found = recorded(|| read(item.raw()));
            let kinds: Vec<_> = read(item.raw()).iter().filter_map(Item::kind).collect();
            for row in found.keys().filter_map(|row| row.strip_prefix("incs.webhook.items incs.kind=")) {
                let class = row.split(' ').next().unwrap();
                let begins =
                    |kind: &String| kind.starts_with(class) || other.iter().any(|other| kind.starts_with(other));
                assert!(class == "_OTHER" || kinds.iter().any(begins), "{class}: {kinds:?}");
            }
        }
    }
}

/// Rejects with the errors of a scheme of a user, which name headers.
struct Hostile(String);

impl Scheme for Hostile {
    fn verify(&self, request: &SignedRequest<'_>, _: Timestamp) -> Result<(), VerifyError> {
        Err(match request.body().len() % 3 {
            0 => VerifyError::MissingHeader(self.0.clone().into()),
            1 => VerifyError::UnreadableHeader(self.0.clone().into()),
            _ => VerifyError::TooOld,
        })
    }
}

/// Texts that must not become a label: numbers of people, any Unicode, control characters, huge ones, and names that look like ours.
fn hostile() -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    let mut texts: Vec<String> = (0..12).map(|_| any::<String>().new_tree(&mut runner).unwrap().current()).collect();
    texts.extend(
        [
            "6281200045678",
            "+1 202 555 0143",
            "Ms Tan",
            "a\r\nb\0",
            "new_message.whatsapp.history",
            "new_messages",
            "verified",
            "to_12025550143",
            "read",
        ]
        .map(str::to_owned),
    );
    texts.push("x".repeat(5000));
    texts
}

/// The pointers of all values of a document.
fn places(value: &Value, place: &str, found: &mut Vec<String>) {
    found.push(place.to_owned());
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                places(value, &format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{place}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Every fixture and sample as JSON.
fn documents() -> Vec<Value> {
    let texts = names().into_iter().map(|name| body(&name));
    let samples = sample::all().into_iter().chain(sample::messages()).map(|(_, body)| body.as_str().to_owned());
    let mut documents: Vec<Value> = texts.chain(samples).filter_map(|text| serde_json::from_str(&text).ok()).collect();
    documents.extend(composed().into_iter().map(|composed| composed.body));
    documents
}

#[test]
fn hostile_texts_never_become_labels() {
    let texts = hostile();
    let mut seen = BTreeSet::new();
    let (mut bodies, mut next) = (0, 0);
    for document in documents() {
        let mut found = Vec::new();
        places(&document, "", &mut found);
        for place in found {
            // Every member takes each text in turn over the documents; the names of members take it too.
            let text = &texts[next % texts.len()];
            next += 1;
            let (mut value, mut renamed) = (document.clone(), document.clone());
            *value.pointer_mut(&place).unwrap() = Value::from(text.as_str());
            if let Some(Value::Object(members)) = renamed.pointer_mut(&place)
                && let Some(name) = members.keys().next().cloned()
                && let Some(member) = members.remove(&name)
            {
                members.insert(text.clone(), member);
            }
            for value in [value, renamed] {
                bodies += 1;
                let body = value.to_string();
                seen.extend(recorded(|| read(&body)).into_keys());
            }
        }
    }
    for text in &texts {
        let headers = [("content-type", text.as_str()), ("x-signature", text.as_str())];
        seen.extend(
            recorded(|| {
                for body in [text.clone(), format!("{text}x"), format!("{text}xx")] {
                    for scheme in [
                        Receiver::new(Hostile(text.clone())),
                        Receiver::new(HmacSha256::new("x-signature", Secrets::try_new("k2vW7xq0TzN4").unwrap())),
                        receiver(),
                    ] {
                        let _ = scheme.check_head(&headers, text, now());
                        let _ = scheme.receive(&headers, text, body.as_bytes(), now());
                        let _ = scheme.receive(&JSON, text, body.as_bytes(), now());
                    }
                    let _ = Delivery::new(&JSON, body.as_bytes()).dangerously_skip_verification();
                }
            })
            .into_keys(),
        );
    }
    assert!(bodies > 2000, "{bodies}");
    for wanted in
        ["_OTHER", "malformed", "unknown_provider", "missing_header", "unreadable_header", "too_old", "stage=unknown"]
    {
        assert!(seen.iter().any(|row| row.contains(wanted)), "{wanted}: {seen:#?}");
    }
    assert!(seen.len() < 120, "{}", seen.len());
}

#[test]
fn every_rejection_has_a_declared_reason() {
    let declared = METRICS[0].labels.iter().find(|label| label.name == "error.type").unwrap().values;
    for error in [
        VerifyError::MissingHeader("x".into()),
        VerifyError::UnreadableHeader("x".into()),
        VerifyError::MissingSecret,
        VerifyError::TooOld,
        VerifyError::TooNew,
        VerifyError::Mismatch,
        VerifyError::NoLiveSecret,
    ] {
        assert!(declared.contains(Rejection::from(error.clone()).reason()), "{error:?}");
    }
    assert!(declared.contains(Rejection::incomplete().reason()));
    let deep = "[".repeat(80);
    for (body, reason) in
        [(&b"{"[..], "not_json"), (b"\xff", "not_utf8"), (deep.as_bytes(), "too_deep"), (b"[]", "unknown_provider")]
    {
        let rejection = Delivery::new(&JSON, body).dangerously_skip_verification().unwrap_err();
        assert_eq!(rejection.reason(), reason);
        assert!(declared.contains(reason));
    }
}

#[test]
fn descriptions_are_registered() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    ::metrics::with_local_recorder(&recorder, || {
        metrics::describe();
        for metric in METRICS {
            ::metrics::counter!(metric.name).increment(1);
        }
    });
    let snapshot = snapshotter.snapshot().into_vec();
    assert_eq!(snapshot.len(), METRICS.len());
    for (key, _, description, _) in snapshot {
        let metric = METRICS.iter().find(|metric| metric.name == key.key().name()).unwrap();
        assert_eq!(description.as_deref(), Some(metric.description));
    }
}

/// Keeps the fields of every span as one line.
#[derive(Clone, Default)]
struct Kept {
    lines: Arc<Mutex<Vec<String>>>,
    is_on: bool,
}

struct Writer<'a>(&'a mut String);

impl Visit for Writer<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {}={value}", field.name()).unwrap();
    }
}

impl Subscriber for Kept {
    /// `tracing` remembers whether anybody listens to a callsite. Without this, a test that reaches one while another test subscribes
    /// could disable it for that test.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        self.is_on
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = span.metadata().name().to_owned();
        span.record(&mut Writer(&mut line));
        let mut lines = self.lines.lock().unwrap();
        lines.push(line);
        Id::from_u64(lines.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let index = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Writer(&mut self.lines.lock().unwrap()[index]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &TracingEvent<'_>) {
        panic!("no event is recorded: {event:?}");
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn each_received_delivery_has_a_span() {
    tracing::subscriber::set_global_default(Kept::default()).unwrap();
    let kept = Kept { is_on: true, ..Kept::default() };
    tracing::subscriber::with_default(kept.clone(), || {
        receiver().receive(&JSON, "/hooks/change-me", BODY, now()).unwrap();
        receiver().receive(&JSON, "/hooks/guessed", BODY, now()).unwrap_err();
        receiver().check_head(&JSON, "/hooks/change-me", now()).unwrap();
        receiver().check_head(&JSON, "/hooks/guessed", now()).unwrap_err();
    });
    let start =
        "incs.receive otel.name=receive otel.kind=internal messaging.system=incs messaging.operation.name=receive";
    let rejected = format!("{start} incs.outcome=rejected error.type=mismatch otel.status_code=error");
    let received = format!("{start} incs.outcome=verified messaging.batch.message_count=4 incs.unparsed=2");
    assert_eq!(*kept.lines.lock().unwrap(), [received, rejected.clone(), rejected]);
}
