//! The 22 rules of a tolerant Exotel parser, each under the sentence it proves.
//!
//! | # | test |
//! | --- | --- |
//! | 1 | `icm_and_incoming_message_are_both_incoming_and_the_word_is_kept` |
//! | 2 | `replies_and_reports_on_one_url_are_told_apart_by_dlr_then_by_structure` |
//! | 3 | `every_documented_key_is_read_in_any_case`, `key_in_documented_letters_wins` |
//! | 4 | `of_reply_and_action_one_both_or_neither_may_come` |
//! | 5 | `longitude_is_read_in_both_spellings_and_the_right_one_wins` |
//! | 6 | `an_error_decides_the_kind_and_needs_no_sid_and_no_type` |
//! | 7 | `a_profile_name_may_stand_on_any_message` |
//! | 8 | `times_are_read_in_every_form_and_kept_when_not_understood` |
//! | 9 | `a_file_of_any_type_may_have_a_name` |
//! | 10 | `the_type_of_a_file_is_read_from_type_and_from_mime_type` |
//! | 11 | `objects_that_no_page_describes_keep_their_unknown_members` |
//! | 12 | `a_code_is_read_as_a_number_and_as_a_string` |
//! | 13 | `the_name_of_a_status_is_read_from_both_members` |
//! | 14 | `a_report_is_read_nested_and_flat` |
//! | 15 | `message_sid_stands_in_for_sid_and_null_is_absent` |
//! | 16 | `addresses_are_opaque_and_compared_without_the_plus` |
//! | 17 | `user_and_business_are_assigned_by_kind_not_by_key` |
//! | 18 | `a_text_is_a_string_or_an_object_with_body` |
//! | 19 | `of_several_reports_the_furthest_counts` |
//! | 20 | `a_bad_element_does_not_cost_its_neighbours`, `rcs_and_sms_come_together_and_one_may_be_broken` |
//! | 21 | `a_content_of_unknown_type_is_kept_raw` |
//! | 22 | `coordinates_are_numbers_integers_or_numeric_strings` |

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
    Batch, Callback, Content, ContentError, Entry, Incoming, Item, Nested, Nullable, Report, SmsItem, SmsReport,
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

/// Reads a body and checks that it is written back as it came.
fn callback(body: &Value) -> Callback {
    let callback = read(body);
    assert_eq!(serde_json::to_value(&callback).unwrap(), *body);
    callback
}

fn read(body: &Value) -> Callback {
    decode(body.to_string().as_bytes()).unwrap()
}

fn item(element: &Value) -> Item {
    let Callback::Nested(Nested { rcs: Some(Batch::Items(items)), .. }) =
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
fn every_fixture_is_typed_and_written_back_as_it_came() {
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
fn what_is_built_has_the_sampled_form() {
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

/// Numbers, texts, links and places of a body; what is left are protocol words and message ids.
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
fn debug_holds_no_number_text_link_or_place() {
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
fn deep_json_is_read_without_a_deep_stack() {
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
fn the_schemas_of_what_is_received_take_every_spelling() {
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
