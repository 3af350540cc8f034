//! Enqueuing, sending, retrying, order, pace and stopping.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use incs_client::transport::TransportErrorKind;
use incs_model::{Channel, Document, Timestamp};
use incs_relay::EnqueueError;
use incs_relay::store::{Decision, OutboxMessage, OutboxState, Proof, Store as _};

use crate::support::{Answer, CUSTOMER, OTHER, Outbox, message, reply, run};

const REFUSAL: &str = r#"{"status":"error","code":400,"message":"no"}"#;
const THROTTLE: &str = r#"{"status":"error","code":429,"message":"slow down"}"#;

#[tokio::test]
async fn each_outcome_has_its_state() {
    let unreadable = r#"{"status":"success","code":200,"data":{}}"#;
    let lost = Answer::Fails(TransportErrorKind::Interrupted, true);
    let refused = Answer::Fails(TransportErrorKind::Connect, false);
    for (name, answers, state, attempts, requests) in [
        ("accepted", vec![], OutboxState::Accepted, 1, 1),
        ("accepted, not readable", vec![reply(200, unreadable)], OutboxState::Accepted, 1, 1),
        ("refused by the platform", vec![reply(200, REFUSAL)], OutboxState::Rejected, 1, 1),
        ("refused without an envelope", vec![reply(422, "")], OutboxState::Rejected, 1, 1),
        ("throttled once", vec![reply(429, THROTTLE)], OutboxState::Accepted, 2, 2),
        ("throttled always", vec![reply(200, THROTTLE); 3], OutboxState::Dead, 3, 3),
        ("no connection twice", vec![refused.clone(); 2], OutboxState::Accepted, 3, 1),
        ("no connection at all", vec![refused; 3], OutboxState::Dead, 3, 0),
        ("platform failed", vec![reply(500, "")], OutboxState::Unknown, 1, 1),
        ("platform unavailable", vec![reply(503, "")], OutboxState::Unknown, 1, 1),
        ("gateway timed out", vec![reply(408, "")], OutboxState::Unknown, 1, 1),
        ("connection lost", vec![lost], OutboxState::Unknown, 1, 1),
        ("no reply in time", vec![Answer::Waits], OutboxState::Unknown, 1, 1),
        ("transport panicked", vec![Answer::Panics], OutboxState::Unknown, 1, 1),
        ("reply is not JSON", vec![reply(200, "hello")], OutboxState::Unknown, 1, 1),
    ] {
        let outbox = Outbox::new(answers).await;
        let id = outbox.enqueue("order-17", CUSTOMER, "Paid.").await;
        let relay = outbox.builder().build();
        outbox.drain(&relay).await;
        // Some time in which a wrong program would send it again.
        run(&relay, tokio::time::sleep(Duration::from_millis(100))).await;
        let entry = outbox.entry(id).await;
        assert_eq!((entry.state, entry.attempts), (state, attempts), "{name}: {entry:?}");
        assert_eq!(outbox.platform.texts().len(), requests, "{name}");
        assert_eq!(entry.message_id.is_some(), state == OutboxState::Accepted && name != "accepted, not readable");
        assert_eq!(entry.proof, (state == OutboxState::Accepted).then_some(Proof::Reply), "{name}");
        let is_read = entry.message_id.is_some();
        assert_eq!(entry.error.is_some(), !is_read, "{name}: {entry:?}");
        if let Some(error) = entry.error {
            assert!(!error.contains(CUSTOMER) && !error.contains("Paid"), "{error}");
        }
    }
}

