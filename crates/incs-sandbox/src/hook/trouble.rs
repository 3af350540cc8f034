//! What goes wrong with one delivery.

use std::time::Duration;

use incs_model::RawJson;
use incs_webhook::testing::bodies::Body;
use serde_json::{Map, Value};

use super::Subscription;
use crate::fault::{Action, Spot};
use crate::world::World;

/// What goes wrong with one delivery. Several rules may apply to it, one of each kind.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each stands for a rule of its own")]
pub(super) struct Trouble {
    pub(super) lose: bool,
    pub(super) spoil_signature: bool,
    pub(super) unknown: bool,
    pub(super) duplicate: bool,
    pub(super) late: Option<Duration>,
    pub(super) hold: bool,
    /// All that applied, in words.
    pub(super) words: Vec<String>,
}

impl Trouble {
    /// Asks the rules about a delivery. What is lost needs nothing else.
    pub(super) fn draw(world: &mut World, subscription: &Subscription, event: &str, message: Option<u64>) -> Self {
        let mut trouble = Self::default();
        if world.faults.list().is_empty() {
            return trouble;
        }
        let to = message.and_then(|number| world.messages.get(number)).map(|message| message.customer.clone());
        let spot = Spot { event: Some(event), to: to.as_deref(), ..Spot::default() };
        trouble.lose = trouble.pick(world, spot, "lose", |action| matches!(action, Action::Lose)).is_some();
        if trouble.lose {
            return trouble;
        }
        if trouble.pick(world, spot, "bad_signature", |action| matches!(action, Action::BadSignature)).is_some() {
            trouble.spoil_signature = subscription.signing.is_some();
            if !trouble.spoil_signature {
                trouble.words.push("bad_signature changed nothing: the webhook is not signed".to_owned());
            }
        }
        let unknown = trouble.pick(world, spot, "unknown_value", |action| matches!(action, Action::UnknownValue));
        trouble.unknown = unknown.is_some();
        let duplicate = trouble.pick(world, spot, "duplicate", |action| matches!(action, Action::Duplicate));
        trouble.duplicate = duplicate.is_some();
        if let Some(Action::Late { millis }) =
            trouble.pick(world, spot, "late", |action| matches!(action, Action::Late { .. }))
        {
            trouble.late = Some(Duration::from_millis(millis));
        }
        // Were all held back, none would pass another.
        if trouble.late.is_none() && subscription.held.is_none() {
            let hold = trouble.pick(world, spot, "reorder", |action| matches!(action, Action::Reorder));
            trouble.hold = hold.is_some();
        }
        trouble
    }

    fn pick(
        &mut self,
        world: &mut World,
        spot: Spot<'_>,
        name: &str,
        wanted: impl Fn(&Action) -> bool,
    ) -> Option<Action> {
        let (action, _) = world.fault(spot, wanted)?;
        self.words.push(name.to_owned());
        Some(action)
    }
}

/// The same body with a value and a member that no version knows.
pub(super) fn with_unknown_value(body: &Body) -> Option<Body> {
    let mut value: Value = serde_json::from_str(body.as_str()).ok()?;
    value.as_object_mut()?.insert("x_new".to_owned(), Value::Object(Map::new()));
    let known = [
        ("/message_status", Value::from("queued_for_later")),
        ("/new_value", Value::from("UNDER_CONSIDERATION")),
        ("/message/type", Value::from(199)),
        ("/message/messages/0/type", Value::from("hologram")),
        ("/message/suggestionResponse/type", Value::from("SHAKE")),
        ("/rcs/messages/0/content/type", Value::from("hologram")),
        ("/rcs/messages/0/exo_detailed_status", Value::from("NOT_YET_NAMED")),
        ("/rcs/messages/0/exo_status_code", Value::from(40999)),
    ];
    for (pointer, unknown) in known {
        if let Some(slot) = value.pointer_mut(pointer) {
            *slot = unknown;
        }
    }
    // An RCS message tells its kind by the member that is there.
    if let Some(message) = value.pointer_mut("/message").and_then(Value::as_object_mut)
        && let Some(content) = ["text", "userFile", "location"].iter().find_map(|member| message.remove(*member))
    {
        message.insert("hologram".to_owned(), content);
    }
    RawJson::parse(value.to_string()).ok().map(Body::from)
}
