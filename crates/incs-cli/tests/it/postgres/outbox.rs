//! `incs outbox` beside a program that sends.

use std::time::Duration;

use incs_facade::relay::store::{OutboxId, OutboxMessage, SendLimits, SendOutcome, SendResult, SenderId, Store as _};
use incs_facade::relay_postgres::PgStore;
use incs_facade::whatsapp;
use incs_relay_testing::postgres;
use serde_json::{Value, json};

use crate::inbox::server::on_store;
use crate::outbox::stores::NAMED;
use crate::support::{incs, run};

/// Stores these messages: 1 accepted, 2 and 3 unknown, 4 rejected, 5 and 6 queued.
async fn fill(store: &PgStore) {
    let message = |number: u32| {
        let to = format!("8525123008{number}").parse().unwrap();
        OutboxMessage::try_new(format!("order-{number}"), whatsapp::Message::new(to, "See you at 9")).unwrap()
    };
    store.enqueue((1..=6).map(message).collect()).await.unwrap();
    let lease = Duration::from_mins(1);
    let limits = SendLimits { sender: SenderId(7), limit: 4, lease, hold: lease, is_reported: false };
    let marked = store.advance(Vec::new(), limits).await.unwrap().sending;
    let error = || "the connection was lost".to_owned();
    let outcomes = [
        SendOutcome::Accepted { message_id: Some("wamid.1".to_owned()), error: None },
        SendOutcome::Unknown { error: error() },
        SendOutcome::Unknown { error: error() },
        SendOutcome::Rejected { error: "no such template".to_owned() },
    ];
    let results = marked.iter().zip(outcomes);
    let results = results.map(|(sent, outcome)| SendResult { id: sent.id, attempt: sent.attempt, outcome });
    store.advance(results.collect(), SendLimits { limit: 0, ..limits }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn person_decides_beside_running_program() {
    let Some(server) = postgres::shared("person_decides_beside_running_program") else { return };
    let url = server.database().unwrap();
    let store = PgStore::open(&url).await.unwrap();
    fill(&store).await;
    let on = |args: &[&str]| on_store(&[&["outbox"], args].concat(), &url);
    let listed = on(&["list"]).documents();
    let states: Vec<_> = listed.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["accepted", "unknown", "unknown", "rejected", "queued", "queued"]);
    let ids: Vec<_> = listed.iter().map(|line| line["id"].to_string()).collect();
    let id = |number: usize| ids[number - 1].as_str();

    let shown = on(&["show", id(2)]).document();
    assert!(shown["body"]["kind"] == "text" && shown["message"]["error"] == "the connection was lost", "{shown}");
    let taken = on(&[&["resolve", id(2), "--accepted", "wamid.1"], &NAMED[..]].concat());
    assert_eq!((taken.code, &taken.document()["result"]), (1, &json!("id_taken")));
    let accepted = on(&[&["resolve", id(2), "--accepted", "wamid.2"], &NAMED[..]].concat());
    assert_eq!((accepted.code, &accepted.document()["state"]), (0, &json!("accepted")));
    let again = on(&[&["resolve", id(3), "--send-again", "--yes"], &NAMED[..]].concat());
    assert_eq!(again.document()["state"], "queued");
    let cancelled = on(&[&["cancel", id(4), id(5), "99999"], &NAMED[..]].concat());
    let results: Vec<_> = cancelled.documents().iter().map(|line| line["result"].clone()).collect();
    assert_eq!((cancelled.code, results), (9, [json!("wrong_state"), json!("done"), json!("not_found")].to_vec()));

    let audited = on(&["audit", "--grace", "1ms"]);
    let gaps: Vec<Value> = audited.documents().iter().map(|line| line["message_id"].clone()).collect();
    assert_eq!((audited.code, gaps), (9, [json!("wamid.1"), json!("wamid.2")].to_vec()));
    let found = on(&["stats"]).document();
    for (state, count) in [("accepted", 2), ("rejected", 1), ("queued", 2), ("cancelled", 1), ("unknown", 0)] {
        assert_eq!(found[state], count, "{found}");
    }
    let raw = run(&mut incs(&["outbox", "show", id(6), "--raw", "--store", &url])).stdout;
    let body = store.message_body(OutboxId(id(6).parse().unwrap())).await.unwrap();
    assert_eq!(Some(raw.into_bytes()), body);
}
