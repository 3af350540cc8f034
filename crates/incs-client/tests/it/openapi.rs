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
fn each_operation_has_the_method_path_server_and_credential_of_the_pages() {
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
fn every_endpoint_of_the_crate_is_there_and_nothing_else() {
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
fn ids_of_a_query_are_one_parameter_with_commas() {
    let status = &document()["paths"]["/external/messages/status"]["get"];
    let parameter = &status["parameters"][0];
    assert_eq!(parameter["name"], "message_ids");
    assert_eq!((&parameter["style"], &parameter["explode"]), (&json!("form"), &json!(false)));
    assert_eq!((&parameter["required"], &parameter["schema"]["maxItems"]), (&json!(true), &json!(100)));
}

#[test]
fn every_tag_is_declared_and_every_declared_one_is_in_use() {
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
fn each_documented_code_that_is_a_status_has_a_response_and_so_has_any_other() {
    for (method, path, operation) in operations(&document()) {
        let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(statuses, ["200", "400", "404", "422", "429", "500", "default"], "{method} {path}");
    }
}

#[test]
fn each_event_is_a_webhook_and_so_are_others_and_exotel() {
    let document = document();
    let found: BTreeSet<_> = document["webhooks"].as_object().unwrap().keys().map(String::as_str).collect();
    let expected: BTreeSet<_> = Event::KNOWN.iter().copied().chain(["other_event", "exotel_callback"]).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_webhook_takes_its_own_event_only() {
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
    let kinds = document["components"]["schemas"]["Event"]["oneOf"].as_array().unwrap();
    assert_eq!(kinds.len(), Event::KNOWN.len() + 1, "and one for those that are not known");
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
fn every_example_fits_the_schema_beside_it() {
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
fn an_example_that_breaks_a_limit_does_not_fit() {
    let document = document();
    let schema = json!({ "components": document["components"], "$ref": "#/components/schemas/ViberMessageRequest" });
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let text = |text: &str| json!({ "to": "85251230088", "type": "text", "text": text });
    assert!(validator.is_valid(&text(&"a".repeat(1000))));
    assert!(!validator.is_valid(&text(&"a".repeat(1001))));
}

/// The fixtures of this crate are those of the model; in a package of this crate alone there is nothing to compare with.
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
