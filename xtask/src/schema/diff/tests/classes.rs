//! Tests of each kind of change and its class in each contract.

use crate::schema::diff::change::Contract;
use serde_json::{Value, json};

use crate::schema::diff::change::Class::{self, Breaking, Compatible, Documentation, Unclear};
use crate::schema::diff::walk::Walk;

/// Returns the worst class among the changes, and their texts.
fn compare(contract: Contract, old: &Value, new: &Value) -> (Class, String) {
    let changes = Walk::compare("a.json", contract, old, new);
    let worst = changes.iter().map(|change| change.class).min().expect("a change");
    let said: Vec<_> = changes.iter().map(|change| format!("{} {}", change.pointer, change.what)).collect();
    (worst, said.join("; "))
}

/// A change there and back: old, new, then the classes for send and receive of new, and of going back.
type Row = (&'static str, Value, Value, [Class; 2], [Class; 2]);

fn check(rows: Vec<Row>) {
    for (name, old, new, there, back) in rows {
        for (old, new, expected, way) in [(&old, &new, there, "there"), (&new, &old, back, "back")] {
            let (send, words) = compare(Contract::Send, old, new);
            let (receive, _) = compare(Contract::Receive, old, new);
            assert_eq!([send, receive], expected, "{name}, {way}: {words}");
        }
    }
}

#[test]
fn members_are_classed_by_openness() {
    let closed = |members: Value| json!({ "type": "object", "additionalProperties": false, "properties": members });
    let open = |members: Value| json!({ "type": "object", "properties": members });
    let (one, two) = (json!({ "a": {} }), json!({ "a": {}, "b": { "type": "string" } }));
    let strings = json!({ "additionalProperties": { "type": "string" } });
    let mut named = strings.clone();
    named["properties"] = one.clone();
    check(vec![
        (
            "a member of a closed object",
            closed(one.clone()),
            closed(two.clone()),
            [Compatible, Compatible],
            [Breaking, Breaking],
        ),
        (
            "a member of an open object",
            open(one.clone()),
            open(two.clone()),
            [Breaking, Compatible],
            [Compatible, Breaking],
        ),
        ("the first member of a map", strings, named, [Unclear, Compatible], [Unclear, Breaking]),
        ("others are refused", open(one.clone()), closed(one), [Breaking, Compatible], [Compatible, Breaking]),
        (
            "a member is required",
            json!({ "required": ["a"] }),
            json!({ "required": ["a", "b"] }),
            [Breaking, Compatible],
            [Compatible, Breaking],
        ),
        (
            "the first member is required",
            json!({ "type": "object" }),
            json!({ "type": "object", "required": ["a"] }),
            [Breaking, Compatible],
            [Compatible, Breaking],
        ),
    ]);
}

#[test]
fn narrower_breaks_send_wider_breaks_receive() {
    let pairs = [
        ("type", json!(["string", "null"]), json!("string")),
        ("type", json!("number"), json!("integer")),
        ("maxLength", json!(20), json!(10)),
        ("maximum", json!(20), json!(10.5)),
        ("maxItems", json!(2), json!(1)),
        ("minLength", json!(1), json!(2)),
        ("minimum", json!(-1), json!(0)),
        ("minItems", json!(1), json!(2)),
        ("exclusiveMinimum", json!(1), json!(2)),
        ("exclusiveMaximum", json!(2), json!(1)),
        ("items", json!(true), json!({ "type": "string" })),
        ("additionalProperties", json!({}), json!({ "type": "string" })),
        ("properties", json!({ "a": true }), json!({ "a": false })),
        ("x-incs-rules", json!([]), json!([{ "id": "a.b", "text": "t" }])),
    ];
    let narrows = ["type", "maxLength", "minimum", "pattern", "format", "items", "not", "allOf", "anyOf", "oneOf"];
    let values = [json!("string"), json!(1), json!(1), json!("^a$"), json!("uri"), json!({}), json!({})];
    let lists = [json!([{ "minimum": 1 }]), json!([{ "minimum": 1 }]), json!([{ "minimum": 1 }])];
    let mut rows: Vec<Row> = pairs
        .into_iter()
        .map(|(keyword, wide, narrow)| (keyword, json!({ keyword: wide }), json!({ keyword: narrow })))
        .chain(narrows.into_iter().zip(values.into_iter().chain(lists)).map(|(k, v)| (k, json!({}), json!({ k: v }))))
        .map(|(name, wide, narrow)| (name, wide, narrow, [Breaking, Compatible], [Compatible, Breaking]))
        .collect();
    rows.push((
        "another type",
        json!({ "type": "string" }),
        json!({ "type": "integer" }),
        [Breaking, Breaking],
        [Breaking, Breaking],
    ));
    check(rows);
}

#[test]
fn values_are_classed_by_contract() {
    let list = |values: &[&str]| json!({ "enum": values });
    let open = |values: &[&str]| json!({ "anyOf": [{ "enum": values }, { "type": "string" }] });
    check(vec![
        ("one more, closed", list(&["a"]), list(&["a", "b"]), [Compatible, Breaking], [Breaking, Breaking]),
        ("one more, open", open(&["a"]), open(&["a", "b"]), [Compatible, Compatible], [Compatible, Breaking]),
        ("another constant", json!({ "const": 1 }), json!({ "const": 2 }), [Breaking; 2], [Breaking; 2]),
        ("a constant among several", json!({ "const": "a" }), list(&["a", "b"]), [Compatible, Breaking], [Breaking; 2]),
        (
            "a list",
            json!({ "type": "string" }),
            json!({ "type": "string", "enum": ["a"] }),
            [Breaking, Compatible],
            [Compatible, Breaking],
        ),
        (
            "a text whose values got known",
            json!({ "type": "string" }),
            open(&["a"]),
            [Compatible, Compatible],
            [Breaking, Breaking],
        ),
    ]);
}

#[test]
fn kinds_are_identified_by_constant() {
    let kind = |name: &str| json!({ "properties": { "type": { "const": name } }, "required": ["type"] });
    let others = |names: &[&str]| json!({ "properties": { "type": { "not": { "enum": names } } } });
    let closed = |kinds: &[Value]| json!({ "oneOf": kinds });
    let (text, image, both) = (kind("text"), kind("image"), [kind("image"), kind("text")]);
    check(vec![
        (
            "a kind, closed",
            closed(std::slice::from_ref(&text)),
            closed(&both),
            [Compatible, Breaking],
            [Breaking, Breaking],
        ),
        (
            "a kind, open",
            json!({ "oneOf": [text, others(&["text"])] }),
            json!({ "oneOf": [image, kind("text"), others(&["text", "image"])] }),
            [Breaking, Compatible],
            [Breaking, Breaking],
        ),
        (
            "another order",
            closed(&both),
            closed(&[kind("text"), json!({ "title": "T", "not": {} })]),
            [Breaking, Breaking],
            [Breaking, Breaking],
        ),
        (
            "may be null",
            json!({ "$ref": "#/$defs/A", "$defs": { "A": { "type": "string" } } }),
            json!({ "anyOf": [{ "$ref": "#/$defs/A" }, { "type": "null" }], "$defs": { "A": { "type": "string" } } }),
            [Compatible, Breaking],
            [Breaking, Compatible],
        ),
        (
            "exactly one",
            json!({ "anyOf": [kind("a")] }),
            json!({ "oneOf": [kind("a")] }),
            [Breaking, Compatible],
            [Compatible, Breaking],
        ),
    ]);
}

#[test]
fn unclear_counts_words_do_not() {
    let unclear = [
        ("pattern", json!("a"), json!("b")),
        ("default", json!(""), json!("x")),
        ("writeOnly", json!(true), json!(false)),
        ("patternProperties", json!({ "a": {} }), json!({ "b": {} })),
        ("$schema", json!("a"), json!("b")),
        ("if", json!({ "type": "string" }), json!({ "type": "null" })),
        ("x-incs-rules", json!([{ "id": "a", "text": "at most 1" }]), json!([{ "id": "a", "text": "at most 2" }])),
        ("x-incs-rules", json!([]), json!({})),
        ("maximum", json!(1), json!("2")),
    ];
    let words = [
        ("title", json!("a"), json!("b")),
        ("description", json!("a"), json!("b")),
        ("x-source", json!("a"), json!("b")),
        ("$defs", json!({ "A": {} }), json!({ "B": {} })),
        ("maximum", json!(1), json!(1.0)),
        ("type", json!(["integer", "number"]), json!("number")),
    ];
    let row = |class: Class| {
        move |(keyword, old, new): (&'static str, Value, Value)| -> Row {
            (keyword, json!({ keyword: old }), json!({ keyword: new }), [class; 2], [class; 2])
        }
    };
    let mut rows: Vec<Row> = unclear.into_iter().map(row(Unclear)).collect();
    rows.extend(words.into_iter().map(row(Documentation)));
    rows.push(("$id", json!({ "$id": "a" }), json!({ "$id": "b" }), [Breaking; 2], [Breaking; 2]));
    check(rows);
}
