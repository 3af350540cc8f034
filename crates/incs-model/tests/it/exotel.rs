//! The 22 rules of a tolerant Exotel parser, with the test that proves each one.
//!
//! | # | test |
//! | --- | --- |
//! | 1 | `both_incoming_types_are_kept` |
//! | 2 | `dlr_then_structure_decides_the_kind` |
//! | 3 | `documented_keys_ignore_case`, `key_in_documented_letters_wins` |
//! | 4 | `reply_and_action_are_both_optional` |
//! | 5 | `correct_longitude_spelling_wins` |
//! | 6 | `error_content_needs_no_type` |
//! | 7 | `any_message_may_have_profile_name` |
//! | 8 | `known_times_parse_unknown_are_kept` |
//! | 9 | `any_file_may_have_a_name` |
//! | 10 | `file_type_has_two_names` |
//! | 11 | `undocumented_objects_keep_unknown_members` |
//! | 12 | `code_is_number_or_string` |
//! | 13 | `status_name_has_two_members` |
//! | 14 | `report_is_nested_or_flat` |
//! | 15 | `message_sid_replaces_missing_sid` |
//! | 16 | `addresses_compare_without_the_plus` |
//! | 17 | `kind_decides_user_and_business` |
//! | 18 | `text_is_string_or_object` |
//! | 19 | `of_several_reports_the_furthest_counts` |
//! | 20 | `bad_element_affects_no_other`, `broken_list_keeps_the_other_list` |
//! | 21 | `unknown_content_type_is_kept_raw` |
//! | 22 | `coordinates_are_numbers_or_numeric_strings` |

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail loudly too")]

mod contents;
mod elements;
mod reports;
mod spelling;

use std::fs;
use std::path::Path;

#[cfg(feature = "schema")]
use incs_model::exotel::Location;
use incs_model::exotel::{
    Callback, Content, ContentError, Entry, Incoming, Item, MessageList, Nested, Nullable, Report, SmsItem, SmsReport,
    StatusCode, StatusName, Suggested, Suggestion,
};
use incs_model::{RawJson, WireTime, decode};
use serde_json::{Value, json};

fn fixtures() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/exotel");
    let mut found: Vec<(String, Value)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(found.len(), 12);
    found
}

fn fixture(name: &str) -> Value {
    fixtures().into_iter().find(|(known, _)| known == name).unwrap().1
}

/// Reads a body and checks that it is written back unchanged.
fn callback(body: &Value) -> Callback {
    let callback = read(body);
    assert_eq!(serde_json::to_value(&callback).unwrap(), *body);
    callback
}

fn read(body: &Value) -> Callback {
    decode(body.to_string().as_bytes()).unwrap()
}

fn item(element: &Value) -> Item {
    let Callback::Nested(Nested { rcs: Some(MessageList::Items(items)), .. }) =
        callback(&json!({ "rcs": { "messages": [element] } }))
    else {
        panic!("not nested: {element}")
    };
    let [item] = <[Item; 1]>::try_from(items).unwrap();
    item
}

fn incoming(element: &Value) -> Incoming {
    match item(element) {
        Item::Incoming(incoming) => incoming,
        other => panic!("{element} is {other:?}"),
    }
}

fn report(element: &Value) -> Report {
    match item(element) {
        Item::Report(report) => report,
        other => panic!("{element} is {other:?}"),
    }
}

fn sms(element: &Value) -> SmsReport {
    match callback(&json!({ "sms": { "messages": [element] } })).entries().next() {
        Some((_, Entry::SmsReport(report))) => report.clone(),
        other => panic!("{element} is {other:?}"),
    }
}

#[test]
fn typed_fixtures_round_trip() {
    for (name, body) in fixtures() {
        let entries: Vec<String> = callback(&body)
            .entries()
            .map(|(pointer, entry)| match entry {
                Entry::Incoming(incoming) => {
                    assert!(!matches!(incoming.content, Content::Unknown(_)), "{name}");
                    format!("{pointer} incoming")
                }
                Entry::Report(_) => format!("{pointer} report"),
                Entry::SmsReport(_) => format!("{pointer} sms"),
                other => panic!("{name} is {other:?}"),
            })
            .collect();
        let expected = match name.as_str() {
            "dlr-rcs-flat" => " report",
            "dlr-rcs" => "/rcs/messages/0 report",
            "dlr-sms-fallback-failed-partial" => "/sms/messages/0 sms",
            _ => "/rcs/messages/0 incoming",
        };
        assert_eq!(entries, [expected], "{name}");
    }
}

