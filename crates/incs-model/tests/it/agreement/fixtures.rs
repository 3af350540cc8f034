//! Every payload of the reference fits its schema.

use std::collections::BTreeMap;

use incs_model::schema::catalogue;
use incs_model::{decode, encode, event, inbound, validate};
use serde_json::{Value, json};

use super::roots::{Received, Request, received_as, request_of};
use super::{VALIDATORS, judge, validator};
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

fn received() -> impl Iterator<Item = (String, Value, Received)> {
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
    for (name, body, received) in received() {
        assert_eq!(judge(received.document, &body), Ok(()), "{name}");
    }
}

/// A schema without its branches for what is not known.
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
fn every_reply_and_webhook_fits_a_form_that_is_known() {
    let documents: BTreeMap<_, _> = catalogue().into_iter().map(|document| (document.file_name(), document)).collect();
    for (name, body, received) in received() {
        let mut schema = documents[received.document].to_value();
        closed(&mut schema);
        let errors: Vec<_> = validator(&schema).iter_errors(&body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn a_request_with_an_unknown_member_anywhere_is_refused() {
    for (name, body, request) in requests() {
        for place in places(&body) {
            let mut changed = body.clone();
            let Some(Value::Object(members)) = changed.pointer_mut(&place) else { continue };
            members.insert("added_later".to_owned(), Value::from("x"));
            // Here the members are the variables of a template.
            let any_name = place == "/template/parameters" && name.starts_with("send-rcs");
            assert_eq!(judge(request.document, &changed).is_ok(), any_name, "{name} at {place}");
        }
    }
}

#[test]
fn a_request_with_a_null_anywhere_is_refused() {
    for (name, body, request) in requests() {
        for place in places(&body) {
            let changed: Value = serde_json::from_str(&mutation::replaced(&body, &place, "null")).unwrap();
            assert!(judge(request.document, &changed).is_err(), "{name} at {place}");
        }
    }
}

#[test]
fn a_reply_or_webhook_with_an_unknown_member_anywhere_fits() {
    for (name, body, received) in received() {
        for place in places(&body) {
            let mut changed = body.clone();
            let Some(Value::Object(members)) = changed.pointer_mut(&place) else { continue };
            members.insert("added_later".to_owned(), Value::from("x"));
            assert_eq!(judge(received.document, &changed), Ok(()), "{name} at {place}");
        }
    }
}

#[test]
fn what_this_library_makes_of_events_fits() {
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
fn an_error_reply_does_not_pass_for_a_success() {
    for document in VALIDATORS.keys().filter(|name| name.ends_with("-reply.json")) {
        let failed = serde_json::json!({ "status": "error", "code": 10004, "message": "", "data": {} });
        assert_eq!(judge(document, &failed), Ok(()), "{document}");
        let hollow = serde_json::json!({ "status": "success", "code": 200, "message": "", "data": null, "error": {} });
        assert!(judge(document, &hollow).is_err(), "{document}");
    }
}

#[test]
fn validation_is_not_asleep() {
    let body = br#"{"to":"85251230088","type":"text","text":""}"#;
    assert!(validate(&decode::<incs_model::viber::Message>(body).unwrap()).is_err());
    assert!(judge("send/viber-message.json", &serde_json::from_slice(body).unwrap()).is_err());
}
