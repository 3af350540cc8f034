//! Every payload of the reference fits its schema.

use std::collections::BTreeMap;

use incs_model::envelope::Envelope;
use incs_model::schema::catalogue;
use incs_model::{
    Sent, Validate, auth, decode, encode, event, exotel, inbound, rcs, status, task, template, validate, viber,
    whatsapp,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{VALIDATORS, breaks_the_schema, judge, validator};
use crate::mutation::{self, fixtures, places};

fn value(name: &str, text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn requests() -> impl Iterator<Item = (String, Value, Request)> {
    let fixtures = fixtures().into_iter();
    fixtures.filter_map(|(name, text)| Some((request_of(&name)?, name, text))).map(|(request, name, text)| {
        let body = value(&name, &text);
        (name, body, request)
    })
}

fn received_bodies() -> impl Iterator<Item = (String, Value, Received)> {
    let fixtures = fixtures().into_iter();
    fixtures.flat_map(|(name, text)| {
        let body = value(&name, &text);
        received_as(&name).into_iter().map(move |received| (name.clone(), body.clone(), received))
    })
}

#[test]
fn every_fixture_belongs_to_a_document() {
    for (name, _) in fixtures() {
        assert!(request_of(&name).is_some() || !received_as(&name).is_empty(), "{name}");
    }
}

#[test]
fn every_request_passes_both_ways() {
    for (name, body, request) in requests() {
        assert_eq!(judge(request.document, &body), Ok(()), "{name}");
        assert_eq!((request.check)(body.to_string().as_bytes()), Ok(()), "{name}");
    }
}

#[test]
fn every_reply_and_webhook_fits() {
    for (name, body, received) in received_bodies() {
        assert_eq!(judge(received.document, &body), Ok(()), "{name}");
    }
}

/// Removes the branches for unknown kinds from a schema.
fn closed(schema: &mut Value) {
    fn is_unknown(schema: &Value) -> bool {
        schema["description"].as_str().is_some_and(|text| text.ends_with("that this version does not know."))
    }

    fn is_catch_all(branch: &Value) -> bool {
        is_unknown(branch) || branch == &json!({ "type": "object" })
    }

    match schema {
        Value::Object(keywords) => {
            for keyword in ["anyOf", "oneOf"] {
                if let Some(Value::Array(branches)) = keywords.get_mut(keyword) {
                    branches.retain(|branch| !is_catch_all(branch));
                }
            }
            if let Some(Value::Object(definitions)) = keywords.get_mut("$defs") {
                let unknown = definitions.iter_mut().filter(|(name, _)| name.ends_with("Unknown"));
                unknown.for_each(|(_, definition)| *definition = json!(false));
            }
            keywords.values_mut().for_each(closed);
        }
        Value::Array(items) => items.iter_mut().for_each(closed),
        _ => {}
    }
}

#[test]
fn replies_and_webhooks_match_known_forms() {
    let documents: BTreeMap<_, _> = catalogue().into_iter().map(|document| (document.file_name(), document)).collect();
    for (name, body, received) in received_bodies() {
        let mut schema = documents[received.document].to_value();
        closed(&mut schema);
        let errors: Vec<_> = validator(&schema).iter_errors(&body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn unknown_request_member_is_refused() {
    for (name, body, request) in requests() {
        for place in places(&body) {
            let mut changed = body.clone();
            let Some(Value::Object(members)) = changed.pointer_mut(&place) else { continue };
            members.insert("added_later".to_owned(), Value::from("x"));
            // Here the members are the variables of a template, or of an unknown shape.
            let any_name = place == "/template/parameters" && name.starts_with("send-rcs") || is_raw(&name, &place);
            assert_eq!(judge(request.document, &changed).is_ok(), any_name, "{name} at {place}");
        }
    }
}

#[test]
fn null_in_request_is_refused() {
    for (name, body, request) in requests() {
        for place in places(&body) {
            let changed: Value = serde_json::from_str(&mutation::replaced(&body, &place, "null")).unwrap();
            assert_eq!(judge(request.document, &changed).is_ok(), is_raw(&name, &place), "{name} at {place}");
        }
    }
}

/// Reports whether a place of a request is kept as raw JSON, or lies within such a place.
fn is_raw(name: &str, place: &str) -> bool {
    let steps: Vec<_> = place.split('/').collect();
    let button = steps.iter().position(|step| *step == "buttons");
    let member = button.and_then(|button| steps.get(button + 2));
    name.starts_with("waba-template") && member.is_some_and(|member| RAW_OF_BUTTONS.contains(member))
}

const RAW_OF_BUTTONS: [&str; 3] = ["example", "flow_id", "app_deep_link"];

#[test]
fn unknown_received_member_is_allowed() {
    for (name, body, received) in received_bodies() {
        for place in places(&body) {
            let mut changed = body.clone();
            let Some(Value::Object(members)) = changed.pointer_mut(&place) else { continue };
            members.insert("added_later".to_owned(), Value::from("x"));
            assert_eq!(judge(received.document, &changed), Ok(()), "{name} at {place}");
        }
    }
}

#[test]
fn derived_values_match_their_schemas() {
    let mut seen = 0;
    for (name, text) in fixtures() {
        let messages = if name.starts_with("webhook-") {
            inbound::from_event(&decode::<event::Event>(text.as_bytes()).unwrap(), text.as_bytes())
        } else {
            continue;
        };
        for message in messages {
            let body: Value = serde_json::from_slice(&encode(&message).unwrap()).unwrap();
            assert_eq!(judge("receive/inbound-message.json", &body), Ok(()), "{name}");
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} messages");
}

#[test]
fn error_reply_is_no_success() {
    for document in VALIDATORS.keys().filter(|name| name.ends_with("-reply.json")) {
        let failed = serde_json::json!({ "status": "error", "code": 10004, "message": "", "data": {} });
        assert_eq!(judge(document, &failed), Ok(()), "{document}");
        let hollow = serde_json::json!({ "status": "success", "code": 200, "message": "", "data": null, "error": {} });
        assert!(judge(document, &hollow).is_err(), "{document}");
    }
}

#[test]
fn both_validators_find_violations() {
    let body = br#"{"to":"85251230088","type":"text","text":""}"#;
    assert!(validate(&decode::<viber::Message>(body).unwrap()).is_err());
    assert!(judge("send/viber-message.json", &serde_json::from_slice(body).unwrap()).is_err());
}

/// A sent type: its document, and the check of a body.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) document: &'static str,
    pub(super) check: fn(&[u8]) -> Result<(), String>,
}

/// A received type: its document, and the function that reads and writes a body.
#[derive(Clone, Copy)]
pub(super) struct Received {
    pub(super) document: &'static str,
    pub(super) again: fn(&[u8]) -> Option<Vec<u8>>,
}

fn request<T: DeserializeOwned + Validate>(document: &'static str) -> Request {
    /// Refuses a body that does not decode, or that breaks a rule that the schema checks too.
    fn check<T: DeserializeOwned + Validate>(body: &[u8]) -> Result<(), String> {
        let value: T = decode(body).map_err(|error| error.to_string())?;
        let report = incs_model::check(&value);
        if breaks_the_schema(&report) { Err(report.to_string()) } else { Ok(()) }
    }

    Request { document, check: check::<T> }
}

fn received<T: DeserializeOwned + Serialize>(document: &'static str) -> Received {
    Received { document, again: |body| encode(&decode::<T>(body).ok()?).ok() }
}

fn reply<T: DeserializeOwned + Serialize>(document: &'static str) -> Received {
    fn again<T: DeserializeOwned + Serialize>(body: &[u8]) -> Option<Vec<u8>> {
        let envelope = decode::<Envelope>(body).ok()?;
        let again =
            if envelope.is_success() { Envelope::success(&envelope.into_result::<T>().ok()?).ok()? } else { envelope };
        encode(&again).ok()
    }

    Received { document, again: again::<T> }
}

/// Any JSON is a callback; only its known parts must match the schema.
fn callback_again(body: &[u8]) -> Option<Vec<u8>> {
    let callback = decode::<exotel::Callback>(body).ok()?;
    let understood = |entry: &exotel::Entry<'_>| {
        matches!(entry, exotel::Entry::Incoming(_) | exotel::Entry::Report(_) | exotel::Entry::SmsReport(_))
    };
    let is_understood = callback.entries().next().is_some() && callback.entries().all(|(_, entry)| understood(&entry));
    is_understood.then(|| encode(&callback).ok()).flatten()
}

/// Returns the document of a request.
pub(super) fn request_of(fixture: &str) -> Option<Request> {
    let (name, _) = fixture.split_once(".request.json")?;
    Some(match name {
        _ if name.starts_with("send-whatsapp") => request::<whatsapp::Message>("send/whatsapp-message.json"),
        _ if name.starts_with("send-viber") => request::<viber::Message>("send/viber-message.json"),
        _ if name.starts_with("send-rcs") => request::<rcs::Message>("send/rcs-message.json"),
        _ if name.starts_with("rcs-template") => request::<template::rcs::NewTemplate>("send/rcs-template.json"),
        _ if name.starts_with("waba-template") => {
            request::<template::whatsapp::NewTemplate>("send/whatsapp-template.json")
        }
        _ if name.starts_with("saas-token") => request::<auth::TokenRequest>("send/token-request.json"),
        _ if name.starts_with("saas-task") => request::<task::NewTask>("send/task.json"),
        _ => panic!("no document for {fixture}"),
    })
}

/// Returns the documents of a reply or webhook.
pub(super) fn received_as(fixture: &str) -> Vec<Received> {
    let Some((name, _)) = fixture.split_once(".response.json") else {
        return if fixture.starts_with("webhook-") {
            vec![received::<event::Event>("receive/event.json")]
        } else if fixture.starts_with("dlr-") || fixture.starts_with("incoming-") {
            vec![Received { document: "receive/exotel-callback.json", again: callback_again }]
        } else {
            Vec::new()
        };
    };
    let envelope = received::<Envelope>("receive/reply.json");
    let of_route = match name.split('.').next().unwrap_or_default() {
        "send-whatsapp" | "send-viber" | "send-rcs" => reply::<Sent>("receive/sent-reply.json"),
        "messages-status" => reply::<status::StatusList>("receive/status-list-reply.json"),
        "rcs-template-get" => reply::<template::rcs::Template>("receive/rcs-template-reply.json"),
        "rcs-template-list" => reply::<Vec<template::rcs::Template>>("receive/rcs-template-list-reply.json"),
        "waba-template-create" => reply::<template::whatsapp::Template>("receive/whatsapp-template-reply.json"),
        "waba-template-list" => reply::<Vec<template::whatsapp::Template>>("receive/whatsapp-template-list-reply.json"),
        "saas-task-create" => reply::<task::Task>("receive/task-reply.json"),
        "saas-task-list" => reply::<task::TaskPage>("receive/task-list-reply.json"),
        other if other.starts_with("envelope-") => return vec![envelope],
        other => panic!("no document for {other}"),
    };
    vec![envelope, of_route]
}
