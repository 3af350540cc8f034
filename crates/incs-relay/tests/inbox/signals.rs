//! Tests of metrics and spans.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use incs_client::Client;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_model::event::created;
use incs_model::{Sent, Timestamp, WireTime};
use incs_relay::metrics::{METRICS, describe};
use incs_relay::store::{OutboxMessage, OutboxState, Spool, Spooled};
use incs_relay::{HandlerError, Relay};
use incs_webhook::testing::bodies;
use metrics_util::debugging::DebuggingRecorder;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Subscriber;
use tracing::{Event, Metadata};

use crate::support::{Inbox, JSON, TARGET, delivery, post, receiver, run, text};
use crate::switch::{Mode, Switched};

/// Posts messages that are handled, retried and buried, a duplicate, a receipt, and a webhook that is not stored.
async fn use_everything(inbox: &Inbox) {
    let handler = |message: incs_model::inbound::Inbound, context: incs_relay::Context| async move {
        match message.id.unwrap().as_str() {
            "bad" => Err(HandlerError::dead_letter("6281200045678 cannot be handled")),
            "slow" if context.attempt() == 1 => Err(HandlerError::retry("6281200045678 is busy")),
            _ => Ok(()),
        }
    };
    let relay = inbox.builder().on_message(handler).on_event(|_, _| async { Ok(()) }).build();
    for _ in 0..2 {
        post(&relay, &delivery([text("6281200045678", "good", "my text"), text("6281200045678", "bad", "my text")]))
            .await;
    }
    post(&relay, &delivery([text("6281200045678", "slow", "my text")])).await;
    assert_eq!(relay.receive(&receiver(), &JSON, TARGET, br#"{"event":"my text"}"#).await.status(), 200);
    inbox.drain(&relay).await;
    let refused = relay.receive(&receiver(), &JSON, TARGET, b"{}").await;
    assert_eq!(refused.status(), 503);
    use_outbox(inbox).await;
    use_spool(inbox).await;
    relay.stats().await.unwrap();
}

/// Posts a message while the store is out of reach, and forwards it.
async fn use_spool(inbox: &Inbox) {
    let folder = tempfile::tempdir().unwrap();
    let store = Switched::new(inbox.store.clone());
    store.set(Mode::Off);
    let spool = Spool::open(folder.path().join("spool.db"), store.clone()).await.unwrap();
    let relay = Relay::builder(spool.clone()).build();
    post(&relay, &delivery([text("6281200045678", "spooled", "my text")])).await;
    assert!(relay.stats().await.is_err());
    store.set(Mode::On);
    while spool.waiting() != Spooled::default() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The event of the end comes just after the count.
    post(&relay, &delivery([text("6281200045678", "direct", "my text")])).await;
}

/// Sends messages that are accepted, expired, and unknown until a webhook shows them.
async fn use_outbox(inbox: &Inbox) {
    let platform = ScriptedTransport::new().success(&Sent::new("wamid.1")).reply(500, "my text");
    let client = Client::builder_with_clock(platform, AutoAdvanceClock::new()).certification_code("5d1f");
    let builder = inbox.builder().client(client.build().unwrap()).max_sends(1);
    let relay = builder.evidence_pause(Duration::from_millis(5)).build();
    let message = |key: &str| {
        let message = incs_model::whatsapp::Message::new("6281200045679".parse().unwrap(), "my text");
        OutboxMessage::try_new(key, message).unwrap()
    };
    relay.outbox().enqueue(message("late").with_not_after(Timestamp::UNIX_EPOCH)).await.unwrap();
    let mut ids = Vec::new();
    for key in ["accepted", "unknown"] {
        ids.push(relay.outbox().enqueue(message(key)).await.unwrap());
    }
    let outbox = relay.outbox();
    let state = |id| {
        let outbox = outbox.clone();
        async move { outbox.get(id).await.unwrap().unwrap().state }
    };
    let found = async {
        while state(ids[1]).await != OutboxState::Unknown {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let content = created::Content::Text(created::content::Text::new("my text"));
        let created = created::Message::new(7, content)
            .with_send_id("staff_1")
            .with_recv_id("30112_6281200045679")
            .with_channel_msg_id("wamid.7")
            .with_source(created::Origin::Api)
            .with_created_at(WireTime::from_rfc3339(Timestamp::now(), 6));
        post(&relay, &bodies::message_created(created)).await;
        while state(ids[1]).await != OutboxState::Accepted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    run(&relay, found).await;
}

#[tokio::test]
async fn recorded_metrics_are_the_listed_ones() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let guard = metrics::set_default_local_recorder(&recorder);
    describe();
    let inbox = Inbox::new().await;
    use_everything(&inbox).await;
    drop(guard);
    let mut names = BTreeSet::new();
    let mut outcomes = BTreeSet::new();
    for (key, unit, description, _) in snapshotter.snapshot().into_vec() {
        let name = key.key().name().to_owned();
        if !name.starts_with("incs.relay.") {
            continue;
        }
        let metric =
            METRICS.iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("{name} is not listed"));
        assert!(unit.is_some() && description.is_some(), "{name} is not described");
        for label in key.key().labels() {
            let known = metric.labels.iter().find(|known| known.name == label.key());
            let known = known.unwrap_or_else(|| panic!("{name}: label {}", label.key()));
            assert!(known.values.contains(label.value()), "{name}: {}", label.value());
            outcomes.insert(format!("{name} {}", label.value()));
        }
        names.insert(name);
    }
    let all: BTreeSet<_> = METRICS.iter().map(|metric| metric.name.to_owned()).collect();
    assert_eq!(names, all);
    for outcome in [
        "incs.relay.webhooks stored",
        "incs.relay.webhooks unavailable",
        "incs.relay.webhooks closed",
        "incs.relay.items new",
        "incs.relay.items seen",
        "incs.relay.items spooled",
        "incs.relay.handle.duration done",
        "incs.relay.handle.duration retry",
        "incs.relay.handle.duration dead_letter",
        "incs.relay.sends accepted",
        "incs.relay.sends unknown",
        "incs.relay.found confirmed",
    ] {
        assert!(outcomes.contains(outcome), "{outcome}: {outcomes:?}");
    }
}

/// Collects the names and fields of spans and events.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<String>>);

impl Visit for &Collector {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("incs_relay")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        writeln!(self.0.lock().unwrap(), "{}", span.metadata().name()).unwrap();
        span.record(&mut &*self);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut &*self);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut &*self);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn spans_name_item_and_outcome_without_personal_data() {
    // Other tests run beside this one without a subscriber. Without a global one, they would switch its callsites off.
    tracing::subscriber::set_global_default(Collector::default()).unwrap();
    let collector = Collector::default();
    let guard = tracing::subscriber::set_default(collector.clone());
    let inbox = Inbox::new().await;
    use_everything(&inbox).await;
    drop(guard);
    let seen = collector.0.lock().unwrap().clone();
    for expected in [
        "incs.handle",
        "incs.item=1",
        "incs.kind=\"new_message.whatsapp.text\"",
        "incs.attempt=2",
        "incs.outcome=\"done\"",
        "incs.outcome=\"retry\"",
        "incs.outcome=\"dead_letter\"",
        "error.type=\"closed\"",
        "error.type=\"unreachable\"",
        "message=webhooks go into the spool",
        "message=the spool is empty; webhooks go to the store again",
        "incs.relay.send",
        "incs.outbox.id=3",
        "incs.channel=\"whatsapp\"",
        "incs.proof=\"confirmed\"",
    ] {
        assert!(seen.contains(expected), "{expected}: {seen}");
    }
    assert!(!seen.contains("62812000456") && !seen.contains("my text"), "{seen}");
}

#[tokio::test]
async fn debug_shows_no_personal_data() {
    let inbox = Inbox::new().await;
    let shown = Arc::new(Mutex::new(String::new()));
    let output = Arc::clone(&shown);
    let relay = inbox
        .builder()
        .on_message(move |_, context| {
            let enqueued =
                context.enqueue(incs_model::whatsapp::Message::new("6281200045678".parse().unwrap(), "my text"));
            writeln!(output.lock().unwrap(), "{context:?} {enqueued:?}").unwrap();
            async { Err(HandlerError::dead_letter("6281200045678")) }
        })
        .build();
    let reply = post(&relay, &delivery([text("6281200045678", "a", "my text")])).await;
    writeln!(shown.lock().unwrap(), "{reply:?} {relay:?} {:?} {:?}", inbox.builder(), inbox.store).unwrap();
    inbox.drain(&relay).await;
    let read = incs_relay::store::Store::read(&inbox.store, None, 10).await.unwrap();
    writeln!(shown.lock().unwrap(), "{read:?} {:?}", HandlerError::retry("6281200045678")).unwrap();
    tokio::time::timeout(Duration::from_secs(5), run(&relay, std::future::ready(()))).await.unwrap();
    let shown = shown.lock().unwrap().clone();
    assert!(!shown.contains("6281200045678") && !shown.contains("my text"), "{shown}");
}
