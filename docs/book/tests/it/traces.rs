//! The way of a trace, as `docs/metrics.md` shows it: a webhook is received, a queue stores its context, a worker replies.

use std::collections::HashMap;

use incs_client::Client;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_model::{Sent, Timestamp, viber};
use incs_webhook::scheme::SharedSecret;
use incs_webhook::{Receiver, Secrets};
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{SpanKind, Status, TracerProvider as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::layer::SubscriberExt as _;

/// A row of the queue, as a database would store it: text.
type Job = String;

const HEADERS: [(&str, &str); 2] = [
    ("content-type", "application/json"),
    // A gateway before the receiver began the trace.
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
];

const BODY: &[u8] = br#"{"event": "new_message", "message": {"senderPhoneNumber": "+85251230088", "messageId": "c2f7",
    "sendTime": "2026-04-07T05:40:02.417306Z", "text": "Do you open on Sunday?"}}"#;

/// Receives a webhook in the span of the HTTP server, and returns the job of the reply with the context of that span.
fn receive() -> Job {
    let server = tracing::info_span!("POST /hooks/{secret}", otel.kind = "server");
    let incoming: HashMap<String, String> = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    server.set_parent(TraceContextPropagator::new().extract(&incoming)).unwrap();
    server.in_scope(|| {
        let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new("change-me").unwrap()));
        let batch = receiver.receive(&HEADERS, "/hooks/change-me", BODY, Timestamp::now()).unwrap();
        assert_eq!(batch.inbound().count(), 1);
        let mut context = HashMap::new();
        TraceContextPropagator::new().inject_context(&Span::current().context(), &mut context);
        serde_json::to_string(&context).unwrap()
    })
}

/// Replies later, in another task, in a span of the worker that continues the stored trace.
async fn reply(client: Client, job: Job) {
    let context: HashMap<String, String> = serde_json::from_str(&job).unwrap();
    let worker = tracing::info_span!("reply");
    worker.set_parent(TraceContextPropagator::new().extract(&context)).unwrap();
    let message = viber::Message::new("85251230088".parse().unwrap(), viber::Content::Text("Yes.".into()));
    client.messages().send(message).into_future().instrument(worker).await.unwrap();
}

fn find<'a>(spans: &'a [SpanData], name: &str) -> &'a SpanData {
    let mut found = spans.iter().filter(|span| span.name == name);
    let span = found.next().unwrap_or_else(|| panic!("{name}: {spans:?}"));
    assert!(found.next().is_none(), "{name} is there twice");
    span
}

fn attribute(span: &SpanData, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|pair| pair.key.as_str() == name);
    found.map(|pair| pair.value.to_string())
}

#[tokio::test]
async fn reply_continues_the_trace_of_its_webhook() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let script = ScriptedTransport::new().reply(429, "").success(&Sent::new("7b1e52c4"));
    let client = Client::builder_with_clock(script.clone(), AutoAdvanceClock::new()).certification_code("5d1f");
    let client = client.build().unwrap();

    let job = receive();
    reply(client, job).await;
    drop(guard);

    let spans = exporter.get_finished_spans().unwrap();
    assert_eq!(spans.len(), 6, "{spans:?}");
    for span in &spans {
        assert_eq!(span.span_context.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c", "{}", span.name);
        assert!(!format!("{span:?}").contains("85251230088"), "{}", span.name);
    }
    let server = find(&spans, "POST /hooks/{secret}");
    assert_eq!(server.parent_span_id.to_string(), "b7ad6b7169203331");
    let parent_of = |name| find(&spans, name).parent_span_id;
    assert_eq!(parent_of("receive"), server.span_context.span_id());
    assert_eq!(parent_of("reply"), server.span_context.span_id());
    assert_eq!(parent_of("send viber"), find(&spans, "reply").span_context.span_id());

    let send = find(&spans, "send viber");
    assert_eq!((&send.span_kind, &send.status), (&SpanKind::Client, &Status::Unset));
    assert_eq!(attribute(send, "messaging.operation.name").as_deref(), Some("send"));
    assert_eq!(attribute(send, "messaging.operation.type").as_deref(), Some("send"));
    assert_eq!(attribute(send, "incs.outcome").as_deref(), Some("accepted"));
    let attempts: Vec<_> = spans.iter().filter(|span| span.name == "POST").collect();
    for (attempt, (status, error)) in attempts.iter().zip([("429", Some("429")), ("200", None)]) {
        assert_eq!((attempt.parent_span_id, &attempt.span_kind), (send.span_context.span_id(), &SpanKind::Client));
        assert_eq!(attribute(attempt, "http.response.status_code").as_deref(), Some(status));
        assert_eq!(attribute(attempt, "error.type").as_deref(), error);
        assert_eq!(attempt.status == Status::Unset, error.is_none());
    }
    assert_eq!(attribute(attempts[1], "http.request.resend_count").as_deref(), Some("1"));

    // The platform's treatment of unknown headers is unknown, so none is added.
    for request in script.requests() {
        let names = request.headers().keys().map(ToString::to_string);
        assert!(!names.into_iter().any(|name| ["traceparent", "tracestate", "baggage"].contains(&&*name)));
    }
}
