//! Every documented key is compared ignoring case, at every depth, and an unreadable member affects nothing else.

use std::collections::BTreeSet;

use incs_model::exotel::{Callback, Content, Entry, Nullable, StatusCode, Suggestion, Tap};
use incs_model::id::MessageId;
use serde_json::{Map, Value, json};

use super::{fixtures, read};
use crate::mutation::{odd_values, places, replaced};

/// Every key on a page or in a sample of Exotel.
const KEYS: &[&str] = &[
    "action",
    "action_type",
    "body",
    "callback_type",
    "channel_sid",
    "content",
    "custom_data",
    "data",
    "description",
    "error",
    "exo_detailed_status",
    "exo_status_code",
    "file",
    "from",
    "label",
    "latitude",
    "location",
    "longitude",
    "longtitude",
    "message_sid",
    "messages",
    "mime_type",
    "name",
    "postback",
    "postback_data",
    "profile_name",
    "rcs",
    "reply",
    "response",
    "sid",
    "size",
    "sms",
    "sms_units",
    "status",
    "suggested",
    "text",
    "thumbnail_size",
    "thumbnail_type",
    "thumbnail_url",
    "timestamp",
    "to",
    "type",
    "url",
];

/// Returns the fixtures, and bodies with the forms that no fixture has.
fn bodies() -> Vec<(String, Value)> {
    let content = |content: Value| {
        let element = json!({ "from": "12025550143", "to": "12025550100", "custom_data": "c", "content": content });
        json!({ "rcs": { "messages": [element] } })
    };
    let by_hand = [
        ("text object", content(json!({ "type": "text", "text": { "body": "Hi" } }))),
        ("newer file", content(json!({ "type": "file", "file": { "url": "https://h/a", "mime_type": "image/png" } }))),
        ("newer place", content(json!({ "location": { "latitude": 1.5, "longitude": "2.5", "label": "Shop" } }))),
        (
            "newer tap",
            content(json!({ "type": "suggested", "suggested": { "response": { "action": {
                "postback_data": "d", "text": "t", "action_type": "dial",
            } } } })),
        ),
        (
            "both",
            json!({
                "rcs": { "messages": [{ "to": "1", "exo_status_code": 40001 }] },
                "sms": { "messages": [{ "to": "1", "callback_type": "dlr", "exo_status_code": 1, "message_sid": "m", "sms_units": 2 }] },
            }),
        ),
    ];
    by_hand.into_iter().map(|(name, body)| (name.to_owned(), body)).chain(fixtures()).collect()
}

/// A way to spell a key.
type Spell = fn(&str) -> String;

const SPELLS: [(&str, Spell); 5] = [
    ("upper", |key| key.to_ascii_uppercase()),
    ("lower", |key| key.to_ascii_lowercase()),
    ("title", |key| {
        let word = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
        key.split('_').map(word).collect::<Vec<_>>().join("_")
    }),
    ("every other", |key| alternating(key, 0)),
    ("random", |key| alternating(key, key.bytes().map(usize::from).sum::<usize>() * 7)),
];

/// Returns a key in mixed case, by the bits of a number that begins with `seed`.
fn alternating(key: &str, seed: usize) -> String {
    let spell = |(index, letter): (usize, char)| {
        if ((seed >> (index % 5)) + index).is_multiple_of(2) {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    key.chars().enumerate().map(spell).collect()
}

/// Returns the body with its keys in another spelling: all of them, or one.
fn respelled(body: &Value, only: Option<&str>, spell: Spell) -> Value {
    match body {
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                let is_changed = only.is_none_or(|only| key.eq_ignore_ascii_case(only));
                (if is_changed { spell(key) } else { key.clone() }, respelled(value, only, spell))
            };
            members.iter().map(member).collect()
        }
        Value::Array(items) => items.iter().map(|item| respelled(item, only, spell)).collect(),
        other => other.clone(),
    }
}

