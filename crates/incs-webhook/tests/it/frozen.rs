//! Outputs of this crate that others rely on, compared with the files in `docs/frozen`.

#[path = "../../../incs-model/tests/it/frozen/golden.rs"]
mod golden;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use incs_model::event::created::ChannelState;
use incs_model::exotel::StatusName;
use incs_model::status::State;
use incs_model::template::whatsapp::{Category, Quality, Status};
use incs_webhook::testing::bodies::sample;
use serde_json::{Value, json};

use self::golden::assert_frozen;
use crate::fixtures::{body, composed, names, only, read, repository};

/// Bodies whose kind ends with a value of an open enum: one for each value that is known, named after the value.
fn known_values() -> Vec<(String, Value)> {
    let mut bodies = Vec::new();
    for state in State::KNOWN {
        let update = json!({ "event": "message_status_update", "message_id": "a", "message_status": state });
        bodies.push(((*state).to_owned(), update));
        let status = json!({ "messaging_product": "whatsapp", "statuses": [{ "id": "a", "status": state }] });
        bodies.push(((*state).to_owned(), json!({ "event": "new_message", "message": status })));
    }
    for (event, values) in [
        ("template_status_update", Status::KNOWN),
        ("template_category_update", Category::KNOWN),
        ("template_quality_update", Quality::KNOWN),
    ] {
        for value in values {
            bodies.push(((*value).to_owned(), json!({ "event": event, "template_id": "1", "new_value": value })));
        }
    }
    for name in StatusName::KNOWN {
        for list in ["rcs", "sms"] {
            let report = json!({ "callback_type": "dlr", "to": "1", "exo_detailed_status": name });
            bodies.push(((*name).to_owned(), json!({ list: { "messages": [report] } })));
        }
    }
    for state in ChannelState::KNOWN {
        let update = json!({ "event": "x", "message": { "id": 1, "channel_status": state } });
        bodies.push((state.to_string(), update));
    }
    bodies
}

/// The names and bodies of the fixtures in a folder.
fn fixtures(folder: &str) -> Vec<(String, String)> {
    let path = repository("crates/incs-model/fixtures").join(folder);
    let mut files: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |file: &PathBuf| format!("{folder}/{}", file.file_stem().unwrap().to_str().unwrap());
    files.iter().map(|file| (name(file), fs::read_to_string(file).unwrap())).collect()
}

#[test]
fn kinds_of_items_are_frozen() {
    let mut rows = String::new();
    for name in names() {
        for item in &read(body(&name)) {
            writeln!(rows, "{name} | {} | {}", item.pointer(), item.kind().unwrap()).unwrap();
        }
    }
    for (name, body) in ["recorded/exotel", "recorded/incs"].into_iter().flat_map(fixtures) {
        for item in &read(body) {
            writeln!(rows, "{name} | {} | {}", item.pointer(), item.kind().unwrap_or_default()).unwrap();
        }
    }
    for (name, body) in sample::all().into_iter().chain(sample::messages()) {
        let item = only(&body);
        writeln!(rows, "sample {name} | {} | {}", item.pointer(), item.kind().unwrap()).unwrap();
    }
    for (value, body) in known_values() {
        let item = only(body.to_string());
        assert!(item.event().is_some(), "{body}");
        writeln!(rows, "value {value} | {} | {}", item.pointer(), item.kind().unwrap()).unwrap();
    }
    assert_frozen("kinds.txt", &rows);
}

#[test]
fn deduplication_keys_are_frozen() {
    let mut rows = "format 2\n".to_owned();
    let mut add = |name: &str, body: &[u8]| {
        for item in &read(body) {
            let key = item.dedup_key().map_or("-".to_owned(), |key| key.to_string());
            writeln!(rows, "{name} | {} | {key}", item.pointer()).unwrap();
        }
    };
    // Requests and replies too: a body that is no webhook has no key.
    for folder in ["exotel", "incs", "recorded/exotel", "recorded/incs"] {
        for (name, body) in fixtures(folder) {
            add(&name, body.as_bytes());
        }
    }
    for composed in composed() {
        add(&format!("several {}", composed.name), composed.body.to_string().as_bytes());
    }
    for (name, body) in sample::all().into_iter().chain(sample::messages()) {
        add(&format!("sample {name}"), body.as_bytes());
    }
    assert_frozen("deduplication-keys.txt", &rows);
}
