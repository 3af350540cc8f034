//! What makes the *send* contract strict.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value, json};

/// Refuses members that are not listed, and `null` for members that may be left out. A member that must be absent is not listed:
/// generators of types would make it one of any type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strict;

impl Transform for Strict {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            if let Some(Value::Object(members)) = object.get_mut("properties") {
                members.retain(|_, member| !is_nothing(member));
                object.entry("additionalProperties").or_insert_with(|| json!(false));
            }
            forbid_null(object);
            drop_needless_defaults(object);
        }
        transform_subschemas(self, schema);
    }
}

/// Whether no value fits.
fn is_nothing(schema: &Value) -> bool {
    schema == &json!(false) || schema.get("not") == Some(&json!({}))
}

/// The default of a member that must be there says nothing.
fn drop_needless_defaults(object: &mut Map<String, Value>) {
    let required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(members)) = object.get_mut("properties") else { return };
    for name in required.iter().filter_map(Value::as_str) {
        if let Some(Value::Object(member)) = members.get_mut(name) {
            member.remove("default");
        }
    }
}

/// A member that need not be there is left out rather than `null`.
fn forbid_null(object: &mut Map<String, Value>) {
    let required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(members)) = object.get_mut("properties") else { return };
    for (name, member) in members {
        if !required.iter().any(|required| required.as_str() == Some(name))
            && let Value::Object(member) = member
        {
            without_null(member);
        }
    }
}

fn without_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else { return };
    choices.retain(|choice| choice != &json!({ "type": "null" }));
    if let [Value::Object(only)] = choices.as_slice() {
        let only = only.clone();
        schema.remove("anyOf");
        for (keyword, value) in only {
            schema.entry(keyword).or_insert(value);
        }
    }
}
