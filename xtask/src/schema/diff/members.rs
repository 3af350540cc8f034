//! Members of an object.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::change::{Effect, Set};
use super::walk::{Place, Schema, Walk};

impl Walk<'_> {
    pub(super) fn required(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let (old, new) = (names(old), names(new));
        for name in new.difference(&old) {
            self.report(place, Set::Narrower, format!("the member {name} is required now"));
        }
        for name in old.difference(&new) {
            self.report(place, Set::Wider, format!("the member {name} is not required any more"));
        }
    }

    /// A member that is new in an open object could have been there with any value; in a closed one it could not.
    pub(super) fn properties(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let nothing = Map::new();
        let old_members = old.get("properties").and_then(Value::as_object).unwrap_or(&nothing);
        let new_members = new.get("properties").and_then(Value::as_object).unwrap_or(&nothing);
        for (name, member) in new_members {
            let inner = place.at(&["properties", name]);
            if let Some(before) = old_members.get(name) {
                self.node(&inner, before, member);
            } else {
                let set = without(old, Set::Wider, Set::Narrower);
                self.report(&inner, Effect::came(set), format!("the member {name} is new"));
            }
        }
        for name in old_members.keys().filter(|name| !new_members.contains_key(*name)) {
            let set = without(new, Set::Narrower, Set::Wider);
            let inner = place.at(&["properties", name]);
            self.report(&inner, Effect::went(set), format!("the member {name} is gone"));
        }
    }

    /// What is said of members that have no name. Said by nobody, they may be anything.
    pub(super) fn other_members(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let anything = Value::Bool(true);
        let old = old.get("additionalProperties").unwrap_or(&anything);
        let new = new.get("additionalProperties").unwrap_or(&anything);
        match (old, new) {
            (Value::Bool(false), Value::Bool(false)) => {}
            (Value::Bool(false), _) => self.report(place, Set::Wider, "any other member is allowed now"),
            (_, Value::Bool(false)) => self.report(place, Set::Narrower, "any other member is refused now"),
            _ => self.node(&place.at(&["additionalProperties"]), old, new),
        }
    }
}

/// What becomes of the values by a name more or less, given what the version without the name says of such members.
fn without(schema: &Schema, closed: Set, open: Set) -> Set {
    match schema.get("additionalProperties") {
        Some(Value::Bool(false)) => closed,
        None | Some(Value::Bool(true)) => open,
        Some(_) => Set::Unclear,
    }
}

fn names(value: Option<&Value>) -> BTreeSet<&str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
