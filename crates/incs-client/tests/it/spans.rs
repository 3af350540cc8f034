//! The spans of a call and of its attempts: their fields follow OpenTelemetry, and none has data of the call.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, Once};

use futures_util::FutureExt as _;
use incs_client::endpoints::messages::GetStatus;
use incs_client::retry::RetryPolicy;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::transport::TransportErrorKind as Kind;
use incs_client::{Client, Error};
use incs_model::status::StatusQuery;
use incs_model::{task, viber};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Instrument as _, Metadata, Subscriber};

use crate::support::discreet::assert_discreet;
use crate::support::{builder, samples};

type Fields = BTreeMap<&'static str, String>;

/// Keeps the fields of every span, its name and the name of its parent. An event is kept as a span.
#[derive(Clone, Default)]
struct Kept {
    state: Arc<Mutex<State>>,
    is_on: bool,
}

#[derive(Default)]
struct State {
    spans: Vec<Fields>,
    /// The spans that are entered.
    entered: Vec<u64>,
}

impl State {
    fn name(&self, span: u64) -> String {
        self.spans[usize::try_from(span).unwrap() - 1]["span"].clone()
    }
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
    /// `tracing` remembers whether anybody listens to a callsite. Without this, a test that reaches one while another test subscribes
    /// could disable it for that test.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        self.is_on
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut state = self.state.lock().unwrap();
        let mut fields = Fields::from([("span", span.metadata().name().to_owned())]);
        let parent = span.parent().map(Id::into_u64);
        let parent = parent.or(state.entered.last().copied().filter(|_| span.is_contextual()));
        fields.extend(parent.map(|parent| ("parent", state.name(parent))));
        span.record(&mut Writer(&mut fields));
        state.spans.push(fields);
        Id::from_u64(state.spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let index = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Writer(&mut self.state.lock().unwrap().spans[index]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::from([("event", event.metadata().name().to_owned())]);
        event.record(&mut Writer(&mut fields));
        self.state.lock().unwrap().spans.push(fields);
    }

    fn enter(&self, span: &Id) {
        self.state.lock().unwrap().entered.push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        assert_eq!(self.state.lock().unwrap().entered.pop(), Some(span.into_u64()));
    }
}

/// The spans of one call over a script, without the span `caller` that it is made in.
async fn spans<T>(script: ScriptedTransport, call: impl AsyncFnOnce(Client) -> Result<T, Error>) -> Vec<Fields> {
    let policy = RetryPolicy::new().with_max_attempts(2);
    let client = builder(&script, &AutoAdvanceClock::new()).account("ops_admin", samples::PASSWORD).retry(policy);
    spans_of(call(client.build().unwrap())).await
}

async fn spans_of(call: impl Future) -> Vec<Fields> {
    static DEFAULT: Once = Once::new();
    DEFAULT.call_once(|| tracing::subscriber::set_global_default(Kept::default()).unwrap());
    let kept = Kept { is_on: true, ..Kept::default() };
    let guard = tracing::subscriber::set_default(kept.clone());
    let _ = call.instrument(tracing::info_span!("caller")).await;
    drop(guard);
    let mut spans = std::mem::take(&mut kept.state.lock().unwrap().spans);
    assert_eq!(spans.remove(0), fields(&[("span", "caller")]));
    assert_discreet(&format!("{spans:?}"));
    spans
}

fn fields(fields: &[(&'static str, &str)]) -> Fields {
    fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// The fields of a Viber send with its attempts, outcome and error.
fn send(attempts: &str, outcome: &str, error: Option<&str>) -> Fields {
    let mut span = fields(&[
        ("span", "incs.send"),
        ("parent", "caller"),
        ("otel.name", "send viber"),
        ("otel.kind", "client"),
        ("messaging.system", "incs"),
        ("messaging.operation.name", "send"),
        ("messaging.operation.type", "send"),
        ("server.address", "chat-api.incsapp.com"),
        ("server.port", "443"),
        ("incs.operation", "send_viber_message"),
        ("incs.channel", "viber"),
        ("incs.attempts", attempts),
        ("incs.outcome", outcome),
    ]);
    span.extend(failed(error));
    span
}

/// The fields of one attempt of it, with the status of the reply and the error.
fn attempt(number: u32, status: Option<&str>, error: Option<&str>) -> Fields {
    let mut span = fields(&[
        ("span", "incs.attempt"),
        ("parent", "incs.send"),
        ("otel.name", "POST"),
        ("otel.kind", "client"),
        ("http.request.method", "POST"),
        ("server.address", "chat-api.incsapp.com"),
        ("server.port", "443"),
        ("incs.attempt", &number.to_string()),
    ]);
    if number > 1 {
        span.insert("http.request.resend_count", (number - 1).to_string());
    }
    span.extend(status.map(|status| ("http.response.status_code", status.to_owned())));
    span.extend(failed(error));
    span
}

fn failed(error: Option<&str>) -> Fields {
    error.map(|error| fields(&[("error.type", error), ("otel.status_code", "error")])).unwrap_or_default()
}

fn script() -> ScriptedTransport {
    ScriptedTransport::new()
}

#[tokio::test]
async fn send_and_attempts_are_nested_spans() {
    let echo = json!({ "status": "error", "code": 422, "message": format!("{} {}", samples::PHONE, samples::TEXT) });
    for (script, expected) in [
        (script().success(&samples::sent()), vec![send("1", "accepted", None), attempt(1, Some("200"), None)]),
        (
            script().error(Kind::Connect).success(&samples::sent()),
            vec![send("2", "accepted", None), attempt(1, None, Some("connect")), attempt(2, Some("200"), None)],
        ),
        (
            script().error(Kind::Connect).error(Kind::Connect),
            vec![
                send("2", "not_sent", Some("connect")),
                attempt(1, None, Some("connect")),
                attempt(2, None, Some("connect")),
            ],
        ),
        (
            script().reply_json(422, &echo),
            vec![send("1", "rejected", Some("refused")), attempt(1, Some("422"), Some("422"))],
        ),
        (
            script().reply_json(200, &echo),
            vec![send("1", "rejected", Some("refused")), attempt(1, Some("200"), Some("refused"))],
        ),
        (
            script().reply(503, samples::TEXT),
            vec![send("1", "unknown", Some("server")), attempt(1, Some("503"), Some("503"))],
        ),
        (script().error(Kind::Timeout), vec![send("1", "unknown", Some("timeout")), attempt(1, None, Some("timeout"))]),
        (script().success(&7), vec![send("1", "accepted", Some("reply")), attempt(1, Some("200"), Some("reply"))]),
    ] {
        let found = spans(script, async |client| client.messages().send(samples::message()).await).await;
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn dropped_send_is_recorded_as_cancelled() {
    for (script, outcome) in [(script().stall(), "unknown"), (script().stall_unsent(), "not_sent")] {
        // With the real clock, so that no time limit comes first.
        let client = Client::builder(script).certification_code(samples::CODE).build().unwrap();
        let found = spans_of(async { client.messages().send(samples::message()).into_future().now_or_never() });
        assert_eq!(found.await, [send("1", outcome, Some("cancelled")), attempt(1, None, Some("cancelled"))]);
    }
}

#[tokio::test]
async fn token_fetch_is_inside_the_call() {
    let call = |operation, parent| {
        let names = [("span", "incs.call"), ("parent", parent), ("otel.name", operation), ("otel.kind", "internal")];
        let ours = [("incs.operation", operation), ("incs.attempts", "1"), ("incs.outcome", "accepted")];
        fields(&[&names[..], &ours].concat())
    };
    let request = |method: &'static str, host| {
        let names = [("span", "incs.attempt"), ("parent", "incs.call"), ("otel.name", method), ("otel.kind", "client")];
        let http = [
            ("http.request.method", method),
            ("http.response.status_code", "200"),
            ("server.address", host),
            ("server.port", "443"),
            ("incs.attempt", "1"),
        ];
        fields(&[&names[..], &http].concat())
    };

    let answered = script().success(&json!({ "data": [] }));
    let status = GetStatus::new(StatusQuery::new([samples::SENT_ID]));
    let found = spans(answered, async |client| client.execute(status).await).await;
    assert_eq!(found, [call("get_message_status", "caller"), request("GET", "chat-api.incsapp.com")]);

    let answered = script().success(samples::TOKEN).success(&json!({ "total": 0, "data": [] }));
    let found = spans(answered, async |client| client.tasks().list(task::ListQuery::new()).try_next().await).await;
    let api = "api.incsapp.com";
    assert_eq!(
        found,
        [call("list_tasks", "caller"), call("fetch_token", "incs.call"), request("POST", api), request("GET", api),]
    );
}

#[tokio::test]
async fn call_refused_early_has_a_span() {
    let empty = viber::Message::new(samples::PHONE.parse().unwrap(), viber::Content::Text(String::new()));
    let found = spans(script(), async |client| client.messages().send(empty).await).await;
    assert_eq!(found, [send("0", "not_sent", Some("invalid"))]);
}
