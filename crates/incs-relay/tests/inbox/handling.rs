//! Tests of handlers: order, retries, dead letters, receipts, replies, and the drain.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use incs_model::delivery::Stage;
use incs_model::event::MessageStatusUpdate;
use incs_model::inbound::{Content, Inbound};
use incs_model::status::State;
use incs_model::whatsapp;
use incs_relay::store::{CompleteInError, ItemState, OperatorAction, OperatorResult, Store as _};
use incs_relay::{Context, HandlerError};
use incs_webhook::testing::bodies::Body;

use crate::support::{Inbox, JSON, TARGET, delivery, post, receiver, run, text};

fn words(message: &Inbound) -> String {
    match &message.content {
        Content::Text(text) => text.text.clone(),
        other => other.kind().to_owned(),
    }
}

#[tokio::test]
async fn messages_of_customer_are_handled_in_order() {
    let inbox = Inbox::new().await;
    let calls = inbox.calls.clone();
    let handler = move |message: Inbound, _: Context| {
        let calls = calls.clone();
        async move {
            // Earlier messages take longer, so that they would be overtaken.
            let number: u64 = words(&message).parse()?;
            tokio::time::sleep(Duration::from_millis(20 - number)).await;
            calls.add(format!("{} {number}", message.user.unwrap().phone.unwrap().as_str()));
            Ok::<_, HandlerError>(())
        }
    };
    let relay = inbox.builder().on_message(handler).build();
    for number in 0..20 {
        for customer in ["6281200045678", "6281200045679", "6281200045680"] {
            post(&relay, &delivery([text(customer, &format!("{customer}-{number}"), &number.to_string())])).await;
        }
    }
    inbox.drain(&relay).await;
    let calls = inbox.calls.all();
    assert_eq!(calls.len(), 60);
    for customer in ["6281200045678", "6281200045679", "6281200045680"] {
        let of_customer: Vec<_> = calls.iter().filter_map(|call| call.strip_prefix(customer)).collect();
        let expected: Vec<_> = (0..20).map(|number| format!(" {number}")).collect();
        assert_eq!(of_customer, expected);
    }
}

#[tokio::test]
async fn failing_message_is_retried_and_blocks_only_its_customer() {
    let inbox = Inbox::new().await;
    let calls = inbox.calls.clone();
    let handler = move |message: Inbound, context: Context| {
        let calls = calls.clone();
        async move {
            let text = words(&message);
            calls.add(format!("{text} {}", context.attempt()));
            if text == "bad" && context.attempt() < 3 {
                return Err(HandlerError::retry("the shop is closed"));
            }
            Ok(())
        }
    };
    let relay = inbox.builder().on_message(handler).build();
    post(&relay, &delivery([text("1", "a", "bad"), text("1", "b", "behind"), text("2", "c", "other")])).await;
    inbox.drain(&relay).await;
    let calls = inbox.calls.all();
    let place =
        |call: &str| calls.iter().position(|known| known == call).unwrap_or_else(|| panic!("{call}: {calls:?}"));
    assert!(place("bad 1") < place("bad 2") && place("bad 2") < place("bad 3") && place("bad 3") < place("behind 1"));
    assert!(place("other 1") < place("bad 2"));
    let attempts: Vec<_> = inbox.items().await.iter().map(|item| (item.state, item.attempts)).collect();
    assert_eq!(attempts, [(ItemState::Done, 3), (ItemState::Done, 1), (ItemState::Done, 1)]);
}

