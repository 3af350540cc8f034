//! Finding out about messages with an unknown outcome.

use std::time::Duration;

use incs_model::delivery::Stage;
use incs_model::event::MessageStatusUpdate;
use incs_model::event::created;
use incs_model::status::State;
use incs_model::{RawJson, whatsapp};
use incs_relay::store::{Decision, DecisionResult, OutboxMessage, OutboxState, Proof, SightingKind, Store as _};
use incs_webhook::testing::bodies::{self, Body};

use crate::support::{CUSTOMER, OTHER, Outbox, created, created_text, message, reply, run};

/// The time in which a wrong program would decide.
const A_WHILE: Duration = Duration::from_millis(300);

/// Returns an outbox with messages of these texts to one customer, all unknown.
async fn unknown(texts: &[&str]) -> Outbox {
    let outbox = Outbox::new(vec![reply(500, ""); texts.len()]).await;
    for (number, text) in texts.iter().enumerate() {
        outbox.enqueue_message(message(&format!("{number}"), CUSTOMER, text).unordered()).await;
    }
    outbox.drain(&outbox.builder().build()).await;
    assert!(outbox.states().await.iter().all(|state| *state == OutboxState::Unknown));
    outbox
}

#[tokio::test]
async fn equal_text_confirms_an_unknown_send() {
    let outbox = unknown(&["Paid.", "Sent."]).await;
    let relay = outbox.builder().build();
    outbox.post(&created_text("wamid.7", CUSTOMER, "Sent.")).await;
    outbox.run_until(&relay, |entries| entries[1].state == OutboxState::Accepted).await;
    let entries = outbox.entries().await;
    assert_eq!((entries[1].message_id.as_deref(), entries[1].proof), (Some("wamid.7"), Some(Proof::Confirmed)));
    assert_eq!(entries[0].state, OutboxState::Unknown);
    assert!(outbox.platform.texts().len() == 2, "nothing was sent again");
    // The receipts of the message belong to it from now on.
    outbox.post(&Body::incs(MessageStatusUpdate::new("wamid.7", State::Delivered))).await;
    outbox.run_until(&relay, |entries| entries[1].stage == Some(Stage::Delivered)).await;
}

#[tokio::test]
async fn evidence_that_is_not_exact_decides_nothing() {
    let custom = || created::Content::Custom(RawJson::encode(&serde_json::json!({"name": "order_paid"})).unwrap());
    let text = |text: &str| created::Content::Text(created::content::Text::new(text));
    let cases = [
        ("another text", created("wamid.7", CUSTOMER, text("Sent."))),
        ("another customer", created("wamid.7", OTHER, text("Paid."))),
        ("written by staff", created("wamid.7", CUSTOMER, text("Paid.")).with_source(created::Origin::Incs)),
        ("of an id of another channel", created("7b1e52c4", CUSTOMER, text("Paid."))),
        ("without an id yet", created("", CUSTOMER, text("Paid."))),
        ("of a form that cannot be compared", created("wamid.7", CUSTOMER, custom())),
        ("of an unknown origin", {
            let mut message = created("wamid.7", CUSTOMER, text("Paid."));
            message.source = None;
            message
        }),
    ];
    for (name, webhook) in cases {
        let outbox = unknown(&["Paid."]).await;
        let relay = outbox.builder().build();
        outbox.post(&bodies::message_created(webhook)).await;
        run(&relay, tokio::time::sleep(A_WHILE)).await;
        assert_eq!(outbox.states().await, [OutboxState::Unknown], "{name}");
    }
}

