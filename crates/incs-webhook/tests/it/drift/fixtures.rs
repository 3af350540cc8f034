//! Every fixture, as it is and with something changed.

use incs_webhook::Outcome;
use incs_webhook::drift::Kind;
use serde_json::{Value, json};

use super::{fixtures, found, parse, places, report};

/// What is kept raw, so that nothing below it is looked at.
const RAW: [&str; 2] = ["/message/statuses/*/conversation", "/message/statuses/*/pricing"];

/// A name as it stands in reports, where the reader takes any letters.
fn as_known(starred: &str) -> String {
    ["/Suggested", "/Response", "/Reply"]
        .iter()
        .fold(starred.to_owned(), |starred, name| starred.replace(name, &name.to_ascii_lowercase()))
}

#[test]
fn a_fixture_shows_no_drift() {
    for (name, body) in fixtures() {
        let report = report(body.to_string());
        assert!(report.is_empty(), "{name}:\n{report}");
        assert_eq!(report.observed(), 1);
    }
}

#[test]
fn a_member_added_to_any_object_is_reported_at_its_place_and_nothing_else_is() {
    let mut objects = 0;
    for (name, body) in fixtures() {
        for (pointer, starred) in places(&body) {
            let mut body = body.clone();
            let Some(Value::Object(members)) = body.pointer_mut(&pointer) else { continue };
            members.insert("brand_new".to_owned(), json!({ "deep": [{ "deeper": "12025550143" }] }));
            let expected = if RAW.iter().any(|raw| starred.starts_with(raw)) {
                Vec::new()
            } else {
                vec![format!("1 {}/brand_new: unknown member", as_known(&starred))]
            };
            assert_eq!(found(body.to_string()), expected, "{name} {pointer}");
            objects += 1;
        }
    }
    assert!(objects > 200, "{objects}");
}

#[test]
fn a_value_of_a_type_that_the_model_refuses_is_reported_at_its_place_and_one_that_it_takes_is_not() {
    let others = [json!(null), json!(true), json!(7), json!(1.5), json!("7"), json!([]), json!({})];
    let (mut refused, mut taken) = (0, 0);
    let mut wrong = Vec::new();
    for (name, body) in fixtures() {
        for (pointer, starred) in places(&body) {
            let here = body.pointer(&pointer).unwrap();
            if here.is_object() || here.is_array() || RAW.iter().any(|raw| starred.starts_with(raw)) {
                continue;
            }
            for other in others.iter().filter(|other| kind_of(other) != kind_of(here)) {
                let mut body = body.clone();
                *body.pointer_mut(&pointer).unwrap() = other.clone();
                let is_malformed = parse(&body).iter().any(|item| matches!(item.outcome(), Outcome::Malformed(_)));
                let report = report(body.to_string());
                let is_reported = match report.entries() {
                    [] => false,
                    [entry] => {
                        assert_eq!(entry.pointer, as_known(&starred), "{name} {pointer} {other}");
                        matches!(entry.kind, Kind::OtherType { .. })
                    }
                    more => panic!("{name} {pointer} {other}: {more:?}"),
                };
                // The reader is more patient: it takes null for absent where Exotel names a kind, and a list for an object without
                // required members. And a text may be an object, but not an empty one, which is a matter of what is missing.
                let is_patience = is_reported && (other.is_array() || other.is_null());
                let is_missing = is_malformed && other.is_object();
                if is_reported != is_malformed && !is_patience && !is_missing {
                    wrong.push(format!("{name} {pointer} {other}: malformed {is_malformed}\n{report}"));
                }
                if is_reported { refused += 1 } else { taken += 1 }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 1000 && taken > 500, "{refused} {taken}");
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
