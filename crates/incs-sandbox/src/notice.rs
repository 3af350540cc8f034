//! What the event stream tells whoever listens.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::broadcast;

/// Notices that one listener may lag behind by; then it is told to read the state again.
const BACKLOG: usize = 1024;

/// What kind of thing changed; the word stands as `type` in the event stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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

/// The event stream: each notice is the JSON of the thing as it is now. Nothing is written while nobody listens.
#[derive(Debug)]
pub(crate) struct Notices(broadcast::Sender<Arc<str>>);

impl Default for Notices {
    fn default() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }
}

impl Notices {
    pub(crate) fn tell(&self, kind: Kind, thing: &impl Serialize) {
        #[derive(Serialize)]
        struct Told<'a, T> {
            r#type: Kind,
            data: &'a T,
        }
        if self.0.receiver_count() > 0
            && let Ok(text) = serde_json::to_string(&Told { r#type: kind, data: thing })
        {
            // The last listener may just have gone.
            let _ = self.0.send(text.into());
        }
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<str>> {
        self.0.subscribe()
    }
}
