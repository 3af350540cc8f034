//! The Rust API of a sandbox.

use std::time::Duration;

use incs_sandbox::{Action, Channel, Clock, Pace, Rule, Sandbox, State, WaitError, When};

use crate::support::send_text;

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn sent_messages_are_listed() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let id = send_text(&sandbox, "85251230088", "Your table is ready.").await;
    send_text(&sandbox, "85251230099", "So is yours.").await;
    let sent = sandbox.sent();
    assert_eq!(sent.len(), 2);
    let first = &sent[0];
    assert_eq!((first.id.as_str(), first.channel, first.to.as_str()), (id.as_str(), Channel::Viber, "85251230088"));
    assert_eq!(first.kind, "text");
    assert!(first.body.contains("Your table is ready."));
    assert_eq!(sandbox.message(&id).unwrap().body, first.body);
    assert_eq!(sandbox.message("unknown"), None);
    let shown = format!("{sent:?}");
    assert!(!shown.contains("8525123") && !shown.contains("table"), "{shown}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn wait_for_returns_reached_state() {
    let sandbox = Sandbox::builder().pace(Pace::instant()).start().await.unwrap();
    let id = send_text(&sandbox, "85251230088", "Your table is ready.").await;
    let read = sandbox.wait_for(&id, State::Read, PATIENCE).await.unwrap();
    assert_eq!(read.state, State::Read);
    assert!(read.sent_at <= read.delivered_at && read.delivered_at <= read.read_at && read.sent_at.is_some());
    assert_eq!(sandbox.wait_for(&id, State::Sent, PATIENCE).await.unwrap().state, State::Read);
    let past = sandbox.wait_for(&id, State::Failed, PATIENCE).await.unwrap_err();
    assert_eq!(past.to_string(), "the message is Read and cannot reach the state any more");
    assert_eq!(sandbox.wait_for("unknown", State::Read, PATIENCE).await, Err(WaitError::Unknown));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn failed_message_ends_the_wait() {
    let sandbox = Sandbox::builder().pace(Pace::instant()).start().await.unwrap();
    sandbox.add_fault(Rule::new(Action::Fail { code: 131_026, title: "Message undeliverable".to_owned() })).unwrap();
    let id = send_text(&sandbox, "85251230088", "Your table is ready.").await;
    let Err(WaitError::Past(message)) = sandbox.wait_for(&id, State::Delivered, PATIENCE).await else {
        panic!("it was delivered");
    };
    assert_eq!(message.failure.unwrap().code, 131_026);
    assert_eq!(sandbox.wait_for(&id, State::Failed, PATIENCE).await.unwrap().state, State::Failed);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn wait_ends_when_clock_advances() {
    let clock = Clock::starting_at("2026-03-04T05:06:07Z".parse().unwrap());
    let sandbox = Sandbox::builder().seed(7).clock(clock).start().await.unwrap();
    let id = send_text(&sandbox, "85251230088", "Your table is ready.").await;
    let timed_out = sandbox.wait_for(&id, State::Sent, Duration::from_millis(1)).await.unwrap_err();
    assert_eq!(timed_out.to_string(), "the message was still Created when the time limit ended");
    let (message, ()) =
        tokio::join!(sandbox.wait_for(&id, State::Delivered, PATIENCE), sandbox.advance(Duration::from_mins(1)));
    assert!(message.unwrap().state >= State::Delivered);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn removed_fault_does_nothing() {
    let sandbox = Sandbox::builder().pace(Pace::instant()).start().await.unwrap();
    let rule = Rule::new(Action::Fail { code: 1, title: "no".to_owned() }).when(When::to("852*"));
    let id = sandbox.add_fault(rule).unwrap();
    assert!(sandbox.remove_fault(id));
    assert!(!sandbox.remove_fault(id));
    let id = send_text(&sandbox, "85251230088", "Your table is ready.").await;
    assert_eq!(sandbox.wait_for(&id, State::Read, PATIENCE).await.unwrap().failure, None);
    sandbox.shutdown().await;
}
