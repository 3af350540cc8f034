//! Tests of the walk through two schemas: references, negations, branches, pointers.

use crate::schema::diff::change::Contract::{self, Receive, Send};
use serde_json::{Value, json};

use crate::schema::diff::walk::Walk;

fn compare(contract: Contract, old: &Value, new: &Value) -> Vec<String> {
    let changes = Walk::compare("a.json", contract, old, new);
    changes.iter().map(|change| format!("{}: {} {}", change.class, change.pointer, change.what)).collect()
}

#[test]
fn shared_definition_is_compared_once() {
    let document = |length: u32| {
        json!({
            "$defs": { "Text": { "maxLength": length } },
            "properties": { "a": { "$ref": "#/$defs/Text" }, "b/c": { "$ref": "#/$defs/Text" } },
        })
    };
    assert_eq!(compare(Send, &document(2), &document(1)), ["breaking: /$defs/Text maxLength is 1, was 2"]);
}

#[test]
fn self_referring_definition_ends() {
    let document = |kind: &str| {
        json!({
            "$defs": { "A": { "properties": { "next": { "$ref": "#/$defs/A" }, "x": { "type": kind } } } },
            "$ref": "#/$defs/A",
        })
    };
    assert_eq!(compare(Send, &document("null"), &document("null")), [""; 0]);
    assert_eq!(
        compare(Send, &document("null"), &document("string")),
        ["breaking: /$defs/A/properties/x is string, was null"]
    );
}

#[test]
fn definitions_recursing_out_of_step_end() {
    let old = json!({ "$defs": { "A": { "items": { "items": { "$ref": "#/$defs/A" } } } }, "$ref": "#/$defs/A" });
    let new = json!({ "$defs": { "A": { "items": { "$ref": "#/$defs/A" } } }, "$ref": "#/$defs/A" });
    let found = compare(Send, &old, &new);
    assert!(found.iter().all(|change| !change.starts_with("not breaking")), "{found:?}");
    assert!(!found.is_empty());
    let looped = json!({ "$defs": { "A": { "$ref": "#/$defs/A" } }, "$ref": "#/$defs/A" });
    assert_eq!(compare(Send, &looped, &looped), [""; 0]);
    assert_eq!(
        compare(Send, &looped, &json!({ "type": "string", "$defs": { "A": {} } })),
        ["breaking?:  a reference was added or removed, and the schemas cannot be compared"]
    );
}

#[test]
fn inlined_schema_is_the_same() {
    let referred = json!({ "properties": { "a": { "$ref": "#/$defs/A" } }, "$defs": { "A": { "type": "null" } } });
    let written = json!({ "properties": { "a": { "type": "null" } } });
    assert_eq!(
        compare(Send, &referred, &written),
        [
            "documentation: /$defs/A the definition was removed",
            "documentation: /properties/a the content of #/$defs/A is inlined here",
        ]
    );
    let found = compare(Send, &written, &referred);
    assert!(found.iter().all(|change| change.starts_with("documentation")), "{found:?}");
    let renamed = json!({ "properties": { "a": { "$ref": "#/$defs/B" } }, "$defs": { "B": { "type": "null" } } });
    let found = compare(Send, &referred, &renamed);
    assert!(found.iter().all(|change| change.starts_with("documentation")), "{found:?}");
    assert!(found.contains(&"documentation: /properties/a refers to #/$defs/B, was #/$defs/A".to_owned()));
    let lost = json!({ "properties": { "a": { "$ref": "#/$defs/A" } }, "$defs": {} });
    assert!(
        compare(Receive, &referred, &lost)
            .contains(&"breaking?: /properties/a a reference has no target: #/$defs/A, #/$defs/A".to_owned())
    );
}

#[test]
fn below_a_not_less_is_more() {
    let not = |length: u32| json!({ "not": { "properties": { "a": { "not": { "maxLength": length } } } } });
    assert_eq!(
        compare(Send, &not(2), &not(1)),
        ["breaking: /not/properties/a/not maxLength is 1, was 2"],
        "twice is not at all"
    );
    let once = |length: u32| json!({ "not": { "maxLength": length } });
    assert_eq!(compare(Send, &once(2), &once(1)), ["not breaking: /not maxLength is 1, was 2"]);
    assert_eq!(compare(Receive, &once(2), &once(1)), ["breaking: /not maxLength is 1, was 2"]);
}

#[test]
fn branches_are_paired_in_any_order() {
    let kind = |name: &str, length: u32| json!({ "$ref": format!("#/$defs/{name}"), "maxLength": length, "title": "not what tells them apart" });
    let document = |branches: Value| {
        let kind = |name: &str| json!({ "properties": { "type": { "const": name } } });
        json!({ "oneOf": branches, "$defs": { "a": kind("a"), "b": kind("b"), "c": kind("c") } })
    };
    let old = document(json!([kind("a", 1), kind("b", 2)]));
    assert_eq!(compare(Send, &old, &document(json!([kind("b", 2), kind("a", 1)]))), [""; 0]);
    assert_eq!(
        compare(Send, &old, &document(json!([kind("b", 2), kind("c", 9), kind("a", 3)]))),
        ["not breaking: /oneOf/1 may also be: type=\"c\"", "not breaking: /oneOf/2 maxLength is 3, was 1"]
    );
    assert_eq!(
        compare(Receive, &old, &document(json!([kind("a", 1)]))),
        ["breaking: /oneOf/1 the kind type=\"b\" was removed"]
    );
}

#[test]
fn conditions_are_paired_by_their_test() {
    let when = |value: u32, then: Value| json!({ "if": { "properties": { "t": { "const": value } } }, "then": then });
    let old = json!({ "allOf": [when(1, json!({ "type": "string" })), when(2, json!({ "type": "null" }))] });
    let new =
        json!({ "allOf": [when(2, json!({ "type": ["null", "string"] })), when(1, json!({ "type": "string" }))] });
    assert_eq!(compare(Receive, &old, &new), ["breaking: /allOf/0/then is null or string, was null"]);
}
