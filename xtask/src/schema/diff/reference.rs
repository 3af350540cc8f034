//! References, followed on both sides at once.

use serde_json::Value;

use super::change::Set;
use super::walk::{Place, Schema, Walk, is_words};

/// What is left to compare of two schemas once their references were followed.
pub(super) enum Resolved {
    /// All that they say beside a reference.
    AsTheyStand,
    /// These, in which the target stands in the place of the reference.
    Written(Schema, Schema),
    Nothing,
}

/// Follows the references of two schemas: the targets are compared, or written where only one refers.
///
/// A definition is compared once for each definition that it is held against, under its own pointer, however often it is
/// used.
pub(super) fn resolve(walk: &mut Walk<'_>, place: &Place, old: &Schema, new: &Schema) -> Resolved {
    let (from, to) = (name(old), name(new));
    match (from, to) {
        (None, None) => Resolved::AsTheyStand,
        (Some(from), Some(to)) => {
            if from != to {
                walk.report(place, Set::Words, format!("refers to {to}, was {from}"));
            }
            if walk.is_first(place, from, to) {
                match (target(walk.old, from), target(walk.new, to)) {
                    (Some(old), Some(new)) => walk.node(&place.referred(to), old, new),
                    (None, None) if from == to => {}
                    _ => walk.report(place, Set::Unclear, format!("a reference leads nowhere: {from}, {to}")),
                }
            }
            Resolved::AsTheyStand
        }
        _ => {
            let written = (inlined(walk.old, old), inlined(walk.new, new));
            let (Some(old), Some(new)) = written else {
                walk.report(place, Set::Unclear, "a reference came or went, and says more than what stands there");
                return Resolved::Nothing;
            };
            let what = match (from, to) {
                (Some(from), _) => format!("what {from} said is written here"),
                (_, to) => format!("what stood here is written in {}", to.unwrap_or_default()),
            };
            walk.report(place, Set::Words, what);
            Resolved::Written(old, new)
        }
    }
}

/// The schema that a reference within a document leads to.
pub(super) fn target<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

/// The name that a schema refers to.
pub(super) fn name(schema: &Schema) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

/// A schema with its reference replaced by what it leads to; nothing when both say something under one keyword.
pub(super) fn inlined(document: &Value, schema: &Schema) -> Option<Schema> {
    let mut schema = schema.clone();
    // A definition may be but another reference; one that leads back to itself is no schema.
    for _ in 0..8 {
        let Some(reference) = name(&schema).map(str::to_owned) else { return Some(schema) };
        schema.remove("$ref");
        match target(document, &reference)? {
            Value::Bool(true) => {}
            Value::Object(target) => {
                for (keyword, value) in target {
                    if !schema.contains_key(keyword) {
                        schema.insert(keyword.clone(), value.clone());
                    } else if !is_words(keyword) && schema.get(keyword) != Some(value) {
                        return None;
                    }
                }
            }
            _ => return None,
        }
    }
    None
}