#[test]
fn built_values_have_sampled_form() {
    let time = WireTime::from("2025-03-18T09:42:07.318+05:30");
    let text =
        Incoming::new("a41f09c7d2", "12025550143", "12025550100", Content::text("Is the blue one back in stock?"));
    let text = Callback::from(Item::from(text.with_timestamp(time)));
    assert_eq!(serde_json::to_value(text).unwrap(), fixture("incoming-text"));
    let time = WireTime::from("2025-03-18T10:05:41.220+05:30");
    let delivered = Report::new("e90b77f1c4", "12025550143", StatusCode::MESSAGE_DELIVERED, "EX_MESSAGE_DELIVERED")
        .with_description("Reached the handset")
        .with_timestamp(time)
        .with_custom_data("ticket-8841");
    assert_eq!(serde_json::to_value(Callback::from(Item::from(delivered))).unwrap(), fixture("dlr-rcs"));
    let suggested = Suggested::reply(Suggestion::new("Talk to an agent", "handover_requested"));
    let expected = &fixture("incoming-suggested-reply")["rcs"]["messages"][0]["content"];
    assert_eq!(serde_json::to_value(Content::from(suggested)).unwrap(), *expected);
    let error = ContentError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, StatusName::UnsupportedMediaType)
        .with_description("Messages carrying this kind of media are not accepted");
    let expected = &fixture("incoming-error")["rcs"]["messages"][0]["content"];
    assert_eq!(serde_json::to_value(Content::from(error)).unwrap(), *expected);
    let mut sms =
        SmsReport::new("e90b77f1c5", "12025550143", 99999, "EX_PLACEHOLDER_FAILURE").with_channel_sid("c2d8aa0137");
    sms.message_sid = Nullable::Null;
    sms.sms_units = Nullable::Null;
    let nested = Nested::new().with_sms(vec![SmsItem::from(sms)]);
    let built = serde_json::to_value(Callback::from(nested)).unwrap();
    assert_eq!(built, fixture("dlr-sms-fallback-failed-partial"));
}

/// Collects numbers, texts, links and places of a body; the rest are protocol words and message ids.
fn private(value: &Value, found: &mut Vec<String>) {
    const OPEN: [&str; 9] = [
        "callback_type",
        "sid",
        "channel_sid",
        "message_sid",
        "timestamp",
        "exo_status_code",
        "exo_detailed_status",
        "status",
        "type",
    ];
    const OPEN_TOO: [&str; 3] = ["thumbnail_type", "size", "thumbnail_size"];
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| private(item, found)),
        Value::Object(members) => {
            for (name, member) in members {
                if !OPEN.contains(&name.as_str()) && !OPEN_TOO.contains(&name.as_str()) {
                    private(member, found);
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[test]
fn debug_shows_no_private_data() {
    for (name, body) in fixtures() {
        let callback = callback(&body);
        let mut secrets = Vec::new();
        private(&body, &mut secrets);
        assert!(!secrets.is_empty());
        let entries: Vec<_> = callback.entries().collect();
        for shown in [format!("{callback:?}"), format!("{callback:#?}"), format!("{entries:?}")] {
            for secret in &secrets {
                assert!(!shown.contains(secret.as_str()), "{name} shows {secret}: {shown}");
            }
            assert!(!shown.contains("example.net") && !shown.contains("2025550"), "{name}: {shown}");
        }
    }
    let extra =
        Suggestion::new("Yes", "yes-please").with_extra("note", RawJson::parse("\"call 12025550143\"").unwrap());
    let shown = format!("{:?}", Callback::from(Item::from(Incoming::new("a", "1", "2", Suggested::action(extra)))));
    assert!(!shown.contains("2025550") && !shown.contains("yes-please"), "{shown}");
    let odd = json!({ "rcs": { "messages": [{ "from": 7, "content": "12025550143" }, { "x": "12025550143" }] } });
    assert!(!format!("{:?}", read(&odd)).contains("2025550"));
}

#[test]
fn deep_json_needs_no_deep_stack() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for element in [
        deep.clone(),
        format!(r#"{{"x":{deep}}}"#),
        format!(r#"{{"to":"1","exo_status_code":{deep}}}"#),
        format!(r#"{{"from":"1","to":"2","content":{{"type":"text","text":{deep}}}}}"#),
        format!(r#"{{"from":"1","to":"2","content":{{"error":{{"x":{deep}}}}}}}"#),
    ] {
        let body = format!(r#"{{"rcs":{{"messages":[{element}]}}}}"#);
        let callback: Callback = decode(body.as_bytes()).unwrap();
        assert_eq!(callback.entries().count(), 1);
        assert_eq!(incs_model::encode(&callback).unwrap().len(), body.len());
    }
}

#[cfg(feature = "schema")]
#[test]
fn receive_schemas_accept_every_spelling() {
    fn schema<T: schemars::JsonSchema>() -> Value {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_deserialize();
        settings.into_generator().into_root_schema_for::<T>().to_value()
    }
    let (incoming, report, sms) = (schema::<Incoming>(), schema::<Report>(), schema::<SmsReport>());
    for (name, body) in fixtures() {
        assert!(jsonschema::is_valid(&schema::<Callback>(), &body), "{name}");
        for (pointer, entry) in callback(&body).entries() {
            let schema = match entry {
                Entry::Incoming(_) => &incoming,
                Entry::Report(_) => &report,
                _ => &sms,
            };
            jsonschema::validate(schema, body.pointer(&pointer).unwrap()).unwrap();
        }
    }
    assert!(!jsonschema::is_valid(&report, &json!({ "to": "1" })));
    assert!(!jsonschema::is_valid(&report, &json!({ "sid": "1", "exo_status_code": 40001 })));
    let location = schema::<Location>();
    assert!(jsonschema::is_valid(&location, &json!({ "latitude": "1.5", "longtitude": 2, "label": null })));
    assert!(!jsonschema::is_valid(&location, &json!({ "latitude": 1.5 })));
    assert!(!jsonschema::is_valid(&location, &json!({ "latitude": "north", "longitude": 1 })));
}
