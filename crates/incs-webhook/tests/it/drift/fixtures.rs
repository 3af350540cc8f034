//! Every fixture, as it is and with something changed.

use incs_model::event;
use incs_model::exotel::Callback;
use incs_webhook::ItemOutcome;
use incs_webhook::drift::{DriftEntry, DriftKind};
use serde_json::{Value, json};

use super::{fixtures, found, parse, places, recorded, report};

/// The places that are kept raw and not inspected.
const RAW: [&str; 1] = ["/message/statuses/*/conversation"];

/// Returns a pointer with the known names of members that are read in any case.
fn as_known(starred: &str) -> String {
    ["/Suggested", "/Response", "/Reply"]
        .iter()
        .fold(starred.to_owned(), |starred, name| starred.replace(name, &name.to_ascii_lowercase()))
}

#[test]
fn fixtures_show_no_drift() {
    for (name, body) in fixtures() {
        let report = report(body.to_string());
        assert!(report.is_empty(), "{name}:\n{report}");
        assert_eq!(report.observed(), 1);
    }
}

#[test]
fn added_member_is_reported_alone() {
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
fn only_unknown_types_are_reported() {
    let others = [json!(null), json!(true), json!(7), json!(1.5), json!("7"), json!([]), json!({})];
    let (mut reported, mut taken) = (0, 0);
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
                let is_malformed = parse(&body).iter().any(|item| matches!(item.outcome(), ItemOutcome::Malformed(_)));
                let again = again(&name, &body);
                let read = again.as_ref().and_then(|again| again.pointer(&pointer)).unwrap_or(&Value::Null);
                let report = report(body.to_string());
                let is_reported = match report.entries() {
                    [] => false,
                    [entry] => {
                        assert_eq!(entry.pointer, as_known(&starred), "{name} {pointer} {other}");
                        matches!(entry.kind, DriftKind::OtherType { .. } | DriftKind::OtherForm { .. })
                    }
                    more => panic!("{name} {pointer} {other}: {more:?}"),
                };
                // The reader is more patient: it takes null for absent where Exotel names a kind, and a list for an object without
                // required members.
                let is_patience = other.is_array() || other.is_null();
                // What it does not read of Exotel it writes back all the same.
                let is_kept = !name.starts_with("webhook-");
                // Other kinds of message have no id here.
                let is_of_another_kind = is_malformed && other.is_null();
                let is_wrong = if is_reported {
                    !is_malformed && read == other && !is_patience && !is_kept
                } else {
                    (is_malformed || read.is_null() && !other.is_null()) && !is_of_another_kind
                };
                if is_wrong {
                    wrong.push(format!("{name} {pointer} {other}: malformed {is_malformed}, read {read}\n{report}"));
                }
                if is_reported { reported += 1 } else { taken += 1 }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(reported > 1000 && taken > 400, "{reported} {taken}");
}

/// Reads a body and writes it again, without its unreadable members.
fn again(name: &str, body: &Value) -> Option<Value> {
    let body = body.to_string();
    if name.starts_with("webhook-") {
        serde_json::to_value(incs_model::decode_str::<event::Event>(&body).ok()?).ok()
    } else {
        serde_json::to_value(incs_model::decode_str::<Callback>(&body).ok()?).ok()
    }
}

#[test]
fn unreadable_absent_members_are_reported() {
    let others = [
        json!(true),
        json!(7),
        json!(-7),
        json!(1.5),
        json!(4_294_967_296_u64),
        json!(u64::MAX),
        json!(1e300),
        json!("7"),
        json!("-7"),
        json!("18446744073709551616"),
        json!("x"),
        json!(""),
        json!([7]),
        json!({}),
        json!({ "x": 7 }),
    ];
    let (mut absent, mut wrong) = (0, Vec::new());
    for (name, body) in fixtures() {
        for (pointer, starred) in places(&body) {
            if RAW.iter().any(|raw| starred.starts_with(raw)) {
                continue;
            }
            for other in &others {
                let mut body = body.clone();
                *body.pointer_mut(&pointer).unwrap() = other.clone();
                let Some(again) = again(&name, &body) else { continue };
                if again.pointer(&pointer).is_some_and(|read| !read.is_null()) {
                    continue;
                }
                absent += 1;
                let starred = as_known(&starred);
                let report = report(body.to_string());
                let is_named = |entry: &DriftEntry| {
                    entry.pointer.strip_prefix(&starred).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                if !report.entries().iter().any(is_named) {
                    wrong.push(format!("{name} {pointer} {other}\n{report}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {absent}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(absent > 1000, "{absent}");
}

#[test]
fn lost_members_are_reported() {
    let mut wrong = Vec::new();
    for (name, body) in recorded() {
        let Some(again) = again(&name, &body) else { continue };
        let report = report(body.to_string());
        for (pointer, starred) in places(&body) {
            let was = body.pointer(&pointer).unwrap();
            let is_leaf = !was.is_null() && !was.is_array() && !was.is_object();
            let is_lost = again.pointer(&pointer).is_none_or(Value::is_null);
            let starred = as_known(&starred);
            let is_named = |entry: &DriftEntry| starred.starts_with(&entry.pointer);
            if is_leaf && is_lost && !report.entries().iter().any(is_named) {
                wrong.push(format!("{name} {pointer}\n{report}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
