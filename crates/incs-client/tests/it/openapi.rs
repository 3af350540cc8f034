//! The OpenAPI document says what the endpoints, the events and the schemas say, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use incs_client::openapi::document;
use incs_model::event::Event;
use serde_json::{Value, json};

const CHAT: &str = "https://chat-api.incsapp.com";
const API: &str = "https://api.incsapp.com";

/// Operation, method, path, server, credential.
const OPERATIONS: [[&str; 5]; 14] = [
    ["create_rcs_template", "post", "/external/templates/rcs", API, "certificationCode"],
    ["create_task", "post", "/external/tasks", API, "bearerToken"],
    ["create_whatsapp_template", "post", "/external/templates", API, "certificationCode"],
    ["delete_rcs_template", "delete", "/external/templates/rcs/{template_id}", API, "certificationCode"],
    ["fetch_token", "post", "/external/auth/token", API, ""],
    ["get_message_status", "get", "/external/messages/status", CHAT, "certificationCode"],
    ["get_rcs_template", "get", "/external/templates/rcs/{template_id}", API, "certificationCode"],
    ["get_whatsapp_template", "get", "/external/templates/{template_id}", API, "certificationCode"],
    ["list_rcs_templates", "get", "/external/templates/rcs", API, "certificationCode"],
    ["list_tasks", "get", "/external/tasks", API, "bearerToken"],
    ["list_whatsapp_templates", "get", "/external/templates", API, "certificationCode"],
    ["send_rcs_message", "post", "/external/messages/rcs", CHAT, "certificationCode"],
    ["send_viber_message", "post", "/external/messages/viber", CHAT, "certificationCode"],
    ["send_whatsapp_message", "post", "/external/messages/whatsapp", CHAT, "certificationCode"],
];

/// Method, path and operation object of all that is in the document.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    all
}

#[test]
fn operations_match_the_pages() {
    let mut found: Vec<_> = operations(&document())
        .into_iter()
        .map(|(method, path, operation)| {
            let credential = operation["security"].as_array().unwrap();
            let credential = credential.first().map(|one| one.as_object().unwrap().keys().next().unwrap().clone());
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let server = text(&operation["servers"][0]["url"]);
            [text(&operation["operationId"]), method, path, server, credential.unwrap_or_default()]
        })
        .collect();
    found.sort();
    assert_eq!(found, OPERATIONS);
}

/// The doc comment of each endpoint names its route.
#[test]
fn document_has_exactly_our_endpoints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/endpoints");
    let mut routes = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let docs = text.lines().filter_map(|line| line.trim_start().strip_prefix("///"));
        let quoted = docs.flat_map(|doc| doc.split('`').skip(1).step_by(2));
        routes.extend(quoted.filter(|quoted| quoted.contains(" /external/")).map(str::to_owned));
    }
    let found =
        operations(&document()).into_iter().map(|(method, path, _)| format!("{} {path}", method.to_uppercase()));
    assert_eq!(found.collect::<BTreeSet<_>>(), routes);
}

#[test]
fn query_ids_are_comma_separated() {
    let status = &document()["paths"]["/external/messages/status"]["get"];
    let parameter = &status["parameters"][0];
    assert_eq!(parameter["name"], "message_ids");
    assert_eq!((&parameter["style"], &parameter["explode"]), (&json!("form"), &json!(false)));
    assert_eq!((&parameter["required"], &parameter["schema"]["maxItems"]), (&json!(true), &json!(100)));
}

#[test]
fn declared_tags_match_used_tags() {
    let document = document();
    let declared: BTreeSet<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone().to_string()).collect();
    let mut used = BTreeSet::new();
    for paths in ["paths", "webhooks"] {
        for methods in document[paths].as_object().unwrap().values() {
            for operation in methods.as_object().unwrap().values() {
                used.extend(operation["tags"].as_array().unwrap().iter().map(ToString::to_string));
            }
        }
    }
    assert_eq!(used, declared);
}

#[test]
fn every_documented_code_has_a_response() {
    for (method, path, operation) in operations(&document()) {
        let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(statuses, ["200", "400", "404", "422", "429", "500", "default"], "{method} {path}");
    }
}

#[test]
fn every_event_is_a_webhook() {
    let document = document();
    let found: BTreeSet<_> = document["webhooks"].as_object().unwrap().keys().map(String::as_str).collect();
    let expected: BTreeSet<_> = Event::KNOWN.iter().copied().chain(["other_event", "exotel_callback"]).collect();
    assert_eq!(found, expected);
}

