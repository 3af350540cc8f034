//! The check against the schema.

use incs_webhook::{Delivery, Outcome, Provider, ShapeError, schema};
use serde_json::{Value, json};

use crate::drift::{fixtures, places, with_verified};

/// The differences to the published contract, and to the forms known today.
fn differences(body: &Value) -> (Vec<String>, Vec<String>) {
    let text = body.to_string();
    let lines = |found: Vec<schema::Difference>| found.iter().map(ToString::to_string).collect();
    with_verified(text.as_bytes(), |verified| {
        (lines(schema::check(verified).unwrap()), lines(schema::check_known(verified).unwrap()))
    })
}

fn fixture(name: &str) -> Value {
    fixtures().into_iter().find(|(found, _)| found == name).unwrap().1
}

/// A fixture in which the member at `pointer` is another value, or none.
fn mutated(name: &str, pointer: &str, value: Option<Value>) -> Value {
    let mut body = fixture(name);
    let (object, member) = pointer.rsplit_once('/').unwrap();
    let object = body.pointer_mut(object).unwrap();
    match value {
        Some(value) => object[member] = value,
        None => drop(object.as_object_mut().unwrap().remove(member).unwrap()),
    }
    body
}

#[test]
fn a_fixture_keeps_the_contract_and_has_a_known_form() {
    for (name, body) in fixtures() {
        assert_eq!(differences(&body), (vec![], vec![]), "{name}");
    }
}

const STATUS: &str = "webhook-message-status-update-sent.json";
const CREATED: &str = "webhook-message-created-102-image.json";
const TEXT: &str = "webhook-new-message-whatsapp-text.json";
const BUTTON: &str = "webhook-new-message-whatsapp-button-reply.json";

#[test]
fn both_checks_find_faults_of_events_whose_form_is_told_by_their_name() {
    for (name, pointer, value, expected) in [
        (STATUS, "/message_id", None, "/message_id: missing"),
        (STATUS, "/message_status", Some(json!(7)), "/message_status: expected a string, found a whole number"),
        (
            STATUS,
            "/channel_id",
            Some(json!(true)),
            "/channel_id: expected a whole number, a string or null, found a boolean",
        ),
        (STATUS, "/channel_id", Some(json!("Rina W")), "/channel_id: expected text of the form ^[+-]?[0-9]+$"),
        (STATUS, "/channel_id", Some(json!(-1)), "/channel_id: less than 0"),
        (STATUS, "/error", Some(json!("Rina W")), "/error: expected an object or null, found a string"),
        (
            STATUS,
            "/error",
            Some(json!({ "code": 1.5 })),
            "/error/code: expected a whole number or null, found a number",
        ),
        (STATUS, "/event", Some(json!(7)), "/event: expected a string, found a whole number"),
        (STATUS, "/event", None, "/event: missing"),
        (TEXT, "/message", Some(json!("Rina W")), "/message: expected an object, found a string"),
        (CREATED, "/message/content/sourcePath", None, "/message/content/sourcePath: missing"),
        (
            CREATED,
            "/message/type",
            Some(json!([])),
            "/message/type: expected a whole number or a string, found an array",
        ),
        (
            CREATED,
            "/message/created_at",
            Some(json!(true)),
            "/message/created_at: expected a number, a string or null, found a boolean",
        ),
    ] {
        let body = mutated(name, pointer, value);
        assert_eq!(differences(&body), (vec![expected.to_owned()], vec![expected.to_owned()]), "{name} {pointer}");
    }
}

#[test]
fn only_the_check_of_known_forms_looks_into_messages() {
    let message = "/message/messages/0";
    let element = "/rcs/messages/0";
    for (name, pointer, value, expected) in [
        (TEXT, "/message/messages/0/id", None, format!("{message}/id: missing")),
        (TEXT, "/message/messages/0/text", None, format!("{message}/text: missing")),
        (
            TEXT,
            "/message/messages/0/text/body",
            Some(json!(12)),
            format!("{message}/text/body: expected a string, found a whole number"),
        ),
        (TEXT, "/message/messages/0/type", None, format!("{message}/type: missing")),
        (
            TEXT,
            "/message/contacts",
            Some(json!({})),
            "/message/contacts: expected an array, found an object".to_owned(),
        ),
        (
            BUTTON,
            "/message/messages/0/interactive/button_reply/id",
            Some(json!([])),
            format!("{message}/interactive/button_reply/id: expected a string, found an array"),
        ),
        ("incoming-text.json", "/rcs/messages/0/from", None, format!("{element}/from: missing")),
        (
            "incoming-text.json",
            "/rcs/messages/0/content/text",
            Some(json!(7)),
            format!("{element}/content/text: expected a string or an object, found a whole number"),
        ),
        (
            "incoming-file.json",
            "/rcs/messages/0/content/file/url",
            None,
            format!("{element}/content/file/url: missing"),
        ),
        (
            "incoming-location-longitude.json",
            "/rcs/messages/0/content/location/latitude",
            Some(json!({})),
            format!("{element}/content/location/latitude: expected a number or a string, found an object"),
        ),
        (
            "dlr-rcs.json",
            "/rcs/messages/0/to",
            Some(json!(12_025_550_143_u64)),
            format!("{element}/to: expected a string, found a whole number"),
        ),
        ("dlr-sms-fallback-failed-partial.json", "/sms/messages/0/to", None, "/sms/messages/0/to: missing".to_owned()),
    ] {
        let body = mutated(name, pointer, value);
        assert_eq!(differences(&body), (vec![], vec![expected]), "{name} {pointer}");
    }
}

