//! The schema of a struct whose members have several names.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::schema::shape::is_strict;

/// Returns the schema of a member that may be null. Unlike the schema of an `Option` it keeps the description of the type itself.
pub(super) fn or_null<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [generator.subschema_for::<T>(), { "type": "null" }] })
}

/// Returns the schema of a whole number, of its digits in a string where those are read, or of null.
pub(super) fn number_or_null(generator: &mut SchemaGenerator) -> Schema {
    let number = if is_strict(generator) {
        json!({ "type": "integer", "minimum": 0 })
    } else {
        json!({ "type": ["integer", "string"], "minimum": 0, "pattern": "^\\+?[0-9]+$" })
    };
    json_schema!({ "anyOf": [number, { "type": "null" }] })
}

/// Completes a derived schema: each field is listed under all its `names`, one of them is required unless it may be null, and
/// so is one of the members in `one_of`. Descriptions are cut to their first paragraph.
pub(super) fn complete(schema: &mut Schema, fields: &[(&str, &[&str])], one_of: &[&str]) {
    let keywords = schema.ensure_object();
    first_paragraph(keywords);
    let derived = keywords.remove("properties");
    let (mut properties, mut required, mut rules) = (Map::new(), Vec::new(), Vec::new());
    for (field, names) in fields {
        let Some(mut member) = derived.as_ref().and_then(|derived| derived.get(field)).cloned() else { continue };
        if !may_be_null(&mut member) {
            match names {
                [name] => required.push(json!(name)),
                _ => rules.extend(any_of(names)),
            }
        }
        properties.extend(names.iter().map(|name| ((*name).to_owned(), member.clone())));
    }
    rules.extend(any_of(one_of));
    keywords.insert("properties".to_owned(), properties.into());
    keywords.remove("required");
    for (keyword, values) in [("required", required), ("allOf", rules)] {
        if !values.is_empty() {
            keywords.insert(keyword.to_owned(), values.into());
        }
    }
}

/// Requires one of these members. Uses `if`, since generators of types read `anyOf` as a choice between types.
fn any_of(names: &[&str]) -> Option<Value> {
    names.iter().rev().fold(None, |others, name| {
        let this = json!({ "required": [name] });
        Some(match others {
            Some(others) => json!({ "if": { "not": this }, "then": others }),
            None => this,
        })
    })
}

/// Reports whether a member may be null, and writes that as a choice.
fn may_be_null(member: &mut Value) -> bool {
    let Value::Object(keywords) = member else { return false };
    first_paragraph(keywords);
    let Some(Value::Array(types)) = keywords.get_mut("type") else { return keywords.contains_key("anyOf") };
    let Some(index) = types.iter().position(|kind| kind == "null") else { return false };
    types.remove(index);
    if let [only] = types.as_slice() {
        keywords["type"] = only.clone();
    }
    let description = keywords.remove("description");
    *member = json!({ "anyOf": [member, { "type": "null" }], "description": description });
    true
}

fn first_paragraph(keywords: &mut Map<String, Value>) {
    if let Some(Value::String(text)) = keywords.get_mut("description") {
        *text = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    }
}