#[test]
fn webhook_accepts_only_its_event() {
    let document = document();
    for name in Event::KNOWN {
        let schema = &document["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]["schema"];
        let component = schema["$ref"].as_str().unwrap().trim_start_matches('#');
        assert_eq!(document.pointer(component).unwrap()["properties"]["event"], json!({ "const": name }));
    }
}

#[test]
fn one_component_is_any_event() {
    let document = document();
    let [known, other] = document["components"]["schemas"]["WebhookEvent"]["anyOf"].as_array().unwrap().as_slice()
    else {
        panic!("the known events, and one alternative for the others");
    };
    assert_eq!(known["oneOf"].as_array().unwrap().len(), Event::KNOWN.len());
    assert_eq!(other, &json!({ "$ref": "#/components/schemas/WebhookEventUnknown" }));
}

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

/// A tagged union is a `oneOf` whose branches are components with a constant tag, and a discriminator that lists all of them. Only the
/// tag of a workbench message is a number, and a discriminator is a text.
#[test]
fn unions_have_discriminators() {
    fn unions<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
        if value.get("oneOf").is_some_and(Value::is_array) {
            found.push(value);
        }
        match value {
            Value::Object(members) => members.values().for_each(|member| unions(member, found)),
            Value::Array(values) => values.iter().for_each(|value| unions(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    unions(&document["components"]["schemas"], &mut found);
    let (with, without): (Vec<_>, Vec<_>) = found.into_iter().partition(|union| union.get("discriminator").is_some());
    assert!(with.len() > 20, "{}", with.len());
    assert_eq!(without.len(), 1, "{without:?}");
    for union in with {
        let tag = union["discriminator"]["propertyName"].as_str().unwrap();
        let mapping = union["discriminator"]["mapping"].as_object().unwrap();
        let branches = union["oneOf"].as_array().unwrap();
        assert_eq!((mapping.len(), &union["type"]), (branches.len(), &json!("object")), "{union}");
        for branch in branches {
            let component = document.pointer(branch["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
            let kind = component["properties"][tag]["const"].as_str().unwrap();
            assert_eq!(mapping[kind], branch["$ref"]);
            assert!(component["required"].as_array().unwrap().contains(&json!(tag)), "{kind}");
        }
    }
}

/// Generators take neither a boolean or empty schema, nor an enum of several types.
#[test]
fn every_schema_has_a_type_of_its_own() {
    fn walk(schema: &Value, place: &str) {
        let Some(keywords) = schema.as_object() else { panic!("{place} is {schema}") };
        assert!(!keywords.is_empty(), "{place} is empty");
        for (keyword, value) in keywords {
            let place = format!("{place}/{keyword}");
            match (keyword.as_str(), value) {
                ("properties", Value::Object(members)) => {
                    members.iter().for_each(|(name, schema)| walk(schema, &format!("{place}/{name}")));
                }
                ("anyOf" | "oneOf" | "allOf", Value::Array(schemas)) => {
                    schemas.iter().enumerate().for_each(|(index, schema)| walk(schema, &format!("{place}/{index}")));
                }
                ("enum", Value::Array(values)) => {
                    assert!(values.iter().all(Value::is_string) || values.iter().all(Value::is_number), "{place}");
                }
                ("additionalProperties", Value::Bool(false)) => {}
                ("items" | "not" | "if" | "then" | "else" | "additionalProperties", schema) => walk(schema, &place),
                _ => {}
            }
        }
    }
    for (name, schema) in document()["components"]["schemas"].as_object().unwrap() {
        walk(schema, name);
    }
}

/// The catalogue and this document have one name for one type.
#[test]
fn components_are_the_types_of_the_catalogue() {
    let mut types = BTreeSet::new();
    for schema in incs_model::schema::catalogue() {
        types.insert(schema.type_name().to_owned());
        types.extend(schema.to_value()["$defs"].as_object().into_iter().flat_map(|defs| defs.keys().cloned()));
    }
    let spellings: BTreeSet<_> = types.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(spellings.len(), types.len(), "two spellings of one name");
    for name in document()["components"]["schemas"].as_object().unwrap().keys() {
        assert!(types.contains(name), "{name}");
    }
}

#[test]
fn every_reference_resolves() {
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
fn every_component_is_used() {
    let document = document();
    let mut references = Vec::new();
    all(&document, "$ref", &mut references);
    let referred: BTreeSet<_> =
        references.into_iter().map(|reference| reference.as_str().unwrap().to_owned()).collect();
    for kind in ["schemas", "responses"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            assert_eq!(referred.contains(&format!("#/components/{kind}/{name}")), name != "WebhookEvent", "{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
        }
    }
}

#[test]
fn schemas_have_no_own_id() {
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

/// Content objects with the pointer to each.
fn contents(value: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            if let Some(media) = members.get("application/json") {
                found.push((pointer.to_owned(), media.clone()));
            }
            for (name, member) in members.iter().filter(|(name, _)| *name != "schemas") {
                contents(member, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| contents(value, pointer, found)),
        _ => {}
    }
}

#[test]
fn every_example_fits_its_schema() {
    let document = document();
    let mut found = Vec::new();
    contents(&document, "", &mut found);
    let mut count = 0;
    for (pointer, media) in found {
        let mut schema = json!({ "components": document["components"] });
        schema["$ref"] = media["schema"]["$ref"].clone();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        for (name, example) in media["examples"].as_object().into_iter().flatten() {
            count += 1;
            let fault = validator.iter_errors(&example["value"]).next().map(|fault| fault.to_string());
            assert_eq!(fault, None, "{pointer} {name}");
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn invalid_example_does_not_fit() {
    let document = document();
    let schema = json!({ "components": document["components"], "$ref": "#/components/schemas/ViberMessage" });
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let text = |text: &str| json!({ "to": "85251230088", "type": "text", "text": text });
    assert!(validator.is_valid(&text(&"a".repeat(1000))));
    assert!(!validator.is_valid(&text(&"a".repeat(1001))));
}

/// Compares the fixtures of this crate with the fixtures of the model. A published package contains only this crate.
#[test]
fn fixtures_are_those_of_the_model() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for folder in ["incs", "exotel"] {
        for entry in fs::read_dir(own.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let of_model = own.join("../../incs-model/fixtures").join(folder).join(entry.file_name());
            assert!(fs::read(entry.path()).unwrap() == fs::read(of_model).unwrap(), "{:?}", entry.file_name());
        }
    }
}
