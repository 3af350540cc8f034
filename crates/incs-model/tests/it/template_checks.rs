//! Sends are checked against the template they name.

mod fitting;
mod rcs;
mod whatsapp;

use incs_model::envelope::Envelope;
use incs_model::{Invalid, Warnings, decode, template};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fixtures::text;

/// Returns `data` of a reply among the fixtures.
fn data<T: DeserializeOwned>(name: &str) -> T {
    decode::<Envelope>(text(name).as_bytes()).unwrap().into_result().unwrap()
}

/// Returns pointer and rule of each violation, then of each warning.
fn found(result: Result<Warnings, Invalid>) -> Vec<(String, &'static str)> {
    let all = result.unwrap_or_else(|invalid| [invalid.violations(), invalid.report().warnings()].concat());
    all.iter().map(|violation| (violation.pointer().to_owned(), violation.rule().id())).collect()
}

#[track_caller]
fn assert_found(result: Result<Warnings, Invalid>, expected: &[(&str, &str)]) {
    let found = found(result);
    let found: Vec<_> = found.iter().map(|(pointer, rule)| (pointer.as_str(), *rule)).collect();
    assert_eq!(found, expected);
}

/// Returns bodies in which an optional member has another type, each with the member's place.
fn odd(body: &Value, members: &[&str]) -> Vec<(String, Value)> {
    let others = [json!("x"), json!(true), json!(-1.5), json!([7]), json!({ "x": 7 })];
    let pairs = members.iter().flat_map(|member| others.iter().map(move |other| (member, other)));
    pairs
        .map(|(member, other)| {
            let mut body = body.clone();
            body[*member] = other.clone();
            (format!("{member}: {other}"), body)
        })
        .collect()
}

#[test]
fn unreadable_optional_member_keeps_reply() {
    let whatsapp =
        json!({ "template_id": "1", "name": "n", "language": "en", "category": "UTILITY", "status": "PAUSED" });
    let members = [
        "quality",
        "components",
        "parameter_format",
        "created_time",
        "updated_time",
        "status_updated_time",
        "quality_updated_time",
        "category_updated_time",
    ];
    for (case, body) in odd(&whatsapp, &members) {
        let read = decode::<template::whatsapp::Template>(body.to_string().as_bytes());
        assert_eq!(read.unwrap_or_else(|error| panic!("{case}: {error}")).status.as_str(), "PAUSED", "{case}");
    }
    let rcs = json!({ "template_id": "1", "name": "n", "status": "APPROVED", "type": "text", "content": { "textMessage": "x" } });
    for (case, body) in odd(&rcs, &["category", "created_time", "updated_time", "status_updated_time"]) {
        let read = decode::<template::rcs::Template>(body.to_string().as_bytes());
        assert_eq!(read.unwrap_or_else(|error| panic!("{case}: {error}")).status.as_str(), "APPROVED", "{case}");
    }
    // A document that a user wrote is submitted or refused.
    let new = json!({ "name": "n", "language": "en", "category": "UTILITY" });
    for (case, body) in odd(&new, &["components"]) {
        assert!(decode::<template::whatsapp::NewTemplate>(body.to_string().as_bytes()).is_err(), "{case}");
    }
}

#[test]
fn definition_refuses_array_for_object() {
    for component in [
        json!({ "type": "LIMITED_TIME_OFFER", "limited_time_offer": [null, null] }),
        json!({ "type": "BODY", "text": "Hi", "example": [] }),
        json!({ "type": "HEADER", "format": "TEXT", "text": "Hi", "example": [[]] }),
    ] {
        let body = serde_json::to_vec(&component).unwrap();
        let error = decode::<template::whatsapp::Component>(&body).unwrap_err();
        assert_eq!((error.expected(), error.found()), ("an object", incs_model::Found::Array), "{component}");
    }
}
