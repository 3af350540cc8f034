//! Events of changes, which the event stream sends to its listeners.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::broadcast;

/// The number of events that a listener may lag behind; beyond it the listener gets `Lagged` and must read the state again.
const BACKLOG: usize = 512;

/// The longest event, in bytes. For a longer one listeners get `Lagged`. With [`BACKLOG`] this bounds the memory of events to
/// 32 MiB.
const MAX_EVENT_BYTES: usize = 64 << 10;

/// The most external listeners at the same time.
const MAX_LISTENERS: usize = 32;

/// The kind of record that changed; `type` in the event stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventKind {
    Message,
    Conversation,
    Exchange,
    Delivery,
    Subscription,
    Fault,
    Template,
    Task,
    Reset,
}

/// The data of an event about a removed record.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Removed {
    id: u64,
    removed: bool,
}

impl Removed {
    pub(crate) fn new(id: u64) -> Self {
        Self { id, removed: true }
    }
}

/// The event stream: each event is the JSON of a record as it is now. Nothing is serialized without a listener.
#[derive(Debug)]
pub(crate) struct EventStream(broadcast::Sender<Arc<str>>);

/// Receives every event from its creation on.
#[derive(Debug)]
pub(crate) struct Listener(broadcast::Receiver<Arc<str>>);

/// The result of waiting for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Received {
    /// A record changed: one line of JSON.
    Event(Arc<str>),
    /// Events were missed: the listener was too slow, or one was too long.
    Lagged,
    /// The sandbox has ended.
    Closed,
}

impl Default for EventStream {
    fn default() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }
}

impl EventStream {
    pub(crate) fn send(&self, kind: EventKind, thing: &impl Serialize) {
        #[derive(Serialize)]
        struct StreamEvent<'a, T> {
            r#type: EventKind,
            data: &'a T,
        }
        if self.0.receiver_count() > 0
            && let Ok(text) = serde_json::to_string(&StreamEvent { r#type: kind, data: thing })
        {
            // The last listener may have gone in the meantime.
            let _ = self.0.send(if text.len() > MAX_EVENT_BYTES { Arc::default() } else { one_line(text) });
        }
    }

    /// Returns a listener for the sandbox itself.
    pub(crate) fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }

    /// Returns a listener for a client of the admin API; `None` when there are too many.
    pub(crate) fn listen_external(&self) -> Option<Listener> {
        (self.0.receiver_count() < MAX_LISTENERS).then(|| self.listen())
    }
}

impl Listener {
    pub(crate) async fn receive(&mut self) -> Received {
        match self.0.recv().await {
            Ok(text) if text.is_empty() => Received::Lagged,
            Ok(text) => Received::Event(text),
            Err(broadcast::error::RecvError::Lagged(_)) => Received::Lagged,
            Err(broadcast::error::RecvError::Closed) => Received::Closed,
        }
    }
}

/// Returns the same JSON in one line, as server-sent events need it: bodies are recorded with their original whitespace.
fn one_line(text: String) -> Arc<str> {
    // A JSON string contains no bare line break, so these are between tokens.
    if text.contains(['\n', '\r']) { text.replace(['\n', '\r'], " ").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn slow_listener_lags_and_continues() {
        let events = EventStream::default();
        let mut listener = events.listen();
        for number in 0..=BACKLOG {
            events.send(EventKind::Task, &number);
        }
        assert_eq!(listener.receive().await, Received::Lagged);
        assert_eq!(listener.receive().await, Received::Event(r#"{"type":"task","data":1}"#.into()));
    }

    #[tokio::test]
    async fn too_long_event_counts_as_lagged() {
        let events = EventStream::default();
        let mut listener = events.listen();
        events.send(EventKind::Message, &"x".repeat(MAX_EVENT_BYTES));
        events.send(EventKind::Message, &1);
        assert_eq!(listener.receive().await, Received::Lagged);
        assert_eq!(listener.receive().await, Received::Event(r#"{"type":"message","data":1}"#.into()));
    }

    #[tokio::test]
    async fn multi_line_body_becomes_one_line() {
        let events = EventStream::default();
        let mut listener = events.listen();
        let raw = serde_json::value::RawValue::from_string("[1,\r\n2]".to_owned()).unwrap();
        events.send(EventKind::Message, &raw);
        assert_eq!(listener.receive().await, Received::Event(r#"{"type":"message","data":[1,  2]}"#.into()));
    }

    #[tokio::test]
    async fn external_listeners_are_limited() {
        let events = EventStream::default();
        let mut listeners: Vec<_> = std::iter::from_fn(|| events.listen_external()).take(100).collect();
        assert_eq!(listeners.len(), MAX_LISTENERS);
        assert!(events.listen_external().is_none());
        listeners.pop();
        assert!(events.listen_external().is_some());
        drop(events);
        assert_eq!(listeners[0].receive().await, Received::Closed);
    }
}
