//! References to definitions, and definitions that are equal in both versions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Returns a schema as an object; `true` is an empty one.
pub(super) type Schema = Map<String, Value>;

/// Keywords with texts for people, which do not concern values.
const WORDS: [&str; 6] = ["$comment", "deprecated", "description", "examples", "title", "x-source"];

/// Reports whether a keyword is only a text for people.
pub(super) fn is_words(keyword: &str) -> bool {
    WORDS.contains(&keyword)
}

/// Returns the target of a reference within a document.
pub(super) fn target<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

/// Returns the name that a schema refers to.
pub(super) fn name(schema: &Schema) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

/// Replaces the reference of a schema by its target. Returns `None` if both have the same keyword.
pub(super) fn inlined(document: &Value, schema: &Schema) -> Option<Schema> {
    let mut schema = schema.clone();
    // A definition may be another reference; one that leads back to itself is not a schema.
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

/// References whose targets are equal, including all targets that these refer to.
#[derive(Default)]
pub(super) struct Steady(BTreeSet<String>);

impl Steady {
    pub(super) fn between(old: &Value, new: &Value) -> Self {
        let (Some(old), Some(new)) = (definitions(old), definitions(new)) else { return Self::default() };
        let mut equal: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, definition) in old.iter().filter(|(name, definition)| new.get(*name) == Some(*definition)) {
            let mut references = Vec::new();
            collect(definition, &mut references);
            equal.insert(format!("#/$defs/{name}"), references);
        }
        let mut steady: BTreeSet<String> = equal.keys().cloned().collect();
        loop {
            let shaken =
                |name: &String| !equal.get(name).is_some_and(|used| used.iter().all(|one| steady.contains(*one)));
            let shaken: Vec<_> = steady.iter().filter(|name| shaken(name)).cloned().collect();
            if shaken.is_empty() {
                return Self(steady);
            }
            for name in shaken {
                steady.remove(&name);
            }
        }
    }

    /// Reports whether two schemas and all their references are equal.
    pub(super) fn same(&self, old: &Value, new: &Value) -> bool {
        let mut references = Vec::new();
        old == new && {
            collect(old, &mut references);
            references.iter().all(|name| self.0.contains(*name))
        }
    }
}

fn definitions(document: &Value) -> Option<&Map<String, Value>> {
    document.get("$defs").and_then(Value::as_object)
}

fn collect<'a>(value: &'a Value, references: &mut Vec<&'a str>) {
    match value {
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, references)),
        Value::Object(members) => {
            for (name, inner) in members {
                match inner.as_str() {
                    Some(reference) if name == "$ref" => references.push(reference),
                    _ => collect(inner, references),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changed_reference_makes_definition_unsteady() {
        let document = |kind: &str| {
            let to = |name: &str| json!({ "items": { "$ref": format!("#/$defs/{name}") } });
            json!({ "$defs": { "A": to("B"), "B": to("C"), "C": { "type": kind }, "D": to("D"), "E": {} } })
        };
        let steady = Steady::between(&document("null"), &document("string"));
        assert_eq!(steady.0, ["#/$defs/D", "#/$defs/E"].map(str::to_owned).into());
        let to = |name: &str| json!([{ "$ref": format!("#/$defs/{name}") }]);
        assert!(steady.same(&to("D"), &to("D")));
        assert!(!steady.same(&to("D"), &to("E")));
        assert!(!steady.same(&to("A"), &to("A")), "what it refers to has changed");
    }
}