fn keys(body: &Value, found: &mut BTreeSet<String>) {
    match body {
        Value::Object(members) => {
            for (key, value) in members {
                found.insert(key.to_ascii_lowercase());
                keys(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

fn of_suggestion(suggestion: &Suggestion) -> Value {
    assert!(suggestion.extra.is_empty(), "{suggestion:?}");
    json!([suggestion.text, suggestion.data(), suggestion.action_type])
}

fn of_content(content: &Content) -> Value {
    match content {
        Content::Text(text) => json!(["text", text.body]),
        Content::File(file) => json!([
            "file",
            file.url,
            file.name,
            file.media_type,
            file.size,
            file.thumbnail_url,
            file.thumbnail_type,
            file.thumbnail_size,
        ]),
        Content::Location(place) => {
            json!(["location", place.latitude.degrees(), place.longitude.degrees(), place.label])
        }
        Content::Suggested(suggested) => match &suggested.tap {
            Tap::Reply(reply) => json!(["reply", of_suggestion(reply)]),
            Tap::Action(action) => json!(["action", of_suggestion(action)]),
            other => panic!("{other:?}"),
        },
        Content::Error { error, kind } => {
            assert!(error.extra.is_empty(), "{error:?}");
            json!(["error", error.code.map(StatusCode::as_i64), error.name, error.description, kind])
        }
        other => panic!("{other:?}"),
    }
}

/// Returns everything that was read, without the spelling.
fn parsed(callback: &Callback) -> Vec<Value> {
    let members_of = |(_, entry): (String, Entry<'_>)| {
        let kind = match entry {
            Entry::Incoming(incoming) => {
                json!([incoming.callback_type, incoming.profile_name, of_content(&incoming.content)])
            }
            Entry::Report(report) => json!([report.callback_type]),
            Entry::SmsReport(report) => {
                let units = match &report.sms_units {
                    Nullable::Value(units) => units.get(),
                    other => {
                        if other.is_null() {
                            "null"
                        } else {
                            "absent"
                        }
                    }
                };
                json!([report.callback_type, report.channel_sid, report.sid, report.message_sid.value(), units])
            }
            other => panic!("{other:?}"),
        };
        json!([
            kind,
            entry.user(),
            entry.business(),
            entry.message_id(),
            entry.timestamp(),
            entry.custom_data(),
            entry.code().map(StatusCode::as_i64),
            entry.name(),
            entry.description(),
            entry.state().map(|state| format!("{state:?}")),
        ])
    };
    callback.entries().map(members_of).collect()
}

#[test]
fn documented_keys_ignore_case() {
    let mut found = BTreeSet::new();
    for (name, body) in bodies() {
        keys(&body, &mut found);
        let expected = parsed(&read(&body));
        assert!(!expected.is_empty(), "{name}");
        for (how, spell) in SPELLS {
            for only in KEYS.iter().map(|key| Some(*key)).chain([None]) {
                let changed = respelled(&body, only, spell);
                let callback = read(&changed);
                assert_eq!(parsed(&callback), expected, "{name}, {how}, {only:?}: {changed}");
                let written = serde_json::to_value(&callback).unwrap();
                if name != "newer place" {
                    assert_eq!(written, changed, "{name}, {how}, {only:?}");
                }
                assert_eq!(read(&written), callback, "{name}, {how}, {only:?}");
                for (pointer, _) in callback.entries() {
                    assert!(changed.pointer(&pointer).is_some(), "{pointer} in {changed}");
                }
            }
        }
    }
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), KEYS);
}

/// Tests the sample of a tap with the keys below `Suggested` in upper case too.
#[test]
fn tap_in_capitals_keeps_its_data() {
    let content = json!({ "type": "suggested", "Suggested": { "Response": { "Reply": {
        "Text": "Know", "Postback": { "Data": "q" },
    } } } });
    let Content::Suggested(suggested) = serde_json::from_value(content).unwrap() else { panic!("no tap") };
    let suggestion = suggested.tap.suggestion().unwrap();
    assert_eq!((suggestion.text.as_deref(), suggestion.data()), (Some("Know"), Some("q")));
}

/// Adds each member again in upper case, with a value that must not be used.
fn doubled(body: &Value) -> Value {
    match body {
        Value::Object(members) => {
            let mut doubled: Map<String, Value> =
                members.iter().map(|(key, value)| (key.clone(), doubled(value))).collect();
            for (key, _) in members.iter().filter(|(_, value)| !value.is_null()) {
                // A duplicate list is tested below.
                if !["rcs", "sms", "messages"].contains(&key.as_str()) {
                    doubled.insert(key.to_ascii_uppercase(), json!("not this one"));
                }
            }
            doubled.into()
        }
        Value::Array(items) => items.iter().map(doubled).collect(),
        other => other.clone(),
    }
}

#[test]
fn key_in_documented_letters_wins() {
    for (name, body) in bodies() {
        // The tables write this key in upper case, the samples do not.
        if name != "incoming-suggested-reply-table-case" {
            let expected = parsed(&read(&body));
            assert_eq!(parsed(&read(&doubled(&body))), expected, "{name}");
        }
    }
}

#[test]
fn duplicate_list_is_kept_whole() {
    let list = json!({ "messages": [{ "to": "1", "exo_status_code": 40001 }] });
    for body in [json!({ "rcs": list, "RCS": list }), json!({ "rcs": { "messages": [], "Messages": [] } })] {
        let callback = read(&body);
        assert!(matches!(callback.entries().next(), Some((_, Entry::Malformed(_)))), "{callback:?}");
        assert_eq!(serde_json::to_value(&callback).unwrap(), body);
    }
    let one = json!({ "rcs": null, "RCS": list });
    assert!(matches!(read(&one).entries().next(), Some((pointer, Entry::Report(_))) if pointer == "/RCS/messages/0"));
}

/// The members without which the kind of an element is unknown.
const REQUIRED: &[&str] =
    &["rcs", "sms", "messages", "to", "from", "content", "url", "latitude", "longitude", "longtitude"];

#[test]
fn unreadable_optional_member_is_dropped_alone() {
    let odd = odd_values();
    let mut tried = 0;
    for (name, body) in bodies() {
        let expected = read(&body);
        let leaves = places(&body).into_iter().filter(|place| {
            let value = body.pointer(place).unwrap();
            !value.is_object() && !value.is_array()
        });
        for place in leaves {
            let key = place.rsplit('/').next().unwrap();
            let is_content = ["/content/text", "/content/type", "/text/body"].iter().any(|end| place.ends_with(end));
            // Each of these makes an element a report.
            let is_state = ["exo_status_code", "exo_detailed_status", "status", "callback_type"].contains(&key);
            if REQUIRED.contains(&key) || is_content || (is_state && !place.contains("/error/")) {
                continue;
            }
            for json in &odd {
                let text = replaced(&body, &place, json);
                let callback: Callback = incs_model::decode(text.as_bytes()).unwrap();
                let (found, expected) = (parsed(&callback), parsed(&expected));
                let differing =
                    found.iter().zip(&expected).map(|(found, expected)| differing(found, expected)).sum::<usize>();
                // In an SMS report each of these replaces the other if that is missing.
                let most = if ["sid", "message_sid"].contains(&key) { 2 } else { 1 };
                assert!(
                    found.len() == expected.len() && differing <= most,
                    "{name}: {json:.20} at {place}: {callback:?}"
                );
                let written = serde_json::to_string(&callback).unwrap();
                assert_eq!(incs_model::decode::<Callback>(written.as_bytes()).unwrap(), callback, "{name}: {place}");
                tried += 1;
            }
        }
    }
    assert!(tried > 800, "{tried}");
}

/// Returns the number of leaves that differ.
fn differing(found: &Value, expected: &Value) -> usize {
    match (found, expected) {
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            found.iter().zip(expected).map(|(found, expected)| differing(found, expected)).sum()
        }
        _ => usize::from(found != expected),
    }
}

#[test]
fn numbers_and_digit_strings_are_interchangeable() {
    let body = json!({ "rcs": { "messages": [{
        "from": "1", "to": "2", "sid": 77, "profile_name": 5, "custom_data": 8.5,
        "content": { "type": "file", "file": { "url": "u", "name": 3, "size": "864.0", "thumbnail_size": 12.0 } },
    }] } });
    let callback = read(&body);
    let Some((_, Entry::Incoming(incoming))) = callback.entries().next() else { panic!("{callback:?}") };
    let texts = [
        incoming.sid.as_ref().map(MessageId::as_str),
        incoming.profile_name.as_deref(),
        incoming.custom_data.as_deref(),
    ];
    assert_eq!(texts, [Some("77"), Some("5"), Some("8.5")]);
    let Content::File(file) = &incoming.content else { panic!("{incoming:?}") };
    assert_eq!((file.name.as_deref(), file.size, file.thumbnail_size), (Some("3"), Some(864), Some(12)));
}

#[test]
fn empty_error_is_no_error() {
    for error in [json!({}), json!(""), json!(null), json!("x"), json!([])] {
        let body = json!({ "rcs": { "messages": [
            { "from": "1", "to": "2", "content": { "type": "text", "text": "Hi", "error": error } },
        ] } });
        let callback = read(&body);
        let Some((_, Entry::Incoming(incoming))) = callback.entries().next() else { panic!("{callback:?}") };
        assert!(matches!(&incoming.content, Content::Text(text) if text.body == "Hi"), "{error}");
    }
}

#[test]
fn value_outranks_a_blank_one() {
    let full = json!({ "Text": "Know", "Postback": { "Data": "q" } });
    let suggested = json!({ "Response": { "Reply": full } });
    for content in [
        json!({ "type": "suggested", "Suggested": suggested, "suggested": {} }),
        json!({ "type": "suggested", "suggested": { "response": {}, "Response": { "Reply": full } } }),
        json!({ "type": "suggested", "suggested": { "response": { "reply": {}, "Reply": full } } }),
        json!({ "type": "suggested", "suggested": { "response": { "reply": { "postback": {}, "Postback": { "Data": "q" } } } } }),
        json!({ "type": "suggested", "suggested": { "response": { "reply": { "postback": {}, "postback_data": "q" } } } }),
    ] {
        let message = json!({ "sid": "s", "From": "9198", "from": "", "to": "2", "content": content });
        let body = json!({ "rcs": { "messages": [message] } }).to_string();
        let callback: Callback = incs_model::decode(body.as_bytes()).unwrap();
        let [(_, Entry::Incoming(incoming))] = callback.entries().collect::<Vec<_>>()[..] else { panic!("{body}") };
        assert_eq!(incoming.user.as_str(), "9198", "{body}");
        let Content::Suggested(suggested) = &incoming.content else { panic!("{body}") };
        assert_eq!(suggested.tap.suggestion().and_then(Suggestion::data), Some("q"), "{body}");
    }
    let place = json!({ "longitude": {}, "longtitude": 77.2, "latitude": 28.6 });
    let message = json!({ "sid": "s", "from": "1", "to": "2", "content": { "type": "location", "location": place } });
    let callback: Callback =
        incs_model::decode(json!({ "rcs": { "messages": [message] } }).to_string().as_bytes()).unwrap();
    assert!(callback.entries().all(|(_, entry)| matches!(entry, Entry::Incoming(_))));
}

#[test]
fn empty_content_leaves_a_report() {
    let report = json!({ "sid": "s", "to": "1", "exo_status_code": 40002, "content": {} });
    let callback: Callback =
        incs_model::decode(json!({ "rcs": { "messages": [report] } }).to_string().as_bytes()).unwrap();
    assert!(callback.entries().all(|(_, entry)| matches!(entry, Entry::Report(_))));
}
