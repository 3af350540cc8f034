//! Notices of changes, which the event stream sends to its listeners.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::broadcast;

/// Notices that one listener may lag behind by; then it is told to read the state again.
const BACKLOG: usize = 512;

/// Longest notice, in bytes. Whoever listens is told of a longer one that it missed something. With [`BACKLOG`] this bounds
/// what notices take: 32 MiB.
const LONGEST: usize = 64 << 10;

/// Most listeners from outside at the same time.
const MOST_LISTENERS: usize = 32;

/// What kind of thing changed; the word stands as `type` in the event stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
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

/// A thing that is no longer there.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Gone {
    id: u64,
    removed: bool,
}

impl Gone {
    pub(crate) fn of(id: u64) -> Self {
        Self { id, removed: true }
    }
}

/// The event stream: each notice is the JSON of the thing as it is now. Nothing is written while nobody listens.
#[derive(Debug)]
pub(crate) struct Notices(broadcast::Sender<Arc<str>>);

/// Hears every notice from when it was made.
#[derive(Debug)]
pub(crate) struct Listener(broadcast::Receiver<Arc<str>>);

/// The result of waiting for a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Something changed: one line of JSON.
    Notice(Arc<str>),
    /// Notices were missed: the listener was too slow, or one was too long.
    Lagged,
    /// The sandbox has ended.
    Over,
}

impl Default for Notices {
    fn default() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }
}

impl Notices {
    pub(crate) fn tell(&self, kind: Kind, thing: &impl Serialize) {
        #[derive(Serialize)]
        struct Event<'a, T> {
            r#type: Kind,
            data: &'a T,
        }
        if self.0.receiver_count() > 0
            && let Ok(text) = serde_json::to_string(&Event { r#type: kind, data: thing })
        {
            // The last listener may just have gone.
            let _ = self.0.send(if text.len() > LONGEST { Arc::default() } else { one_line(text) });
        }
    }

    /// A listener of the sandbox itself.
    pub(crate) fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }

    /// A listener from outside; `None` when there are too many.
    pub(crate) fn listen_from_outside(&self) -> Option<Listener> {
        (self.0.receiver_count() < MOST_LISTENERS).then(|| self.listen())
    }
}

impl Listener {
    pub(crate) async fn hear(&mut self) -> Heard {
        match self.0.recv().await {
            Ok(text) if text.is_empty() => Heard::Lagged,
            Ok(text) => Heard::Notice(text),
            Err(broadcast::error::RecvError::Lagged(_)) => Heard::Lagged,
            Err(broadcast::error::RecvError::Closed) => Heard::Over,
        }
    }
}

/// The same JSON in one line, as the event stream needs it: bodies that came from outside are kept as they were spelled.
fn one_line(text: String) -> Arc<str> {
    // A string of JSON holds no bare line break, so these stand between its parts.
    if text.contains(['\n', '\r']) { text.replace(['\n', '\r'], " ").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slow_listener_is_told_that_it_missed_something_and_hears_on() {
        let notices = Notices::default();
        let mut listener = notices.listen();
        for number in 0..=BACKLOG {
            notices.tell(Kind::Task, &number);
        }
        assert_eq!(listener.hear().await, Heard::Lagged);
        assert_eq!(listener.hear().await, Heard::Notice(r#"{"type":"task","data":1}"#.into()));
    }

    #[tokio::test]
    async fn a_notice_that_is_too_long_is_not_kept() {
        let notices = Notices::default();
        let mut listener = notices.listen();
        notices.tell(Kind::Message, &"x".repeat(LONGEST));
        notices.tell(Kind::Message, &1);
        assert_eq!(listener.hear().await, Heard::Lagged);
        assert_eq!(listener.hear().await, Heard::Notice(r#"{"type":"message","data":1}"#.into()));
    }

    #[tokio::test]
    async fn a_body_of_many_lines_is_told_in_one() {
        let notices = Notices::default();
        let mut listener = notices.listen();
        let raw = serde_json::value::RawValue::from_string("[1,\r\n2]".to_owned()).unwrap();
        notices.tell(Kind::Message, &raw);
        assert_eq!(listener.hear().await, Heard::Notice(r#"{"type":"message","data":[1,  2]}"#.into()));
    }

    #[tokio::test]
    async fn listeners_from_outside_are_bounded_and_all_end() {
        let notices = Notices::default();
        let mut listeners: Vec<_> = std::iter::from_fn(|| notices.listen_from_outside()).take(100).collect();
        assert_eq!(listeners.len(), MOST_LISTENERS);
        assert!(notices.listen_from_outside().is_none());
        listeners.pop();
        assert!(notices.listen_from_outside().is_some());
        drop(notices);
        assert_eq!(listeners[0].hear().await, Heard::Over);
    }
}
