//! Faults of webhooks, as the receiver sees them.

use std::time::Duration;

use incs_sandbox::{Action, Builder, Channel, Rule, Webhook, When};
use incs_webhook::scheme::SharedSecret;
use incs_webhook::{Event, ItemOutcome, Receiver, Secrets};
use serde_json::Value;

use super::{TO, send, still};
use crate::receiver::Inbox;

/// The states of one message, in the order in which they came.
async fn states(rules: impl IntoIterator<Item = Rule>) -> Vec<String> {
    let inbox = Inbox::open().await;
    let webhook = Webhook::to(inbox.url()).events(["message_status_update"]);
    let builder = rules.into_iter().fold(still().webhook(webhook), Builder::fault);
    let sandbox = builder.start().await.unwrap();
    send(&sandbox, 1).await;
    sandbox.advance(Duration::from_hours(1)).await;
    inbox.bodies().iter().map(|body| body["message_status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn receiver_sees_each_fault() {
    let always = Rule::new;
    for (rules, seen) in [
        (vec![], &["sent", "delivered", "read"][..]),
        (vec![always(Action::Duplicate)], &["sent", "sent", "delivered", "delivered", "read", "read"]),
        (vec![always(Action::Reorder)], &["delivered", "sent", "read"]),
        (vec![always(Action::Reorder).skip(2)], &["sent", "delivered", "read"]),
        (vec![always(Action::Late { millis: 60_000 }).count(1)], &["delivered", "read", "sent"]),
        (vec![always(Action::Lose).skip(1).count(1)], &["sent", "read"]),
        (vec![always(Action::BadSignature)], &["sent", "delivered", "read"]),
        (vec![always(Action::UnknownValue).count(1)], &["queued_for_later", "delivered", "read"]),
        (vec![always(Action::Lose).when(When::event("new_message"))], &["sent", "delivered", "read"]),
        (vec![always(Action::Lose).when(When::to("8525*"))], &[]),
        (
            vec![
                always(Action::Duplicate).count(1),
                always(Action::Late { millis: 60_000 }).count(1),
                always(Action::Lose).skip(2),
            ],
            &["delivered", "sent", "sent"],
        ),
    ] {
        let name = format!("{rules:?}");
        assert_eq!(states(rules).await, seen, "{name}");
    }
}

#[tokio::test]
async fn duplicate_has_the_same_bytes() {
    let inbox = Inbox::open().await;
    let webhook = Webhook::to(inbox.url()).events(["new_message"]);
    let sandbox = still().webhook(webhook).fault(Rule::new(Action::Duplicate)).start().await.unwrap();
    sandbox.customer(Channel::Rcs, TO).says("Hello").unwrap();
    sandbox.advance(Duration::ZERO).await;
    let posts = inbox.posts();
    assert_eq!(posts.len(), 2);
    assert_eq!(posts[0].body, posts[1].body);
}

#[tokio::test]
async fn receiver_keeps_unknown_value() {
    let inbox = Inbox::open().await;
    let secrets = || Secrets::try_new("change-me").unwrap();
    let scheme = || SharedSecret::in_path(secrets());
    let receiver = Receiver::new(scheme());
    let sandbox = still()
        .webhook(Webhook::to(inbox.url()).signed_with(scheme()))
        .webhook(Webhook::to(inbox.url()).signed_with(scheme()).exotel())
        .fault(Rule::new(Action::UnknownValue))
        .start()
        .await
        .unwrap();
    for channel in Channel::ALL {
        sandbox.customer(channel, TO).says("Hello").unwrap();
    }
    send(&sandbox, 1).await;
    sandbox.advance(Duration::from_secs(10)).await;
    let posts = inbox.posts();
    assert_eq!(posts.len(), 3 + 2 + 1 + 4);
    for post in posts {
        let body = post.json();
        assert_eq!(body["x_new"], Value::Object(serde_json::Map::new()));
        let batch = post.received_by(&receiver, "2026-11-22T08:00:00Z".parse().unwrap()).unwrap();
        for item in &batch {
            let is_kept = match item.outcome() {
                ItemOutcome::Parsed(Event::MessageStatus(update)) => !update.message_status.is_known(),
                ItemOutcome::Parsed(Event::MessageCreated(message)) => message.content().kind() == "unknown",
                ItemOutcome::Parsed(_) => item.inbound().is_some_and(|message| message.content.kind() == "other"),
                ItemOutcome::Unknown => true,
                ItemOutcome::Malformed(_) => false,
            };
            assert!(is_kept, "{item:?} {body}");
        }
    }
}

#[tokio::test]
async fn same_seed_gives_same_faults() {
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let inbox = Inbox::open().await;
        let rules = [Action::Duplicate, Action::Lose, Action::Reorder, Action::Late { millis: 700 }];
        let builder = still().seed(seed).webhook(Webhook::to(inbox.url()).events(["message_status_update"]));
        let builder = rules.into_iter().fold(builder, |builder, action| builder.fault(Rule::new(action).share(0.4)));
        let sandbox = builder.start().await.unwrap();
        send(&sandbox, 10).await;
        sandbox.advance(Duration::from_hours(1)).await;
        runs.push(inbox.bodies());
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}
