//! Every event of INCS and what Exotel posts are under `webhooks`.

use std::collections::BTreeSet;

use incs_client::openapi::document;
use incs_model::event::Event;
use serde_json::json;

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
