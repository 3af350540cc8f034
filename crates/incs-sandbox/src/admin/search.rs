//! Finding messages by what stands in them.

use std::sync::Arc;

use serde_json::Value;

use crate::channel::Channel;
use crate::core::Core;
use crate::life::State;
use crate::world::World;
use crate::world::message::{Direction, Message};

/// Messages that are looked at before the world is let go for others. A search looks at each remembered message once at most, so
/// [`Memory`](crate::Memory) bounds what it costs.
const AT_ONCE: usize = 256;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// In lower case; empty for anything.
    pub(crate) text: String,
    pub(crate) channel: Option<Channel>,
    pub(crate) state: Option<State>,
    pub(crate) direction: Option<Direction>,
}

impl Wanted {
    pub(crate) fn text(text: Option<&str>) -> Self {
        Self { text: text.unwrap_or_default().trim().to_lowercase(), ..Self::default() }
    }

    /// Whether any text will do.
    pub(crate) fn is_any_text(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the text stands in another, in whatever case.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.text)
    }

    fn fits(&self, message: &Message) -> bool {
        self.channel.is_none_or(|channel| channel == message.channel)
            && self.state.is_none_or(|state| state == message.state)
            && self.direction.is_none_or(|direction| direction == message.direction)
    }

    /// Whether the text stands in the id, the number, the name, or anywhere in what was written.
    fn is_about(&self, message: &Message, name: &str) -> bool {
        self.is_any_text()
            || self.is_in(&message.id)
            || self.is_in(&message.customer)
            || self.is_in(name)
            || message.rendered.as_ref().is_some_and(|rendered| self.is_within(rendered))
            || serde_json::from_slice(&message.content).is_ok_and(|content| self.is_within(&content))
    }

    /// Whether the text stands in a string of a value. What a `type` is called is nothing that anybody wrote.
    fn is_within(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_in(text),
            Value::Array(values) => values.iter().any(|value| self.is_within(value)),
            Value::Object(members) => members.iter().any(|(key, value)| key != "type" && self.is_within(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

/// Gives each message that is wanted to `take`, newest first, until it says that it has enough.
pub(crate) async fn each(
    core: &Arc<Core>,
    wanted: &Wanted,
    before: Option<u64>,
    mut take: impl FnMut(Message) -> bool,
) {
    let mut before = before.unwrap_or(u64::MAX);
    loop {
        let some = next(&core.world(), wanted, before);
        let Some((last, _)) = some.last() else { return };
        before = last.number;
        for (message, name) in some {
            if wanted.is_about(&message, &name) && !take(message) {
                return;
            }
        }
        tokio::task::yield_now().await;
    }
}

/// The next messages before a number, with the names of their customers.
fn next(world: &World, wanted: &Wanted, before: u64) -> Vec<(Message, String)> {
    let name = |message: &Message| {
        let key = (message.channel, message.customer.clone());
        world.conversations.get(&key).map(|conversation| conversation.name.clone()).unwrap_or_default()
    };
    let older = world.messages.iter().rev().filter(|message| message.number < before && wanted.fits(message));
    older.take(AT_ONCE).map(|message| (message.clone(), name(message))).collect()
}
