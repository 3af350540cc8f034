//! The same seed repeats the same run.

use std::time::Duration;

use incs_model::Timestamp;
use incs_sandbox::{Action, Clock, Retry, Rule, Sandbox, Webhook, When, presets};
use serde_json::Value;

use crate::support::{oldest_first, raw, send};

/// A day in May.
const START: i64 = 1_778_000_000_000;

/// A session with faults: sends on three channels, with time in between. Gives what came over the wire, and all that is remembered.
async fn session(seed: u64) -> (Vec<String>, Vec<Value>, Vec<Value>) {
    let start = Timestamp::from_millisecond(START).unwrap();
    let half = |action| Rule::new(action).share(0.5);
    let sandbox = Sandbox::builder()
        .seed(seed)
        .clock(Clock::starting_at(start))
        .fault(half(Action::ServerError { accepted: true }).when(When::operation("send_viber_message")))
        .fault(half(Action::Drop { accepted: true }))
        .fault(half(Action::Slow { millis: 1 }))
        .fault(half(Action::Fail { code: 131_026, title: "Message undeliverable".to_owned() }))
        .start()
        .await
        .unwrap();
    let mut replies = Vec::new();
    for number in 0..12 {
        for channel in ["whatsapp", "viber", "rcs"] {
            let to = format!("8525123000{}", number % 5);
            replies.push(raw(&sandbox, &send(&sandbox, channel, &to, "Hello")).await);
            sandbox.advance(Duration::from_millis(350)).await;
        }
    }
    sandbox.advance(Duration::from_secs(2)).await;
    let (exchanges, messages) = (oldest_first(&sandbox, "/exchanges").await, oldest_first(&sandbox, "/messages").await);
    sandbox.shutdown().await;
    (replies.iter().map(|reply| without_date(reply)).collect(), exchanges, messages)
}

/// The HTTP date comes from this machine.
fn without_date(reply: &str) -> String {
    reply.lines().filter(|line| !line.starts_with("date: ")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn same_seed_gives_same_bytes() {
    let (first, second) = (session(7).await, session(7).await);
    assert_eq!(first, second);
    let (replies, exchanges, messages) = first;
    assert_eq!((exchanges.len(), messages.len()), (36, 36));
    // What is compared must have something to differ in.
    for fault in [Value::Null, "server_error".into(), "drop".into(), "slow".into(), "slow, drop".into()] {
        assert!(exchanges.iter().any(|exchange| exchange["fault"] == fault), "{fault}");
    }
    for state in ["read", "delivered", "failed"] {
        assert!(messages.iter().any(|message| message["state"] == state), "{state}");
    }
    assert!(replies.iter().any(String::is_empty));
}

#[tokio::test]
async fn other_seed_gives_other_results() {
    let ((_, exchanges, messages), (_, other_exchanges, other_messages)) = (session(7).await, session(8).await);
    let column = |rows: &[Value], name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_ne!(column(&exchanges, "fault"), column(&other_exchanges, "fault"));
    for name in ["id", "sent_at", "state"] {
        assert_ne!(column(&messages, name), column(&other_messages, name), "{name}");
    }
}

#[tokio::test]
async fn faults_do_not_change_ids() {
    let ids = async |rules: Vec<Rule>| {
        let mut builder = Sandbox::builder().clock(Clock::starting_at(Timestamp::from_millisecond(START).unwrap()));
        for rule in rules {
            builder = builder.fault(rule);
        }
        let sandbox = builder.start().await.unwrap();
        for channel in ["whatsapp", "viber", "rcs"] {
            raw(&sandbox, &send(&sandbox, channel, "85251230088", "Hello")).await;
        }
        let messages = oldest_first(&sandbox, "/messages").await;
        sandbox.shutdown().await;
        messages.iter().map(|message| message["id"].clone()).collect::<Vec<_>>()
    };
    let lost_replies = presets().into_iter().find(|preset| preset.name == "lost-replies").unwrap();
    let calm = ids(Vec::new()).await;
    assert_eq!(calm.len(), 3);
    assert_eq!(ids(lost_replies.rules).await, calm);
}

#[tokio::test]
async fn real_clock_keeps_timeless_ids() {
    let ids = async || {
        let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
        for channel in ["whatsapp", "viber", "rcs"] {
            raw(&sandbox, &send(&sandbox, channel, "85251230088", "Hello")).await;
        }
        let messages = oldest_first(&sandbox, "/messages").await;
        sandbox.shutdown().await;
        messages.iter().map(|message| message["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (first, second) = (ids().await, ids().await);
    assert_eq!(first[..2], second[..2]);
    // The first 48 bits of an RCS id are the time; the rest is random.
    assert_eq!(first[2][14..], second[2][14..]);
}

#[tokio::test]
async fn clock_step_size_changes_nothing() {
    let lives = async |steps: u32| {
        let start = Timestamp::from_millisecond(START).unwrap();
        let sandbox = Sandbox::builder()
            .clock(Clock::starting_at(start))
            // No receiver accepts them: only the times of the posts count.
            .webhook(Webhook::to("http://127.0.0.1:1/"))
            .retry(Retry::never())
            .start()
            .await
            .unwrap();
        for number in 0..15 {
            raw(&sandbox, &send(&sandbox, "viber", &format!("8525123{number:04}"), "Hello")).await;
        }
        for _ in 0..steps {
            sandbox.advance(Duration::from_secs(6) / steps).await;
        }
        let messages = oldest_first(&sandbox, "/messages").await;
        let deliveries = oldest_first(&sandbox, "/deliveries?limit=200").await;
        sandbox.shutdown().await;
        let posted = |delivery: &Value| (delivery["created_at"].clone(), delivery["attempts"][0]["at"].clone());
        (messages, deliveries.iter().map(posted).collect::<Vec<_>>())
    };
    let stride = lives(1).await;
    let (messages, posted) = &stride;
    assert!(messages.iter().all(|message| message["delivered_at"].is_string()));
    assert!(messages.iter().all(|message| message["delivered_at"] != message["sent_at"]));
    assert!(messages.iter().any(|message| message["state"] == "read"));
    assert!(posted.len() > 30 && posted.iter().all(|(created, posted)| created == posted), "{posted:?}");
    assert_eq!(lives(500).await, stride);
}
