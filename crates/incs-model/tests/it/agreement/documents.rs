//! The documents themselves.

use std::collections::{BTreeMap, BTreeSet};

use incs_model::limits::{self, Checked};
use incs_model::schema::{Contract, catalogue};
use serde_json::{Value, json};

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
fn documents_are_draft_2020_12_schemas() {
    let mut ids = BTreeSet::new();
    let mut files = BTreeSet::new();
    for document in catalogue() {
        let schema = document.to_value();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{}: {error}", document.id()));
        assert_eq!(schema["$id"], document.id());
        assert_eq!(schema["title"], document.type_name());
        assert_eq!(schema["description"], document.summary());
        assert!(ids.insert(document.id()) && files.insert(document.file_name()), "{} twice", document.id());
        assert_eq!(
            document.file_name(),
            format!("{}.json", document.id()["urn:incs:schema:".len()..].replace(':', "/"))
        );
    }
}

#[test]
fn catalogue_is_deterministic() {
    let text = || catalogue().iter().map(|document| document.to_value().to_string()).collect::<Vec<_>>();
    assert_eq!(text(), text());
}

#[test]
fn documents_are_self_contained_without_leftovers() {
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

/// A definition is the same in every document that has its name, and the title of a document is a name like these.
#[test]
fn one_name_is_one_definition_in_all_documents() {
    let mut definitions = BTreeMap::new();
    for document in catalogue() {
        let mut schema = document.to_value();
        let own = schema.as_object_mut().unwrap().remove("$defs").unwrap_or_else(|| json!({}));
        for keyword in ["$id", "$schema", "title", "description", "x-incs-rules"] {
            schema.as_object_mut().unwrap().remove(keyword);
        }
        let own = own.as_object().unwrap().clone().into_iter();
        for (name, mut schema) in own.chain([(document.type_name().to_owned(), schema)]) {
            schema.as_object_mut().unwrap().remove("description");
            let known = definitions.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(known, &schema, "{name} in {}", document.id());
        }
    }
    let spellings: BTreeSet<_> = definitions.keys().map(|name| name.to_lowercase()).collect();
    assert_eq!(spellings.len(), definitions.len(), "two spellings of one name");
    assert!(definitions.contains_key("WhatsAppMessage") && definitions.contains_key("RcsMessage"));
}

/// A union of kinds is a `oneOf` with a constant tag in each branch, which `discriminator` names if it is a text. A received one also
/// has alternatives for other kinds, beside it.
#[test]
fn unions_of_kinds_name_their_tag() {
    let mut count = 0;
    for document in catalogue() {
        let schema = document.to_value();
        each_schema(&schema, "", &mut |place, keywords| {
            let Some(branches) = keywords.get("oneOf").and_then(Value::as_array) else { return };
            if branches.iter().all(|branch| branch.get("const").is_some()) {
                return;
            }
            let of = |branch: &Value| schema.pointer(&branch["$ref"].as_str().unwrap()[1..]).unwrap().clone();
            let Some(tag) = keywords.get("discriminator") else {
                assert!(branches.iter().all(|branch| of(branch)["properties"]["type"]["const"].is_i64()), "{place}");
                return;
            };
            count += 1;
            let tag = tag["propertyName"].as_str().unwrap();
            for branch in branches.iter().map(of) {
                assert!(branch["properties"][tag]["const"].is_string(), "{} at {place}", document.id());
                assert!(branch["required"].as_array().unwrap().contains(&json!(tag)), "{} at {place}", document.id());
            }
            let is_open = place.ends_with("/anyOf/0");
            assert_eq!(is_open, document.contract() == Contract::Receive, "{} at {place}", document.id());
        });
    }
    assert!(count > 20, "{count}");
}

/// Generators of types refuse or drop other forms of a schema without a type.
#[test]
fn schemas_are_neither_booleans_nor_empty() {
    for document in catalogue() {
        each_schema(&document.to_value(), "", &mut |place, keywords| {
            let at = format!("{} at {place}", document.id());
            assert!(!keywords.is_empty(), "{at}");
            for (keyword, value) in keywords {
                let schemas = match (keyword.as_str(), value) {
                    ("anyOf" | "oneOf" | "allOf", Value::Array(schemas)) => schemas.clone(),
                    ("properties", Value::Object(members)) => members.values().cloned().collect(),
                    ("items" | "not" | "if" | "then" | "else", schema) => vec![schema.clone()],
                    _ => Vec::new(),
                };
                assert!(schemas.iter().all(Value::is_object), "{keyword} of {at}");
                if let ("enum", Value::Array(values)) = (keyword.as_str(), value) {
                    assert!(values.iter().all(Value::is_string) || values.iter().all(Value::is_i64), "{at}");
                }
            }
        });
    }
}

/// The type of an open enum in TypeScript has the known values, which `"sent" | string` would lose.
#[test]
fn open_enums_keep_known_values_in_typescript() {
    let event = catalogue().into_iter().find(|document| document.type_name() == "WebhookEvent").unwrap().to_value();
    assert_eq!(event["$defs"]["CallPermission"]["tsType"], r#""accept" | "reject" | (string & {})"#);
    let reply = catalogue().into_iter().find(|document| document.type_name() == "Reply").unwrap().to_value();
    let code = reply["$defs"]["Code"]["tsType"].as_str().unwrap();
    assert!(code.starts_with("200 | 400 | ") && code.ends_with(" | (number & {}) | string"), "{code}");
    assert_eq!(reply["properties"]["data"]["tsType"], "unknown");
}

#[test]
fn references_have_no_sibling_words() {
    for document in catalogue() {
        each_schema(&document.to_value(), "", &mut |place, keywords| {
            assert!(keywords.len() == 1 || !keywords.contains_key("$ref"), "{} at {place}", document.id());
        });
    }
}

#[test]
fn descriptions_name_nothing_of_rust() {
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
fn send_documents_are_strict() {
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
fn receive_documents_are_open() {
    for document in catalogue().iter().filter(|document| document.contract() == Contract::Receive) {
        each_schema(&document.to_value(), "", &mut |place, keywords| {
            for keyword in ["minLength", "maxLength", "maxItems", "minItems"] {
                assert!(!keywords.contains_key(keyword), "{keyword} in {} at {place}", document.id());
            }
            // Larger numbers are not read: the limit belongs to the type, and the drift report covers it.
            let is_of_the_type = keywords.get("maximum").is_none_or(|maximum| maximum == &Value::from(u32::MAX));
            assert!(is_of_the_type, "maximum in {} at {place}", document.id());
            assert!(keywords.get("additionalProperties") != Some(&Value::Bool(false)), "{} at {place}", document.id());
        });
    }
}

#[test]
fn inexpressible_rules_are_listed_in_schemas() {
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
        let said = matches!(rule.checked(), Checked::ValidateAndSchema | Checked::Type | Checked::Document);
        assert_eq!(named.contains(rule.id()), !said, "{}", rule.id());
    }
}
