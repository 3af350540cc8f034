//! Retries when a receiver does not accept a webhook.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use incs_model::Timestamp;
use incs_sandbox::{Channel, Pace, Retry, Sandbox, Webhook};
use incs_webhook::Secrets;
use incs_webhook::scheme::StandardWebhooks;

use super::{TO, still};
use crate::receiver::{Answer, Inbox, Post};

fn one_event(url: impl Into<String>) -> Webhook {
    Webhook::to(url).events(["new_message"])
}

fn second(post: &Post) -> i64 {
    post.headers["webhook-timestamp"].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn webhook_is_tried_five_times() {
    let inbox = Inbox::answering(|_, _| Answer::Status(503)).await;
    let scheme = StandardWebhooks::try_new(Secrets::try_new("c2VjcmV0").unwrap()).unwrap();
    let sandbox = still().webhook(one_event(inbox.url()).signed_with(scheme)).start().await.unwrap();
    sandbox.customer(Channel::WhatsApp, TO).says("Hello").unwrap();
    sandbox.advance(Duration::from_hours(24)).await;
    let posts = inbox.posts();
    let start: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
    assert_eq!(second(&posts[0]), start.as_second());
    let waits: Vec<i64> = posts.windows(2).map(|pair| second(&pair[1]) - second(&pair[0])).collect();
    assert_eq!(waits.len(), 4, "{waits:?}");
    for (wait, least) in waits.iter().zip([1, 4, 16, 64]) {
        // Rounded to whole seconds, the difference may be one second off.
        assert!((least..=least + least / 4 + 1).contains(wait), "{waits:?}");
    }
    for post in &posts {
        assert_eq!((&post.body, &post.headers["webhook-id"]), (&posts[0].body, &posts[0].headers["webhook-id"]));
    }
}

#[tokio::test]
async fn the_same_seed_waits_the_same() {
    let mut runs = Vec::new();
    for seed in [3, 3, 4] {
        let inbox = Inbox::answering(|_, _| Answer::Status(500)).await;
        let scheme = StandardWebhooks::try_new(Secrets::try_new("c2VjcmV0").unwrap()).unwrap();
        let builder = still().seed(seed).retry(Retry::new(6, Duration::from_secs(100)));
        let sandbox = builder.webhook(one_event(inbox.url()).signed_with(scheme)).start().await.unwrap();
        sandbox.customer(Channel::WhatsApp, TO).says("Hello").unwrap();
        sandbox.advance(Duration::from_hours(24)).await;
        runs.push(inbox.posts().iter().map(second).collect::<Vec<_>>());
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    assert_eq!(runs[0].len(), 6);
}

#[tokio::test]
async fn accepted_webhook_is_not_reposted() {
    let inbox = Inbox::answering(|index, _| Answer::Status(if index < 2 { 500 } else { 204 })).await;
    let sandbox = still().webhook(one_event(inbox.url())).start().await.unwrap();
    sandbox.customer(Channel::WhatsApp, TO).says("Hello").unwrap();
    sandbox.advance(Duration::from_hours(24)).await;
    assert_eq!(inbox.posts().len(), 3);
}

#[tokio::test]
async fn webhook_arrives_after_receiver_restart() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let sandbox = still().webhook(one_event(format!("http://{address}/hooks"))).start().await.unwrap();
    sandbox.customer(Channel::WhatsApp, TO).says("Hello").unwrap();
    sandbox.advance(Duration::from_millis(500)).await;
    let inbox = Inbox::at(address, |_, _| Answer::Status(200)).await;
    sandbox.advance(Duration::from_millis(400)).await;
    assert_eq!(inbox.posts().len(), 0, "too early");
    sandbox.advance(Duration::from_secs(1)).await;
    assert_eq!(inbox.posts().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Inbox::open().await;
    let url = elsewhere.url();
    let inbox = Inbox::answering(move |_, _| Answer::RedirectTo(url.clone())).await;
    let sandbox = still().webhook(one_event(inbox.url())).start().await.unwrap();
    sandbox.customer(Channel::WhatsApp, TO).says("Hello").unwrap();
    sandbox.advance(Duration::from_hours(24)).await;
    assert_eq!((inbox.posts().len(), elsewhere.posts().len()), (5, 0));
}

#[tokio::test]
async fn real_clock_retries_stalled_receiver() {
    let count = AtomicUsize::new(0);
    let inbox = Inbox::answering(move |_, _| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::Never,
        1 => Answer::Status(500),
        _ => Answer::Status(200),
    })
    .await;
    let retry = Retry::new(3, Duration::from_millis(20)).timeout(Duration::from_millis(200));
    let builder = Sandbox::builder().pace(Pace::instant()).retry(retry);
    let sandbox = builder.webhook(one_event(inbox.url())).start().await.unwrap();
    sandbox.customer(Channel::WhatsApp, TO).says("Hello").unwrap();
    let posts = inbox.wait(3).await;
    assert!(posts.iter().all(|post| post.body == posts[0].body));
    sandbox.shutdown().await;
}
