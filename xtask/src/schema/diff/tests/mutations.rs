//! Changes every keyword of the real documents once.

use std::collections::BTreeSet;

use crate::schema::diff::change::Contract;
use serde_json::{Value, json};

use super::committed;
use crate::schema::diff::escaped;
use crate::schema::diff::walk::Walk;

/// Collects the pointers of all keywords of a schema and its subschemas.
fn keywords(schema: &Value, pointer: &str, found: &mut Vec<(String, String)>) {
    let Some(schema) = schema.as_object() else { return };
    for (keyword, value) in schema {
        found.push((pointer.to_owned(), keyword.clone()));
        let below = format!("{pointer}/{keyword}");
        match keyword.as_str() {
            "properties" | "$defs" => {
                for (name, inner) in value.as_object().unwrap() {
                    keywords(inner, &format!("{below}/{}", escaped(name)), found);
                }
            }
            "allOf" | "anyOf" | "oneOf" => {
                for (index, inner) in value.as_array().unwrap().iter().enumerate() {
                    keywords(inner, &format!("{below}/{index}"), found);
                }
            }
            "items" | "not" | "if" | "then" | "else" | "additionalProperties" => keywords(value, &below, found),
            _ => {}
        }
    }
}

/// Returns another value for a keyword.
fn other(value: &Value) -> Value {
    match value {
        Value::Null => json!("mutated"),
        Value::Bool(value) => json!(!value),
        Value::Number(number) => json!(number.as_f64().unwrap() + 1.0),
        Value::String(text) => json!(format!("{text}x")),
        Value::Array(list) if list.is_empty() => json!(["mutated"]),
        Value::Array(list) => Value::Array(list.iter().skip(1).cloned().collect()),
        Value::Object(map) if map.is_empty() => json!({ "type": "null" }),
        Value::Object(map) => Value::Object(map.iter().skip(1).map(|(k, v)| (k.clone(), v.clone())).collect()),
    }
}

/// Reports whether a mutation has no effect: the object keeps its members, or is not read at all.
fn changes_nothing(keyword: &str, value: Option<&Value>, mutated: Option<&Value>) -> bool {
    let nothing = |value: Option<&Value>| {
        value.is_none_or(|value| value == &json!({}) || value == &json!([]) || value == &json!(true))
    };
    ["properties", "required", "additionalProperties"].contains(&keyword) && nothing(value) && nothing(mutated)
}

/// Mutates every keyword of a contract. A definition that several documents share is mutated in the first only.
fn hold(contract: Contract, at_least: usize) {
    let mut mutations = 0;
    let mut silent = Vec::new();
    let mut known = BTreeSet::new();
    for (file, document) in committed().into_iter().filter(|(_, document)| document.contract == contract) {
        let mut places = Vec::new();
        keywords(&document.schema, "", &mut places);
        let mut again = BTreeSet::new();
        for (name, definition) in document.schema["$defs"].as_object().into_iter().flatten() {
            if !known.insert(format!("{name} {definition}")) {
                again.insert(format!("/$defs/{name}"));
            }
        }
        places.retain(|(pointer, _)| {
            again
                .iter()
                .all(|name| pointer.strip_prefix(name).is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/')))
        });
        let mut mutant = document.schema.clone();
        for (pointer, keyword) in places {
            let before = document.schema.pointer(&pointer).unwrap()[&keyword].clone();
            for after in [None, Some(other(&before))] {
                if changes_nothing(&keyword, Some(&before), after.as_ref()) {
                    continue;
                }
                mutations += 1;
                set(&mut mutant, &pointer, &keyword, after.as_ref());
                let there = Walk::compare(&file, contract, &document.schema, &mutant);
                // Adding a keyword is the reverse of removing it.
                let back = || Walk::compare(&file, contract, &mutant, &document.schema);
                if there.is_empty() || (after.is_none() && back().is_empty()) {
                    silent.push(format!("{file}{pointer}/{keyword}: {after:?}"));
                }
                set(&mut mutant, &pointer, &keyword, Some(&before));
            }
        }
    }
    assert_eq!(silent, [""; 0]);
    assert!(mutations > at_least, "{mutations}");
}

fn set(document: &mut Value, pointer: &str, keyword: &str, value: Option<&Value>) {
    let schema = document.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => schema.insert(keyword.to_owned(), value.clone()),
        None => schema.remove(keyword),
    };
}

#[test]
fn each_changed_send_keyword_is_reported() {
    hold(Contract::Send, 1_000);
}

#[test]
fn each_changed_receive_keyword_is_reported() {
    hold(Contract::Receive, 2_000);
}