#[tokio::test]
async fn invalid_message_is_never_sent() {
    let outbox = Outbox::new([]).await;
    for (key, channel, body) in [
        ("not JSON", Channel::WhatsApp, "{"),
        ("no text", Channel::WhatsApp, r#"{"to":"85251230088","type":"text","text":""}"#),
        ("a typo", Channel::Viber, r#"{"to":"85251230088","type":"text","txet":"a"}"#),
        ("no such channel", Channel::from("telegram"), r#"{"to":"85251230088","type":"text","text":"a"}"#),
    ] {
        outbox.enqueue_message(OutboxMessage::of_document(key, &Document::read(&channel, body))).await;
    }
    outbox.drain(&outbox.builder().build()).await;
    for entry in outbox.entries().await {
        assert_eq!((entry.state, entry.reason.as_deref()), (OutboxState::Dead, Some("invalid")), "{entry:?}");
        assert!(entry.is_not_sent());
    }
    assert!(outbox.platform.texts().is_empty());
}

#[tokio::test]
async fn key_makes_an_enqueue_repeatable() {
    let outbox = Outbox::new([]).await;
    let id = outbox.enqueue("order-17", CUSTOMER, "Paid.").await;
    assert_eq!(outbox.enqueue("order-17", CUSTOMER, "Paid.").await, id);
    let relay = outbox.builder().build();
    let other = relay.outbox().enqueue(message("order-17", CUSTOMER, "Sent.")).await;
    assert_eq!(other, Err(EnqueueError::KeyReused(id)));
    outbox.drain(&relay).await;
    assert_eq!(outbox.enqueue("order-17", CUSTOMER, "Paid.").await, id, "also after it was sent");
    outbox.drain(&relay).await;
    assert_eq!(outbox.platform.texts(), ["Paid."]);
    assert_eq!(relay.outbox().find("order-17").await.unwrap().unwrap().id, id);
}

#[tokio::test]
async fn refused_credential_stops_the_sends() {
    let outbox = Outbox::new([reply(401, ""), reply(403, "")]).await;
    for number in 0..20 {
        outbox.enqueue(&format!("{number}"), &format!("852512300{number:02}"), "Paid.").await;
    }
    let relay = outbox.builder().max_sends(2).build();
    run(&relay, relay.credential_refused()).await;
    assert_eq!(outbox.states().await, [OutboxState::Queued; 20]);
    assert!(outbox.platform.texts().len() <= 2);
    let tried: Vec<_> = outbox.entries().await.into_iter().filter(|entry| entry.attempts > 0).collect();
    assert!(!tried.is_empty() && tried.iter().all(|entry| entry.error.is_some()), "{tried:?}");
}

#[tokio::test]
async fn messages_to_one_recipient_wait_for_each_other() {
    let refused = Answer::Fails(TransportErrorKind::Connect, false);
    let outbox = Outbox::new([refused, Answer::Waits]).await;
    for number in 1..=3 {
        outbox.enqueue(&format!("a{number}"), CUSTOMER, &format!("a{number}")).await;
    }
    outbox.enqueue_message(message("b", CUSTOMER, "b").unordered()).await;
    outbox.enqueue("c", OTHER, "c").await;
    // The client waits for longer than the test.
    let relay = outbox.builder().build();
    outbox.run_until(&relay, |entries| entries[4].state == OutboxState::Accepted).await;
    let texts = outbox.platform.texts();
    assert!(!texts.contains(&"a2".to_owned()), "{texts:?}");
    outbox.platform.open_gate(1);
    outbox.drain(&relay).await;
    let texts = outbox.platform.texts();
    let ordered: Vec<_> = texts.iter().filter(|text| text.starts_with('a')).collect();
    assert!(ordered.is_sorted(), "{texts:?}");
}

#[tokio::test]
async fn unknown_message_holds_later_ones() {
    let outbox = Outbox::new([reply(500, "")]).await;
    for number in 1..=2 {
        outbox.enqueue(&format!("{number}"), CUSTOMER, "a").await;
    }
    let relay = outbox.builder().hold(Duration::from_hours(1)).build();
    outbox.run_until(&relay, |entries| entries[0].state == OutboxState::Unknown).await;
    run(&relay, tokio::time::sleep(Duration::from_millis(300))).await;
    assert_eq!(outbox.states().await, [OutboxState::Unknown, OutboxState::Queued]);
    // A decision lets the next one go.
    let first = outbox.entries().await[0].id;
    let decision = Decision::Abandon { by: "a person".to_owned() };
    outbox.store.decide(vec![(first, decision)]).await.unwrap();
    outbox.drain(&relay).await;
    assert_eq!(outbox.states().await, [OutboxState::Abandoned, OutboxState::Accepted]);
}

#[tokio::test]
async fn message_whose_time_is_over_is_not_sent() {
    let outbox = Outbox::new([]).await;
    let late = message("late", CUSTOMER, "late").with_not_after(Timestamp::now() - Duration::from_secs(1));
    let early = message("early", CUSTOMER, "early").with_not_after(Timestamp::now() + Duration::from_hours(1));
    outbox.enqueue_message(late).await;
    outbox.enqueue_message(early).await;
    outbox.drain(&outbox.builder().build()).await;
    assert_eq!(outbox.states().await, [OutboxState::Expired, OutboxState::Accepted]);
    let expired = outbox.entries().await.remove(0);
    assert!(expired.is_not_sent() && expired.reason.as_deref() == Some("not_after"), "{expired:?}");
    assert_eq!(outbox.platform.texts(), ["early"]);
}

#[tokio::test]
async fn cancelled_message_is_not_sent() {
    let outbox = Outbox::new([]).await;
    let id = outbox.enqueue("a", CUSTOMER, "a").await;
    let relay = outbox.builder().build();
    assert_eq!(relay.outbox().cancel(id).await.unwrap(), Some(OutboxState::Cancelled));
    assert_eq!(relay.outbox().cancel(id).await.unwrap(), Some(OutboxState::Cancelled));
    outbox.drain(&relay).await;
    assert!(outbox.platform.texts().is_empty());
}

#[tokio::test]
async fn waiting_for_the_rate_is_not_sending() {
    let outbox = Outbox::new([]).await;
    for number in 0..5 {
        outbox.enqueue(&format!("{number}"), &format!("8525123000{number}"), "a").await;
    }
    let relay = outbox.builder().min_send_interval(Duration::from_hours(1)).build();
    outbox.run_until(&relay, |entries| entries[0].state == OutboxState::Accepted).await;
    run(&relay, tokio::time::sleep(Duration::from_millis(200))).await;
    let states = outbox.states().await;
    assert!(states[2..].iter().all(|state| *state == OutboxState::Queued), "{states:?}");
    assert!(!states.contains(&OutboxState::Sending), "{states:?}");
}

#[tokio::test]
async fn no_more_messages_are_sent_at_once_than_allowed() {
    let outbox = Outbox::new(vec![Answer::Waits; 30]).await;
    for number in 0..30 {
        outbox.enqueue(&format!("{number}"), &format!("852512300{number:02}"), "a").await;
    }
    let client = incs_client::Client::builder(outbox.platform.clone()).certification_code("5d1f").build().unwrap();
    let relay = outbox.builder().client(client).max_sends(7).ask_without_receipt_after(None).build();
    let is_over = Arc::new(AtomicBool::new(false));
    let watching = {
        let (store, is_over) = (outbox.store.clone(), Arc::clone(&is_over));
        tokio::spawn(async move {
            let mut most = 0;
            while !is_over.load(Ordering::Relaxed) {
                most = most.max(store.stats().await.unwrap().outbox.count(OutboxState::Sending));
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            most
        })
    };
    outbox
        .run_until(&relay, |_| {
            let sent = outbox.platform.texts().len();
            // One reply at a time, and at the end those that the stop waits for.
            outbox.platform.open_gate(if sent == 30 { 30 } else { usize::from(sent >= 7) });
            sent == 30
        })
        .await;
    is_over.store(true, Ordering::Relaxed);
    let most = watching.await.unwrap();
    assert_eq!(most, 7);
}

#[tokio::test]
async fn graceful_stop_waits_for_replies() {
    let outbox = Outbox::new(vec![Answer::Waits; 4]).await;
    for number in 0..8 {
        outbox.enqueue(&format!("{number}"), &format!("8525123000{number}"), "a").await;
    }
    let client = incs_client::Client::builder(outbox.platform.clone()).certification_code("5d1f").build().unwrap();
    let relay = outbox.builder().client(client).max_sends(4).drain(Duration::from_millis(10)).build();
    let platform = outbox.platform.clone();
    let stop = async {
        while platform.texts().len() < 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let later = platform.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            later.open_gate(4);
        });
    };
    run(&relay, stop).await;
    let states = outbox.states().await;
    let count = |state| states.iter().filter(|one| **one == state).count();
    assert_eq!((count(OutboxState::Accepted), count(OutboxState::Queued)), (4, 4), "{states:?}");
}

#[tokio::test]
async fn sender_without_its_lease_sends_nothing() {
    let outbox = Outbox::new([]).await;
    outbox.enqueue("a", CUSTOMER, "a").await;
    // The lease is over before the first byte, as in a process that was stopped for long.
    let relay = outbox.builder().lease(Duration::from_nanos(1)).build();
    outbox.run_until(&relay, |entries| entries[0].attempts >= 2).await;
    assert!(outbox.platform.texts().is_empty());
    let entry = outbox.entries().await.remove(0);
    assert!(entry.error.is_some_and(|error| error.contains("nothing was sent")), "nothing was sent");
    outbox.drain(&outbox.builder().build()).await;
    assert_eq!(outbox.platform.texts(), ["a"]);
}

#[tokio::test]
async fn reply_of_a_handler_is_sent_once() {
    use incs_model::event::whatsapp::{Content, Message, Text};
    use incs_webhook::testing::bodies;

    let outbox = Outbox::new([]).await;
    let relay = outbox
        .builder()
        .on_message(|message, context| async move {
            let to = message.user.and_then(|user| user.phone).unwrap();
            context.enqueue(incs_model::whatsapp::Message::new(to.as_str().parse()?, "Thank you."))?;
            if context.attempt() < 3 { Err(incs_relay::HandlerError::retry("later")) } else { Ok(()) }
        })
        .build();
    let inbound = Message::new(CUSTOMER, "wamid.in", Content::Text(Text::new("Hello")));
    outbox.post(&bodies::whatsapp_messages(30112, "6281100099001", [inbound])).await;
    outbox.run_until(&relay, |entries| entries.iter().any(|entry| entry.state == OutboxState::Accepted)).await;
    assert_eq!(outbox.platform.texts(), ["Thank you."]);
}
