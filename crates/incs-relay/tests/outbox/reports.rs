//! Outcomes that reach the code that enqueued: the handler, the stream, and status queries.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use incs_model::Party;
use incs_model::delivery::Stage;
use incs_model::event::MessageStatusUpdate;
use incs_model::status::State;
use incs_relay::HandlerError;
use incs_relay::store::{OutboxEntry, OutboxState};
use incs_webhook::testing::bodies::Body;

use crate::support::{CUSTOMER, OTHER, Outbox, created_text, reply, run};

#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<OutboxEntry>>>);

impl Calls {
    fn seen(&self) -> Vec<(String, OutboxState, Option<Stage>)> {
        self.0.lock().unwrap().iter().map(|entry| (entry.key.clone(), entry.state, entry.stage)).collect()
    }

    fn has(&self, key: &str, state: OutboxState, delivery: Option<Stage>) -> bool {
        self.seen().contains(&(key.to_owned(), state, delivery))
    }
}

#[tokio::test]
async fn handler_gets_outcomes_and_late_failures() {
    let refusal = r#"{"status":"error","code":400,"message":"no"}"#;
    let outbox = Outbox::new([reply(200, refusal), reply(500, "")]).await;
    let calls = Calls::default();
    let seen = calls.clone();
    let relay = outbox
        .builder()
        .max_sends(1)
        .on_outcome(move |entry| {
            let seen = seen.clone();
            async move {
                let is_first = seen.0.lock().unwrap().is_empty();
                seen.0.lock().unwrap().push(entry);
                if is_first { Err(HandlerError::retry("fails once")) } else { Ok(()) }
            }
        })
        .build();
    for (key, to) in [("rejected", CUSTOMER), ("unknown", CUSTOMER), ("accepted", OTHER)] {
        outbox.enqueue_message(crate::support::message(key, to, key).unordered()).await;
    }
    let has = |key: &'static str, state, stage| {
        let calls = calls.clone();
        move |_: &[OutboxEntry]| calls.has(key, state, stage)
    };
    outbox.run_until(&relay, has("accepted", OutboxState::Accepted, None)).await;
    outbox.run_until(&relay, has("unknown", OutboxState::Unknown, None)).await;
    outbox.post(&created_text("wamid.77", CUSTOMER, "unknown")).await;
    outbox.run_until(&relay, has("unknown", OutboxState::Accepted, Some(Stage::Created))).await;
    outbox.post(&Body::incs(MessageStatusUpdate::new("wamid.1", State::Failed))).await;
    outbox.run_until(&relay, has("accepted", OutboxState::Accepted, Some(Stage::Failed))).await;
    run(&relay, tokio::time::sleep(Duration::from_millis(600))).await;
    let seen = calls.seen();
    let rejected = seen.iter().filter(|(key, ..)| key == "rejected").count();
    assert_eq!(rejected, 2, "once more after a failure: {seen:?}");
    assert_eq!(seen.len(), 6, "{seen:?}");
}

#[tokio::test]
async fn stream_shows_the_states_of_a_message() {
    let outbox = Outbox::new([]).await;
    let id = outbox.enqueue("a", CUSTOMER, "a").await;
    let relay = outbox.builder().build();
    let watching = {
        let stream = relay.outbox().watch(id);
        tokio::spawn(async move { stream.map(|entry| entry.unwrap()).collect::<Vec<_>>().await })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    outbox.drain(&relay).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    outbox.post(&Body::incs(MessageStatusUpdate::new("wamid.1", State::Failed))).await;
    outbox.run_until(&relay, |entries| entries[0].stage == Some(Stage::Failed)).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(!watching.is_finished(), "a receipt can still come");
    outbox.post(&Body::incs(MessageStatusUpdate::new("wamid.1", State::Read))).await;
    outbox.run_until(&relay, |entries| entries[0].stage == Some(Stage::Read)).await;
    let states: Vec<_> = tokio::time::timeout(Duration::from_secs(10), watching).await.unwrap().unwrap();
    // The stream may look while the message is being sent.
    let states = states.into_iter().map(|entry| (entry.state, entry.stage));
    let states: Vec<_> = states.filter(|(state, _)| *state != OutboxState::Sending).collect();
    assert_eq!(
        states,
        [
            (OutboxState::Queued, None),
            (OutboxState::Accepted, None),
            (OutboxState::Accepted, Some(Stage::Failed)),
            (OutboxState::Accepted, Some(Stage::Read)),
        ]
    );
}

#[tokio::test]
async fn message_without_a_receipt_is_asked_about_once() {
    let outbox = Outbox::new([]).await;
    outbox.enqueue("lost", CUSTOMER, "lost").await;
    outbox.enqueue("seen", OTHER, "seen").await;
    outbox.drain(&outbox.builder().build()).await;
    let ids: Vec<_> = outbox.entries().await.iter().map(|entry| entry.message_id.clone().unwrap()).collect();
    let relay = outbox.builder().ask_without_receipt_after(Duration::from_millis(100)).build();
    outbox.post(&Body::incs(MessageStatusUpdate::new(ids[1].as_str(), State::Delivered))).await;
    outbox.run_until(&outbox.builder().build(), |entries| entries[1].receipt_at.is_some()).await;
    outbox.platform.set_statuses(&format!(
        r#"{{"data":[{{"message_id":"{}","message_status":"read","created_at":1764547200,"delivered_at":1764547201,"read_at":1764547202}}]}}"#,
        ids[0]
    ));
    outbox.run_until(&relay, |entries| entries[0].asked_at.is_some()).await;
    run(&relay, tokio::time::sleep(Duration::from_millis(300))).await;
    let entries = outbox.entries().await;
    assert_eq!((entries[0].stage, entries[0].receipt_at), (Some(Stage::Read), None), "the webhook was lost");
    assert_eq!(entries[1].asked_at, None);
    assert_eq!(outbox.platform.queries(), 1);
}

#[tokio::test]
async fn erasing_a_person_removes_their_messages() {
    let outbox = Outbox::new([]).await;
    let sent = outbox.enqueue("sent", CUSTOMER, "sent").await;
    outbox.enqueue("other", OTHER, "other").await;
    let relay = outbox.builder().build();
    outbox.drain(&relay).await;
    let waiting = outbox.enqueue("waiting", CUSTOMER, "waiting").await;
    assert_eq!(relay.erase(&Party::of_phone(CUSTOMER)).await.unwrap(), 2);
    outbox.drain(&relay).await;
    assert_eq!(outbox.platform.texts(), ["sent", "other"]);
    let (sent, waiting) = (outbox.entry(sent).await, outbox.entry(waiting).await);
    assert_eq!((sent.state, waiting.state), (OutboxState::Accepted, OutboxState::Cancelled));
    assert!(sent.is_erased && waiting.is_erased);
}
