//! Every endpoint is in the document, as the platform's pages have it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use incs_client::openapi::document;
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
pub(super) fn operations(document: &Value) -> Vec<(String, String, Value)> {
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