#[tokio::test]
async fn equal_texts_are_not_told_apart() {
    let outbox = unknown(&["Paid.", "Paid."]).await;
    let relay = outbox.builder().build();
    outbox.post(&created_text("wamid.7", CUSTOMER, "Paid.")).await;
    run(&relay, tokio::time::sleep(A_WHILE)).await;
    assert_eq!(outbox.states().await, [OutboxState::Unknown; 2]);
    let candidates = outbox.store.candidates(outbox.entries().await[0].id).await.unwrap().unwrap();
    assert_eq!((candidates.rivals.len(), candidates.sightings.len()), (1, 1));
    assert_eq!(candidates.sightings[0].kind, SightingKind::Created);
    // A person gives one up. The webhook may be about it nevertheless.
    let decision = Decision::Abandon { by: "a person".to_owned() };
    outbox.store.decide(vec![(outbox.entries().await[0].id, decision)]).await.unwrap();
    let relay = outbox.builder().build();
    run(&relay, tokio::time::sleep(A_WHILE)).await;
    assert_eq!(outbox.states().await, [OutboxState::Abandoned, OutboxState::Unknown]);
    // A second webhook makes two for two.
    outbox.post(&created_text("wamid.9", CUSTOMER, "Paid.")).await;
    run(&relay, tokio::time::sleep(A_WHILE)).await;
    assert_eq!(outbox.states().await, [OutboxState::Abandoned, OutboxState::Unknown]);
}

#[tokio::test]
async fn likely_evidence_counts_only_when_asked_for() {
    let outbox = Outbox::new([reply(500, "")]).await;
    let template = whatsapp::Message::new(CUSTOMER.parse().unwrap(), whatsapp::Template::new("order_paid"));
    outbox.enqueue_message(OutboxMessage::try_new("a", template).unwrap()).await;
    let relay = outbox.builder().build();
    outbox.drain(&relay).await;
    outbox
        .post(&bodies::message_created(created(
            "wamid.7",
            CUSTOMER,
            created::Content::Custom(RawJson::encode(&serde_json::json!({"name": "order_paid"})).unwrap()),
        )))
        .await;
    run(&relay, tokio::time::sleep(A_WHILE)).await;
    assert_eq!(outbox.states().await, [OutboxState::Unknown]);
    let relay = outbox.builder().accept_likely(true).build();
    outbox.run_until(&relay, |entries| entries[0].state == OutboxState::Accepted).await;
    assert_eq!(outbox.entries().await[0].proof, Some(Proof::Likely));
}

#[tokio::test]
async fn person_decides_after_the_time_is_over() {
    let outbox = unknown(&["a", "b", "c", "d"]).await;
    let relay = outbox.builder().unresolved_after(Duration::ZERO).build();
    outbox.run_until(&relay, |entries| entries.iter().all(|one| one.state == OutboxState::Unresolved)).await;
    let ids: Vec<_> = outbox.entries().await.iter().map(|entry| entry.id).collect();
    let by = || "Rina".to_owned();
    let decisions = vec![
        (ids[0], Decision::Accept { message_id: Some("wamid.7".to_owned()), by: by() }),
        (ids[1], Decision::Accept { message_id: Some("wamid.7".to_owned()), by: by() }),
        (ids[2], Decision::SendAgain { by: by() }),
        (ids[3], Decision::Abandon { by: by() }),
        (ids[3], Decision::SendAgain { by: by() }),
    ];
    let results = outbox.store.decide(decisions).await.unwrap();
    let wrong = DecisionResult::WrongState(OutboxState::Abandoned);
    assert_eq!(
        results,
        [DecisionResult::Done, DecisionResult::IdTaken(ids[0]), DecisionResult::Done, DecisionResult::Done, wrong]
    );
    outbox.drain(&relay).await;
    let entries = outbox.entries().await;
    let states: Vec<_> = entries.iter().map(|entry| entry.state).collect();
    assert_eq!(states, [OutboxState::Accepted, OutboxState::Unresolved, OutboxState::Accepted, OutboxState::Abandoned]);
    assert!(entries[2].is_sent_again && entries[2].attempts == 2);
    assert!(
        entries
            .iter()
            .filter(|entry| entry.state != OutboxState::Unresolved)
            .all(|entry| entry.decided_by.as_deref() == Some("Rina"))
    );
    assert_eq!(outbox.platform.texts().iter().filter(|text| *text == "c").count(), 2, "only this one was sent again");
}
