//! Types, values, limits and rules of one place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Effect, Set};
use super::walk::{Place, Schema, Walk};

/// Every type of a JSON value; `integer` is part of `number`.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

impl Walk<'_> {
    pub(super) fn types(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let (old, new) = (types(old), types(new));
        let is_same = old == new;
        let (all_old, all_new) = (with_whole_numbers(&old), with_whole_numbers(&new));
        let lost: Vec<_> = all_old.difference(&all_new).copied().collect();
        let gained: Vec<_> = all_new.difference(&all_old).copied().collect();
        let set = match (lost.is_empty(), gained.is_empty()) {
            // A number may be whole, also where nobody says so.
            (true, true) if is_same => return,
            (true, true) => Set::Words,
            (false, true) => Set::Narrower,
            (true, false) => Set::Wider,
            (false, false) => Set::Crosswise,
        };
        let words = |types: &BTreeSet<&str>| match types.len() {
            7 => "anything".to_owned(),
            _ => types.iter().copied().collect::<Vec<_>>().join(" or "),
        };
        self.report(place, set, format!("is {}, was {}", words(&new), words(&old)));
    }

    /// The values of `enum` and `const`. In an open union they are those known by name, else those allowed.
    pub(super) fn values(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let (old, new) = match (values(old), values(new)) {
            (None, None) => return,
            (None, Some(_)) => return self.report(place, Set::Narrower, "only listed values are allowed now"),
            (Some(_), None) => {
                return self.report(place, Effect::went(Set::Wider), "values are not listed any more");
            }
            (Some(old), Some(new)) => (old, new),
        };
        let lost = old.iter().any(|value| !new.contains(value));
        let closed = match (lost, new.iter().any(|value| !old.contains(value))) {
            (true, true) => Set::Crosswise,
            (true, false) => Set::Narrower,
            _ => Set::Wider,
        };
        for value in old.iter().filter(|value| !new.contains(value)) {
            let set = if place.open { Set::Same } else { closed };
            self.report(place, Effect::went(set), format!("the value {value} is gone"));
        }
        for value in new.iter().filter(|value| !old.contains(value)) {
            if place.open {
                self.report(place, Effect::came(Set::Same), format!("the value {value} is known now"));
            } else {
                self.report(place, closed, format!("the value {value} is allowed now"));
            }
        }
    }

    /// A number that refuses what lies past it. `raised` is what becomes of the values when it grows.
    pub(super) fn limit(
        &mut self,
        place: &Place,
        keyword: &str,
        old: Option<&Value>,
        new: Option<&Value>,
        raised: Set,
    ) {
        let lowered = if raised == Set::Wider { Set::Narrower } else { Set::Wider };
        let number = |value: Option<&Value>| value.and_then(Value::as_f64);
        match (old, new) {
            _ if old == new => {}
            (None, Some(new)) => self.report(place, Set::Narrower, format!("{keyword} is new: {new}")),
            (Some(old), None) => self.report(place, Set::Wider, format!("{keyword} is gone: {old}")),
            (Some(from), Some(to)) => {
                let set = match number(old).zip(number(new)).and_then(|(old, new)| new.partial_cmp(&old)) {
                    Some(std::cmp::Ordering::Greater) => raised,
                    Some(std::cmp::Ordering::Less) => lowered,
                    Some(std::cmp::Ordering::Equal) => Set::Words,
                    None => Set::Unclear,
                };
                self.report(place, set, format!("{keyword} is {to}, was {from}"));
            }
            (None, None) => {}
        }
    }

    /// The rules that no keyword can say, by id. What a text demands cannot be compared.
    pub(super) fn rules(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let place = place.at(&["x-incs-rules"]);
        let (Some(old), Some(new)) = (rules(old), rules(new)) else {
            self.report(&place, Set::Unclear, "is not a list of rules");
            return;
        };
        for (id, rule) in &new {
            match old.get(id) {
                None => self.report(&place, Set::Narrower, format!("the rule {id} is new")),
                Some(before) if before != rule => {
                    self.report(&place, Set::Unclear, format!("the rule {id} says something else"));
                }
                Some(_) => {}
            }
        }
        for id in old.keys().filter(|id| !new.contains_key(*id)) {
            self.report(&place, Set::Wider, format!("the rule {id} is gone"));
        }
    }
}

fn types(value: Option<&Value>) -> BTreeSet<&str> {
    match value {
        None => TYPES.into_iter().collect(),
        Some(Value::String(name)) => [name.as_str()].into(),
        Some(value) => value.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
    }
}

fn with_whole_numbers<'a>(types: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let whole = types.contains("number").then_some("integer");
    types.iter().copied().chain(whole).collect()
}

fn values(schema: &Schema) -> Option<Vec<&Value>> {
    let constant = schema.get("const").map(|value| vec![value]);
    constant.or_else(|| Some(schema.get("enum")?.as_array()?.iter().collect()))
}

fn rules(value: Option<&Value>) -> Option<BTreeMap<&str, &Value>> {
    let Some(value) = value else { return Some(BTreeMap::new()) };
    value.as_array()?.iter().map(|rule| Some((rule.get("id")?.as_str()?, rule))).collect()
}
