//! The documents themselves.

use std::collections::BTreeSet;

use incs_model::limits::{self, Checked};
use incs_model::schema::{Contract, catalogue};
use serde_json::Value;

/// Every schema within a document, with its place.
fn each_schema(schema: &Value, place: &str, see: &mut dyn FnMut(&str, &serde_json::Map<String, Value>)) {
    let Value::Object(keywords) = schema else { return };
    see(place, keywords);
    for (keyword, value) in keywords {
        let here = format!("{place}/{keyword}");
        match (keyword.as_str(), value) {
            ("properties" | "$defs" | "patternProperties", Value::Object(members)) => {
                members.iter().for_each(|(name, member)| each_schema(member, &format!("{here}/{name}"), see));
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                schemas.iter().enumerate().for_each(|(index, one)| each_schema(one, &format!("{here}/{index}"), see));
            }
            (
                "items" | "additionalProperties" | "not" | "if" | "then" | "else" | "contains" | "propertyNames",
                schema,
            ) => {
                each_schema(schema, &here, see);
            }
            _ => {}
        }
    }
}

#[test]
fn every_document_is_a_schema_of_draft_2020_12_with_its_own_id() {
    let mut ids = BTreeSet::new();
    let mut files = BTreeSet::new();
    for document in catalogue() {
        let schema = document.to_value();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{}: {error}", document.id()));
        assert_eq!(schema["$id"], document.id());
        assert_eq!(schema["title"], document.title());
        assert_eq!(schema["description"], document.summary());
        assert!(ids.insert(document.id()) && files.insert(document.file_name()), "{} twice", document.id());
        assert_eq!(
            document.file_name(),
            format!("{}.json", document.id()["urn:incs:schema:".len()..].replace(':', "/"))
        );
    }
}

#[test]
fn the_catalogue_is_the_same_every_time() {
    let text = || catalogue().iter().map(|document| document.to_value().to_string()).collect::<Vec<_>>();
    assert_eq!(text(), text());
}

#[test]
fn a_document_stands_alone_and_holds_nothing_unused() {
    for document in catalogue() {
        let schema = document.to_value();
        let mut used = BTreeSet::new();
        each_schema(&schema, "", &mut |place, keywords| {
            if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
                let pointer = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} is elsewhere"));
                assert!(schema.pointer(pointer).is_some(), "{}: {target} at {place}", document.id());
                used.insert(target.rsplit('/').next().unwrap().to_owned());
            }
        });
        let defined: BTreeSet<_> =
            schema["$defs"].as_object().into_iter().flat_map(|defs| defs.keys().cloned()).collect();
        assert_eq!(defined, used, "{}", document.id());
    }
}

#[test]
fn definitions_have_names_of_their_own() {
    for document in catalogue() {
        for name in document.to_value()["$defs"].as_object().into_iter().flat_map(serde_json::Map::keys) {
            assert!(!name.ends_with(|last: char| last.is_ascii_digit()), "{name} in {}", document.id());
        }
    }
}

#[test]
fn every_object_has_a_name() {
    for document in catalogue() {
        each_schema(&document.to_value(), "", &mut |place, keywords| {
            let depth = place.split('/').count();
            if place.ends_with("/not") {
                return;
            }
            let is_named = place.is_empty() || place.starts_with("/$defs/") && depth == 3;
            assert!(is_named || !keywords.contains_key("properties"), "{} at {place}", document.id());
        });
    }
}

#[test]
fn a_reference_has_no_words_beside_it() {
    for document in catalogue() {
        each_schema(&document.to_value(), "", &mut |place, keywords| {
            assert!(keywords.len() == 1 || !keywords.contains_key("$ref"), "{} at {place}", document.id());
        });
    }
}

#[test]
fn descriptions_are_for_readers_of_any_language() {
    for document in catalogue() {
        each_schema(&document.to_value(), "", &mut |place, keywords| {
            let Some(text) = keywords.get("description").and_then(Value::as_str) else { return };
            for sign in ["](", "`]", "::", "\n", "_MAX", "_MIN", "_DEFAULT", "```", "Debug"] {
                assert!(!text.contains(sign), "{sign:?} in {} at {place}: {text}", document.id());
            }
        });
    }
}

#[test]
fn formats_are_those_of_the_standard() {
    for document in catalogue() {
        each_schema(&document.to_value(), "", &mut |place, keywords| {
            let format = keywords.get("format");
            assert!(format.is_none_or(|format| format == "date-time"), "{format:?} in {} at {place}", document.id());
        });
    }
}

#[test]
fn what_is_sent_is_strict() {
    for document in catalogue().iter().filter(|document| document.contract() == Contract::Send) {
        each_schema(&document.to_value(), "", &mut |place, keywords| {
            if keywords.contains_key("properties") {
                assert!(keywords.contains_key("additionalProperties"), "{} at {place}", document.id());
            }
            assert!(keywords.get("type").is_none_or(|kind| !kind.to_string().contains("null")), "{place}");
        });
    }
}

#[test]
fn what_is_received_is_open() {
    for document in catalogue().iter().filter(|document| document.contract() == Contract::Receive) {
        each_schema(&document.to_value(), "", &mut |place, keywords| {
            for keyword in ["minLength", "maxLength", "maxItems", "minItems"] {
                assert!(!keywords.contains_key(keyword), "{keyword} in {} at {place}", document.id());
            }
            // No larger number is read: that is of the type, and the drift report tells it.
            let is_of_the_type = keywords.get("maximum").is_none_or(|maximum| maximum == &Value::from(u32::MAX));
            assert!(is_of_the_type, "maximum in {} at {place}", document.id());
            assert!(keywords.get("additionalProperties") != Some(&Value::Bool(false)), "{} at {place}", document.id());
        });
    }
}

#[test]
fn every_rule_that_schemas_cannot_say_stands_beside_one() {
    let mut named = BTreeSet::new();
    for document in catalogue() {
        let schema = document.to_value();
        let rules = schema.get("x-incs-rules").and_then(Value::as_array).cloned().unwrap_or_default();
        for (rule, listed) in document.other_rules().zip(&rules) {
            assert_eq!(listed["id"], rule.id());
            assert!(listed["text"].as_str().is_some_and(|text| text.contains(rule.summary())));
            named.insert(rule.id());
        }
        assert_eq!(document.other_rules().count(), rules.len());
    }
    for rule in limits::all() {
        let said = matches!(rule.checked(), Checked::ValidateAndSchema | Checked::Type);
        assert_eq!(named.contains(rule.id()), !said, "{}", rule.id());
    }
}
