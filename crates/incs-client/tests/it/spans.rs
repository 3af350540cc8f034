//! One span for each call, which says what became of it and nothing of what it held.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use incs_client::Error;
use incs_client::endpoints::messages::GetStatus;
use incs_client::retry::RetryPolicy;
use incs_client::testing::{ScriptedTransport, SkippingClock};
use incs_client::transport::TransportErrorKind as Kind;
use incs_model::status::StatusQuery;
use incs_model::{task, viber};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::discreet::assert_discreet;
use crate::support::{builder, samples};

type Fields = BTreeMap<&'static str, String>;

/// Keeps the fields of every span; an event is kept as a span of one field.
#[derive(Clone, Default)]
struct Kept {
    spans: Arc<Mutex<Vec<Fields>>>,
    entered: Arc<AtomicU64>,
}

struct Writer<'a>(&'a mut Fields);

impl Visit for Writer<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("incs_client")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::from([("span", span.metadata().name().to_owned())]);
        span.record(&mut Writer(&mut fields));
        let mut spans = self.spans.lock().unwrap();
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let index = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Writer(&mut self.spans.lock().unwrap()[index]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::from([("event", event.metadata().name().to_owned())]);
        event.record(&mut Writer(&mut fields));
        self.spans.lock().unwrap().push(fields);
    }

    fn enter(&self, _: &Id) {
        self.entered.fetch_add(1, Ordering::Relaxed);
    }

    fn exit(&self, _: &Id) {}
}

/// The spans of one call over a script.
async fn spans<T>(
    script: ScriptedTransport,
    call: impl AsyncFnOnce(incs_client::Client) -> Result<T, Error>,
) -> Vec<Fields> {
    let kept = Kept::default();
    let guard = tracing::subscriber::set_default(kept.clone());
    let policy = RetryPolicy::new().with_max_attempts(2);
    let client = builder(&script, &SkippingClock::new()).account("ops_admin", samples::PASSWORD).retry(policy);
    let _ = call(client.build().unwrap()).await;
    drop(guard);
    assert!(kept.entered.load(Ordering::Relaxed) > 0);
    let spans = kept.spans.lock().unwrap().clone();
    assert_discreet(&format!("{spans:?}"));
    spans
}

fn span(fields: &[(&'static str, &str)]) -> Fields {
    let name = [("span", "incs_call")];
    name.iter().chain(fields).map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn script() -> ScriptedTransport {
    ScriptedTransport::new()
}

#[tokio::test]
async fn a_call_is_one_span_that_says_what_became_of_it() {
    let echo = json!({ "status": "error", "code": 422, "message": format!("{} {}", samples::PHONE, samples::TEXT) });
    for (script, status, attempts, outcome) in [
        (script().success(&samples::sent()), Some("200"), "1", "success"),
        (script().error(Kind::Connect).success(&samples::sent()), Some("200"), "2", "success"),
        (script().error(Kind::Connect).error(Kind::Connect), None, "2", "not_sent"),
        (script().reply_json(422, &echo), Some("422"), "1", "rejected"),
        (script().reply(503, samples::TEXT), Some("503"), "1", "unknown"),
        (script().error(Kind::Timeout), None, "1", "unknown"),
        (script().success(&7), Some("200"), "1", "accepted"),
    ] {
        let mut expected = span(&[
            ("operation", "send_viber_message"),
            ("channel", "viber"),
            ("attempts", attempts),
            ("outcome", outcome),
        ]);
        expected.extend(status.map(|status| ("http_status", status.to_owned())));
        let found = spans(script, async |client| client.messages().send(samples::message()).await).await;
        assert_eq!(found, [expected]);
    }
}

#[tokio::test]
async fn a_call_without_a_channel_says_none_and_a_fetch_of_a_token_is_a_call_of_its_own() {
    let done = [("attempts", "1"), ("outcome", "success"), ("http_status", "200")];
    let named = |name| span(&[&[("operation", name)], &done[..]].concat());

    let answered = script().success(&json!({ "data": [] }));
    let status = GetStatus::new(StatusQuery::new([samples::SENT_ID.into()]));
    assert_eq!(spans(answered, async |client| client.execute(status).await).await, [named("get_message_status")]);

    let answered = script().success(samples::TOKEN).success(&json!({ "total": 0, "data": [] }));
    let found = spans(answered, async |client| client.tasks().list(task::ListQuery::new()).next().await).await;
    assert_eq!(found, [named("list_tasks"), named("fetch_token")]);
}

#[tokio::test]
async fn a_call_that_is_refused_before_it_begins_has_its_span() {
    let empty = viber::Message::new(samples::PHONE.parse().unwrap(), viber::Content::Text(String::new()));
    let found = spans(script(), async |client| client.messages().send(empty).await).await;
    let fields =
        [("operation", "send_viber_message"), ("channel", "viber"), ("attempts", "0"), ("outcome", "not_sent")];
    assert_eq!(found, [span(&fields)]);
}