#[tokio::test]
async fn failed_item_shows_its_error_and_next_attempt() {
    let inbox = Inbox::new().await;
    let handler = |_: Inbound, _: Context| async { Err(HandlerError::retry_after(Duration::from_hours(1), "closed")) };
    let relay = inbox.builder().on_message(handler).build();
    post(&relay, &delivery([text("1", "a", "x"), text("1", "b", "y")])).await;
    run(&relay, async {
        while inbox.states().await != [ItemState::Failed, ItemState::Stored] {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let items = inbox.items().await;
    assert_eq!((items[0].attempts, items[0].error.as_deref()), (1, Some("closed")));
    assert!(items[0].next_at.unwrap() > items[0].received_at);
    let stats = relay.stats().await.unwrap();
    assert_eq!((stats.open, stats.blocked_keys, stats.leased_keys), (2, 1, 0));
    assert!(stats.blocked_since.is_some());
}

#[tokio::test]
async fn dead_letters_have_a_reason_and_let_the_next_pass() {
    let inbox = Inbox::new().await;
    let calls = inbox.calls.clone();
    let handler = move |message: Inbound, context: Context| {
        let calls = calls.clone();
        async move {
            let text = words(&message);
            calls.add(format!("{text} {}", context.attempt()));
            match &*text {
                "always" => Err(HandlerError::retry("down")),
                "never" => Err(HandlerError::dead_letter("cannot be handled")),
                "panics" => panic!("in a handler"),
                _ => Ok(()),
            }
        }
    };
    let relay = inbox.builder().on_message(handler).build();
    let all = [text("1", "a", "always"), text("1", "b", "never"), text("1", "c", "panics"), text("1", "d", "good")];
    post(&relay, &delivery(all)).await;
    inbox.drain(&relay).await;
    let items = inbox.items().await;
    let seen: Vec<_> =
        items.iter().map(|item| (item.state, item.attempts, item.reason.as_deref(), item.error.as_deref())).collect();
    assert_eq!(
        seen,
        [
            (ItemState::Dead, 4, Some("attempts_used_up"), Some("down")),
            (ItemState::Dead, 1, Some("handler"), Some("cannot be handled")),
            (ItemState::Dead, 4, Some("attempts_used_up"), Some("the handler panicked")),
            (ItemState::Done, 1, None, None),
        ]
    );

    // An operator hands one out again, and replays the one that is done.
    let (never, good) = (items[1].id, items[3].id);
    let actions = vec![(never, OperatorAction::Retry), (good, OperatorAction::Replay), (good, OperatorAction::Retry)];
    let results = inbox.store.operate(actions).await.unwrap();
    assert!(matches!(
        results[..],
        [OperatorResult::Done, OperatorResult::Replayed(_), OperatorResult::WrongState(ItemState::Done)]
    ));
    let relay = inbox.builder().on_message(|_, _| async { Ok(()) }).build();
    inbox.drain(&relay).await;
    let states = inbox.states().await;
    assert_eq!(states, [ItemState::Dead, ItemState::Done, ItemState::Dead, ItemState::Done, ItemState::Done]);
}

#[tokio::test]
async fn receipts_are_merged_without_a_handler() {
    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    // The later stage comes first.
    for state in [State::Read, State::Delivered, State::Sent] {
        post(&relay, &Body::incs(MessageStatusUpdate::new("wamid.A", state))).await;
    }
    inbox.drain(&relay).await;
    assert_eq!(inbox.states().await, [ItemState::Done; 3]);
    let state = inbox.store.delivery_state("wamid.A", None).await.unwrap().unwrap();
    assert_eq!(state.stage(), Some(Stage::Read));
    assert!(inbox.store.delivery_state("wamid.B", None).await.unwrap().is_none());
}

#[tokio::test]
async fn items_without_a_handler_are_dead_unless_understood() {
    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    let typing = r#"{"event":"new_message","business_phone":"","message":{"senderPhoneNumber":"+6281200045678","eventType":"IS_TYPING","eventId":"e"}}"#;
    for (body, state) in [
        (delivery([text("1", "a", "x")]).as_str().to_owned(), ItemState::Dead),
        (r#"{"event":"of_tomorrow"}"#.to_owned(), ItemState::Dead),
        (r#"{"event":"message_status_update","message_id":7"#.to_owned(), ItemState::Dead),
        (typing.to_owned(), ItemState::Done),
    ] {
        let reply = relay.receive(&receiver(), &JSON, TARGET, body.as_bytes()).await;
        assert_eq!(reply.status(), 200);
        inbox.drain(&inbox.builder().build()).await;
        let last = inbox.items().await.pop().unwrap();
        assert_eq!(last.state, state, "{body}");
        let reason = (state == ItemState::Dead).then_some("no_handler");
        assert_eq!(last.reason.as_deref(), reason, "{body}");
    }
}

#[tokio::test]
async fn event_handler_gets_everything_but_messages() {
    let inbox = Inbox::new().await;
    let calls = inbox.calls.clone();
    let relay = inbox
        .builder()
        .on_event(move |item, context| {
            calls.add(format!("{} {}", item.kind().unwrap_or_default(), context.attempt()));
            async { Ok(()) }
        })
        .on_message(|_, _| async { Ok(()) })
        .build();
    post(&relay, &Body::incs(MessageStatusUpdate::new("wamid.A", State::Read))).await;
    post(&relay, &delivery([text("1", "a", "x")])).await;
    let reply = relay.receive(&receiver(), &JSON, TARGET, br#"{"event":"of_tomorrow"}"#).await;
    assert_eq!(reply.status(), 200);
    inbox.drain(&relay).await;
    let mut calls = inbox.calls.all();
    calls.sort();
    assert_eq!(calls, ["message_status_update.read 1", "of_tomorrow 1"]);
    assert!(inbox.store.delivery_state("wamid.A", None).await.unwrap().is_some(), "merged with a handler too");
}

#[tokio::test]
async fn reply_is_enqueued_once_over_all_attempts() {
    let inbox = Inbox::new().await;
    let handler = |message: Inbound, context: Context| async move {
        let to = message.user.and_then(|user| user.phone).unwrap();
        context.enqueue(whatsapp::Message::new(to.as_str().parse()?, "Thank you."))?;
        if context.attempt() < 3 { Err(HandlerError::retry("later")) } else { Ok(()) }
    };
    let relay = inbox.builder().on_message(handler).build();
    post(&relay, &delivery([text("6281200045678", "a", "x"), text("6281200045679", "b", "y")])).await;
    inbox.drain(&relay).await;
    let queued = inbox.messages().await;
    let mut keys: Vec<_> = queued.iter().map(|message| message.key.clone()).collect();
    keys.sort();
    assert_eq!(keys, ["inbox/1/1", "inbox/2/1"]);
    assert!(queued.iter().all(|message| message.channel == "whatsapp"));
    let body = inbox.store.message_body(queued[0].id).await.unwrap().unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["text"], "Thank you.");
}

#[tokio::test]
async fn invalid_reply_is_an_error_of_the_handler() {
    let inbox = Inbox::new().await;
    let handler = |_: Inbound, context: Context| async move {
        context.enqueue(whatsapp::Message::new("6281200045678".parse()?, ""))?;
        Ok(())
    };
    let relay = inbox.builder().on_message(handler).build();
    post(&relay, &delivery([text("1", "a", "x")])).await;
    inbox.drain(&relay).await;
    let item = inbox.items().await.pop().unwrap();
    assert_eq!(item.state, ItemState::Dead);
    assert!(item.error.as_deref().is_some_and(|error| error.starts_with("/text: no characters")), "{item:?}");
    assert!(inbox.messages().await.is_empty());
}

#[tokio::test]
async fn effect_and_completion_are_one_transaction() {
    let inbox = Inbox::new().await;
    let limit = Duration::from_secs(5);
    let store = inbox.store.clone();
    let handler = move |message: Inbound, context: Context| {
        let store = store.clone();
        async move {
            let text = words(&message);
            let attempt = context.attempt();
            let effect = move |connection: &rusqlite::Connection| {
                connection.execute_batch("CREATE TABLE IF NOT EXISTS effect(text TEXT, attempt INTEGER)")?;
                connection.execute("INSERT INTO effect VALUES (?1, ?2)", (&text, attempt))?;
                if text == "fails first" && attempt == 1 {
                    return Err(rusqlite::Error::InvalidQuery);
                }
                Ok(())
            };
            store.complete_in(context.lease(), context.id(), limit, effect).await?;
            Ok(())
        }
    };
    let relay = inbox.builder().on_message(handler).build();
    post(&relay, &delivery([text("1", "a", "good"), text("1", "b", "fails first"), text("1", "c", "last")])).await;
    inbox.drain(&relay).await;
    assert_eq!(inbox.states().await, [ItemState::Done; 3]);
    let items = inbox.items().await;
    assert_eq!(items.iter().map(|item| item.attempts).collect::<Vec<_>>(), [1, 2, 1]);
    // A lease that has ended completes nothing.
    let stale = incs_relay::store::Lease { key: items[0].ordering_key, token: incs_relay::store::FencingToken(1) };
    let result = inbox.store.complete_in(stale, items[0].id, limit, |_| Ok::<_, rusqlite::Error>(())).await;
    assert_eq!(result, Err(CompleteInError::Stale));
}

#[tokio::test]
async fn shutdown_waits_for_handlers_and_leaves_the_rest() {
    let inbox = Inbox::new().await;
    let calls = inbox.calls.clone();
    let is_started = Arc::new(tokio::sync::Notify::new());
    let started = Arc::clone(&is_started);
    let handler = move |message: Inbound, _: Context| {
        let (calls, started) = (calls.clone(), Arc::clone(&started));
        async move {
            started.notify_one();
            tokio::time::sleep(Duration::from_millis(100)).await;
            calls.add(words(&message));
            Ok(())
        }
    };
    let relay = inbox.builder().concurrency(1).on_message(handler).build();
    post(&relay, &delivery([text("1", "a", "first"), text("2", "b", "second")])).await;
    run(&relay, async { is_started.notified().await }).await;
    // One was running. The other is not counted as tried.
    assert_eq!(inbox.calls.all().len(), 1);
    let mut left: Vec<_> = inbox.items().await.iter().map(|item| (item.state.as_str(), item.attempts)).collect();
    left.sort_unstable();
    assert_eq!(left, [("done", 1), ("stored", 0)]);
}

#[tokio::test]
async fn handler_longer_than_lease_keeps_it() {
    let inbox = Inbox::new().await;
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let handler = move |_: Inbound, _: Context| {
        counted.fetch_add(1, Ordering::Relaxed);
        async {
            tokio::time::sleep(Duration::from_millis(600)).await;
            Ok(())
        }
    };
    let relay = inbox.builder().lease(Duration::from_millis(100)).on_message(handler).build();
    post(&relay, &delivery([text("1", "a", "x")])).await;
    inbox.drain(&relay).await;
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn lost_lease_drops_the_handler() {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    let inbox = Inbox::new().await;
    let is_dropped = Arc::new(AtomicBool::new(false));
    let dropped = Arc::clone(&is_dropped);
    let handler = move |_: Inbound, _: Context| {
        let dropped = Dropped(Arc::clone(&dropped));
        async move {
            let _dropped = dropped;
            std::future::pending().await
        }
    };
    let relay =
        inbox.builder().lease(Duration::from_millis(60)).drain(Duration::from_millis(50)).on_message(handler).build();
    post(&relay, &delivery([text("1", "a", "x")])).await;
    run(&relay, async {
        while inbox.states().await != [ItemState::Leased] {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // An operator buries the item, so the lease is gone with its key.
        let id = inbox.items().await[0].id;
        inbox.store.operate(vec![(id, OperatorAction::DeadLetter)]).await.unwrap();
        while !is_dropped.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(inbox.states().await, [ItemState::Dead]);
}

#[tokio::test]
async fn handled_items_are_completed_while_the_next_one_runs() {
    let inbox = Inbox::new().await;
    let handler = |message: Inbound, context: Context| async move {
        if words(&message) == "hangs" {
            std::future::pending::<()>().await;
        }
        context.enqueue(whatsapp::Message::new("6281200045678".parse()?, "Thank you."))?;
        Ok(())
    };
    let relay = inbox.builder().drain(Duration::ZERO).on_message(handler).build();
    post(&relay, &delivery([text("1", "a", "x"), text("1", "b", "y"), text("1", "c", "hangs")])).await;
    run(&relay, async {
        while inbox.states().await != [ItemState::Done, ItemState::Done, ItemState::Leased] {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(inbox.messages().await.len(), 2);
}

#[tokio::test]
async fn dead_lettering_a_hanging_item_frees_its_customer() {
    let inbox = Inbox::new().await;
    let calls = inbox.calls.clone();
    let handler = move |message: Inbound, context: Context| {
        let calls = calls.clone();
        async move {
            calls.add(format!("{} {}", words(&message), context.attempt()));
            if words(&message) == "hangs" && context.replay_of().is_none() && context.attempt() == 1 {
                std::future::pending::<()>().await;
            }
            Ok(())
        }
    };
    let relay = inbox.builder().on_message(handler).build();
    let all = ["hangs", "second", "third"].map(|word| text("1", word, word));
    post(&relay, &delivery(all)).await;
    run(&relay, async {
        while inbox.calls.all().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let ids: Vec<_> = inbox.items().await.iter().map(|item| item.id).collect();
        // The last one is leased with the first one, and must not be handed out either.
        let actions = [ids[0], ids[2]].map(|id| (id, OperatorAction::DeadLetter)).to_vec();
        inbox.store.operate(actions).await.unwrap();
        while inbox.states().await != [ItemState::Dead, ItemState::Done, ItemState::Dead] {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(inbox.calls.all(), ["hangs 1", "second 1"]);
}
