//! A reset.

use std::time::Duration;

use incs_sandbox::{Action, Clock, Rule, Sandbox};
use serde_json::{Value, json};

use super::http::{get, post};
use crate::receiver::Inbox;
use crate::support::send_text;

/// Some calls, and all that is remembered of them.
async fn session(sandbox: &Sandbox) -> (Value, Value) {
    for text in ["Your table is ready.", "Your table is gone.", "A new one?"] {
        send_text(sandbox, "85251230088", text).await;
    }
    sandbox.advance(Duration::from_mins(1)).await;
    (get(sandbox, "/messages").await, get(sandbox, "/conversations").await)
}

/// The same without the times.
fn timeless(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(strip),
            Value::Object(members) => {
                members.retain(|key, _| !key.ends_with("_at"));
                members.values_mut().for_each(strip);
            }
            _ => {}
        }
    }
    strip(&mut value);
    value
}

#[tokio::test]
async fn reset_restarts_the_seed() {
    let clock = Clock::starting_at("2026-03-04T05:06:07Z".parse().unwrap());
    let sandbox = Sandbox::builder().seed(7).clock(clock).start().await.unwrap();
    let code = sandbox.certification_code();
    let (messages, conversations) = session(&sandbox).await;
    assert_eq!(messages[0]["number"], 3);
    assert_eq!(post(&sandbox, "/reset", &json!({})).await.status, 204);
    assert_eq!(get(&sandbox, "/messages").await, json!([]));
    assert_eq!(get(&sandbox, "/conversations").await, json!([]));
    assert_eq!(get(&sandbox, "/state").await["counters"]["requests"], 0);
    assert_eq!(sandbox.certification_code(), code);
    let (again, conversations_again) = session(&sandbox).await;
    assert_eq!(timeless(again), timeless(messages));
    assert_eq!(timeless(conversations_again), timeless(conversations));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn reset_keeps_only_subscriptions() {
    let clock = Clock::starting_at("2026-03-04T05:06:07Z".parse().unwrap());
    let sandbox = Sandbox::builder().seed(7).clock(clock).start().await.unwrap();
    let receiver = Inbox::open().await;
    post(&sandbox, "/subscriptions", &json!({ "url": receiver.url() })).await;
    sandbox.add_fault(Rule::new(Action::Lose)).unwrap();
    send_text(&sandbox, "85251230088", "Your table is ready.").await;
    sandbox.reset();
    let state = get(&sandbox, "/state").await;
    assert_eq!(state["remembered"]["agenda"], 0);
    assert_eq!(get(&sandbox, "/faults").await, json!([]));
    assert_eq!(get(&sandbox, "/subscriptions").await.as_array().unwrap().len(), 1);
    sandbox.advance(Duration::from_hours(1)).await;
    assert_eq!(receiver.posts().len(), 0);
    send_text(&sandbox, "85251230088", "Another").await;
    sandbox.advance(Duration::from_hours(1)).await;
    assert!(!receiver.posts().is_empty());
    sandbox.shutdown().await;
}