#[test]
fn a_body_with_many_faults_is_still_compared_with_the_form_it_was_meant_to_have() {
    let message = json!({ "from": "1", "to": 7, "content": { "type": "text", "text": "x" } });
    let (_, known) = differences(&json!({ "rcs": { "messages": [message, message, message, message] } }));
    let expected = (0..4).map(|index| format!("/rcs/messages/{index}/to: expected a string, found a whole number"));
    assert_eq!(known, expected.collect::<Vec<_>>());
}

#[test]
fn neither_check_finds_what_also_fits_a_form_without_required_members() {
    for (name, pointer, value) in [
        ("webhook-new-message-rcs-text.json", "/message/messageId", None),
        ("dlr-rcs-flat.json", "/to", None),
        (STATUS, "/event", Some(json!("message_deleted"))),
        (STATUS, "/brand_new", Some(json!(1))),
    ] {
        assert_eq!(differences(&mutated(name, pointer, value)), (vec![], vec![]), "{name} {pointer}");
    }
}

#[test]
fn every_fault_in_a_body_is_told_with_where_the_schema_says_so() {
    let mut body = mutated(STATUS, "/message_id", Some(json!(7)));
    body["channel_id"] = json!({});
    body.as_object_mut().unwrap().remove("message_status");
    let found = with_verified(body.to_string().as_bytes(), |verified| schema::check(verified).unwrap());
    assert_eq!(
        serde_json::to_value(&found).unwrap(),
        json!([
            {
                "pointer": "/channel_id", "schema_pointer": "/$defs/WebhookEventMessageStatusUpdate/properties/channel_id/type",
                "message": "expected a whole number, a string or null, found an object",
            },
            {
                "pointer": "/message_id", "schema_pointer": "/$defs/WebhookEventMessageStatusUpdate/properties/message_id/type",
                "message": "expected a string, found a whole number",
            },
            { "pointer": "/message_status", "schema_pointer": "/$defs/WebhookEventMessageStatusUpdate/required", "message": "missing" },
        ])
    );
}

#[test]
fn no_value_of_a_body_stands_in_a_message() {
    let secret = "Rina W 12025550143";
    let mut found = 0;
    for (name, body) in fixtures() {
        for (pointer, _) in places(&body) {
            for value in [json!(secret), json!([secret]), json!({ secret: secret }), json!(12_025_550_143_u64)] {
                let mut body = body.clone();
                *body.pointer_mut(&pointer).unwrap() = value;
                let text = body.to_string();
                let shown = with_verified(text.as_bytes(), |verified| {
                    let known = schema::check_known_from(&provider(&name), verified);
                    found += known.as_ref().map_or(1, Vec::len);
                    format!("{:?} {known:?}", schema::check_from(&provider(&name), verified))
                });
                assert!(!shown.contains("Rina") && !shown.contains("2025550143"), "{name} {pointer}: {shown}");
            }
        }
    }
    assert!(found > 1000, "{found}");
}

fn provider(fixture: &str) -> Provider {
    if fixture.starts_with("webhook-") { Provider::Incs } else { Provider::Exotel }
}

#[test]
fn what_the_check_of_known_forms_finds_in_a_fixture_the_reader_finds_too() {
    for (name, body) in fixtures() {
        for (pointer, _) in places(&body).into_iter().filter(|(pointer, _)| !pointer.is_empty()) {
            let mut body = body.clone();
            *body.pointer_mut(&pointer).unwrap() = json!(true);
            let text = body.to_string();
            with_verified(text.as_bytes(), |verified| {
                let differs = !schema::check_known_from(&provider(&name), verified).unwrap().is_empty();
                let is_understood = verified
                    .parse_from(provider(&name))
                    .iter()
                    .all(|item| matches!(item.outcome(), Outcome::Parsed(_) | Outcome::Unknown));
                assert!(!differs || !is_understood, "{name} {pointer}");
            });
        }
    }
}

#[test]
fn what_is_no_body_of_a_provider_is_refused() {
    let check = |body: &[u8]| with_verified(body, |verified| schema::check(verified).unwrap_err());
    assert!(matches!(check(b"{"), ShapeError::NotJson(_)));
    assert_eq!(check(b"\xff"), ShapeError::NotUtf8);
    assert_eq!(check(b"{\"hello\":1}"), ShapeError::Envelope);
    assert_eq!(check("[".repeat(100_000).as_bytes()), ShapeError::TooDeep { limit: 64 });

    let headers: [(&str, &str); 0] = [];
    let body = br#"{"event":"x"}"#;
    let verified = Delivery::new(&headers, body).dangerously_skip_verification().unwrap();
    assert_eq!(schema::check_from(&Provider::from("other"), &verified), Err(ShapeError::Envelope));
    assert_eq!(schema::check_known_from(&Provider::from("other"), &verified), Err(ShapeError::Envelope));
    assert_eq!(schema::check_from(&Provider::Exotel, &verified), Ok(vec![]));
}
