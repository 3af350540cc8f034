//! References lead somewhere, and to what the schemas of the model say.

use std::collections::BTreeSet;

use incs_client::openapi::document;
use serde_json::Value;

/// All values of a member of this name, anywhere.
fn all<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get(name));
            members.values().for_each(|member| all(member, name, found));
        }
        Value::Array(values) => values.iter().for_each(|value| all(value, name, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_to_something_in_the_document() {
    let document = document();
    let mut references = Vec::new();
    all(&document, "$ref", &mut references);
    assert!(references.len() > 100, "{}", references.len());
    for reference in references {
        let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

#[test]
fn every_component_is_referred_to_but_the_one_for_any_event() {
    let document = document();
    let mut references = Vec::new();
    all(&document, "$ref", &mut references);
    let referred: BTreeSet<_> =
        references.into_iter().map(|reference| reference.as_str().unwrap().to_owned()).collect();
    for kind in ["schemas", "responses"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            assert_eq!(referred.contains(&format!("#/components/{kind}/{name}")), name != "Event", "{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
        }
    }
}

#[test]
fn no_schema_names_a_document_of_its_own() {
    let document = document();
    for keyword in ["$id", "$schema", "$defs"] {
        let mut found = Vec::new();
        all(&document, keyword, &mut found);
        assert!(found.is_empty(), "{keyword}: {found:?}");
    }
}

#[test]
fn two_calls_make_the_same_text() {
    assert_eq!(document().to_string(), document().to_string());
}
