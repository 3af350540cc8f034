//! The event stream.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use incs_sandbox::{Pace, Sandbox};
use serde_json::Value;
use tokio::time::timeout;

use super::http::{begin, get, request};
use crate::support::send_text;

const PATIENCE: Duration = Duration::from_secs(10);

/// An open event stream.
struct Events {
    body: Incoming,
    text: String,
}

impl Events {
    async fn listen(sandbox: &Sandbox) -> Self {
        let response = begin(request(sandbox, "GET", "/events", None)).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body(), text: String::new() }
    }

    /// The next block; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((block, _)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text.drain(..block.len() + 2);
                return Some(block);
            }
            let frame = timeout(PATIENCE, self.body.frame()).await.expect("nothing comes").and_then(Result::ok)?;
            self.text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    }
}

#[tokio::test]
async fn stream_reports_message_states() {
    let sandbox = Sandbox::builder().pace(Pace::instant()).start().await.unwrap();
    let document = get(&sandbox, "/openapi.json").await;
    let schema = serde_json::json!({ "$ref": "#/components/schemas/Event", "components": document["components"] });
    let mut events = Events::listen(&sandbox).await;
    assert_eq!(events.next().await.unwrap(), "retry: 1000");
    let id = send_text(&sandbox, "85251230088", "Your table is ready.").await;
    let (mut states, mut kinds) = (Vec::new(), Vec::new());
    while !states.iter().any(|state| state == "read") {
        let block = events.next().await.unwrap();
        let event: Value = serde_json::from_str(block.strip_prefix("data: ").unwrap()).unwrap();
        assert!(jsonschema::is_valid(&schema, &event), "{event}");
        if event["type"] == "message" {
            assert_eq!(event["data"]["id"], id);
            states.push(event["data"]["state"].clone());
        } else {
            kinds.push(event["type"].clone());
        }
    }
    states.dedup();
    assert_eq!(states, ["created", "sent", "delivered", "read"]);
    assert!(kinds.contains(&"conversation".into()) && kinds.contains(&"exchange".into()), "{kinds:?}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn open_stream_does_not_delay_shutdown() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let mut events = Events::listen(&sandbox).await;
    assert_eq!(events.next().await.unwrap(), "retry: 1000");
    timeout(Duration::from_secs(1), sandbox.shutdown()).await.expect("the stream holds the sandbox up");
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn only_so_many_may_listen() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let mut listeners = Vec::new();
    for _ in 0..32 {
        listeners.push(Events::listen(&sandbox).await);
    }
    let refused = begin(request(&sandbox, "GET", "/events", None)).await;
    assert_eq!(refused.status(), 503);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn stream_continues_after_reset() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let mut events = Events::listen(&sandbox).await;
    events.next().await.unwrap();
    for resets in 1..=2 {
        sandbox.reset();
        assert_eq!(events.next().await.unwrap(), format!(r#"data: {{"type":"reset","data":{{"resets":{resets}}}}}"#));
    }
    sandbox.shutdown().await;
}
