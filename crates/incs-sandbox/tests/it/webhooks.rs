//! Tests of the webhooks.

mod faults;
mod retries;
mod signing;

use std::time::Duration;

use incs_model::viber;
use incs_sandbox::{Channel, Clock, Pace, Retry, Sandbox, StartError, Webhook};

use crate::receiver::{Answer, Inbox};
use crate::support::client;

const TO: &str = "85251230088";

/// Sends texts over the API.
async fn send(sandbox: &Sandbox, count: usize) {
    for _ in 0..count {
        let message = viber::Message::new(TO.parse().unwrap(), "Your table is ready.");
        client(sandbox).messages().send(message).await.unwrap();
    }
}

/// A sandbox with a clock that is fixed at a time that all tests share.
fn still() -> incs_sandbox::Builder {
    Sandbox::builder().seed(7).clock(Clock::starting_at("2026-11-22T08:00:00Z".parse().unwrap())).pace(Pace::instant())
}

#[tokio::test]
async fn webhooks_arrive_in_order() {
    let inbox = Inbox::open().await;
    let sandbox = Sandbox::builder().pace(Pace::instant()).webhook(Webhook::to(inbox.url())).start().await.unwrap();
    send(&sandbox, 40).await;
    inbox.wait(160).await;
    let mut seen = std::collections::BTreeMap::<String, Vec<String>>::new();
    for body in inbox.bodies() {
        let word = |pointer: &str| body.pointer(pointer).and_then(|value| value.as_str()).map(str::to_owned);
        let id = word("/message_id").or_else(|| word("/message/channel_msg_id")).unwrap();
        seen.entry(id).or_default().push(word("/message_status").unwrap_or_else(|| "created".to_owned()));
    }
    assert_eq!(seen.len(), 40);
    for states in seen.values() {
        assert_eq!(states, &["created", "sent", "delivered", "read"]);
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn webhook_waits_for_previous_answer() {
    let inbox = Inbox::answering(|index, _| if index == 0 { Answer::Never } else { Answer::Status(200) }).await;
    let retry = Retry::never().timeout(Duration::from_millis(300));
    let webhook = Webhook::to(inbox.url()).events(["message_status_update"]);
    let builder = Sandbox::builder().pace(Pace::instant()).retry(retry);
    let sandbox = builder.webhook(webhook).start().await.unwrap();
    send(&sandbox, 1).await;
    let posts = inbox.wait(3).await;
    let states: Vec<_> = posts.iter().map(|post| post.json()["message_status"].clone()).collect();
    assert_eq!(states, ["sent", "delivered", "read"]);
    let waited = posts[1].came_at - posts[0].came_at;
    assert!(waited >= Duration::from_millis(250), "{waited:?}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn stalled_receiver_delays_no_other() {
    let (slow, quick) = (Inbox::answering(|_, _| Answer::Never).await, Inbox::open().await);
    let sandbox = Sandbox::builder()
        .pace(Pace::instant())
        .webhook(Webhook::to(slow.url()))
        .webhook(Webhook::to(quick.url()))
        .start()
        .await
        .unwrap();
    send(&sandbox, 30).await;
    quick.wait(120).await;
    // One in each lane.
    assert!(slow.posts().len() <= 16, "{}", slow.posts().len());
    let end = tokio::time::timeout(Duration::from_secs(5), sandbox.shutdown()).await;
    assert!(end.is_ok(), "a post that gets no answer holds up the end");
}

#[tokio::test]
async fn subscriber_gets_requested_events() {
    let (some, all) = (Inbox::open().await, Inbox::open().await);
    let sandbox = still()
        .webhook(Webhook::to(some.url()).events(["new_message", "message_created"]))
        .webhook(Webhook::to(all.url()))
        .start()
        .await
        .unwrap();
    sandbox.customer(Channel::WhatsApp, TO).says("Hello").unwrap();
    send(&sandbox, 1).await;
    sandbox.advance(Duration::from_secs(1)).await;
    let kinds = |inbox: &Inbox| -> Vec<String> {
        inbox.bodies().iter().map(|body| body["event"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&some), ["message_created", "new_message", "message_created"]);
    assert_eq!(kinds(&all).len(), 6);
}

#[tokio::test]
async fn body_can_use_php_escapes() {
    let inbox = Inbox::open().await;
    let sandbox = still().webhook(Webhook::to(inbox.url()).as_php().events(["new_message"])).start().await.unwrap();
    sandbox.customer(Channel::WhatsApp, TO).says("Olá 7/8").unwrap();
    sandbox.advance(Duration::ZERO).await;
    let posts = inbox.posts();
    let body = std::str::from_utf8(&posts[0].body).unwrap();
    assert!(body.contains(r#"{"body":"Ol\u00e1 7\/8"}"#), "{body}");
}

#[tokio::test]
async fn remote_webhook_needs_permission() {
    let webhook = || Webhook::to("http://198.51.100.7/hooks");
    let error = Sandbox::builder().webhook(Webhook::to("http://127.0.0.1:9/")).webhook(webhook()).start().await;
    let Err(StartError::Webhook(1, error)) = error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), "/url: expected a URL of this machine; others are not allowed in this sandbox");
    assert!(Sandbox::builder().allow_remote_webhooks().webhook(webhook()).start().await.is_ok());
}
