//! Bodies made for one point.

use incs_webhook::Provider;
use incs_webhook::drift::Drift;
use serde_json::{Value, json};

use super::{found, report, with_verified};

fn tap(suggested: &str, response: &str, reply: &str) -> String {
    let tap = json!({ suggested: { response: { reply: { "text": "Yes", "postback": { "data": "{\"a\":1}" } } } }, "type": "suggested" });
    json!({ "rcs": { "messages": [{ "from": "1", "to": "2", "content": tap }] } }).to_string()
}

#[test]
fn accepted_spellings_are_no_drift() {
    for body in [
        tap("suggested", "response", "reply"),
        tap("Suggested", "Response", "Action"),
        tap("SUGGESTED", "rESPONSE", "aCTION"),
        r#"{"rcs":{"messages":[{"callback_type":"dlr","message_sid":"a","to":"1","exo_status_code":"40002","status":"X"}]},"sms":null}"#
            .to_owned(),
        r#"{"event":"message_status_update","channel_id":"30112","message_id":"a","message_status":"read","error":null}"#.to_owned(),
        r#"{"event":"message_created","message":{"id":"1","type":"101","content":{"content":"x"},"created_at":null}}"#.to_owned(),
        r#"{"\u0065vent":"new_message","message":{"messages":[]}}"#.to_owned(),
    ] {
        assert_eq!(found(&body), [""; 0], "{body}");
    }
}

#[test]
fn json_in_a_string_is_inspected() {
    let body = |content: &str| {
        json!({ "event": "message_created", "message": { "id": 1, "content": content, "type": 101 } }).to_string()
    };
    assert_eq!(found(body(r#"{"content":"x"}"#)), [""; 0]);
    assert_eq!(
        found(body(r#" {"content":7,"emphasis":{"12025550143":1}}"#)),
        [
            "1 /message/content/content: expected a string, found a whole number",
            "1 /message/content/emphasis: unknown member"
        ]
    );
    // Text in any other member stays text, even if it looks like JSON.
    assert_eq!(found(r#"{"event":"new_message","message":{"messageId":"a","text":"{\"order\":1}"}}"#), [""; 0]);
    for content in ["", "{", "[1]", "7", "\"{}\"", "{\"content\":"] {
        assert_eq!(found(body(content)), ["1 /message/content: expected an object in the string"], "{content}");
    }
}

#[test]
fn undescribed_content_is_not_inspected() {
    let status = json!({ "id": "a", "status": "read", "payment": { "x": [{ "y": 1 }] }, "conversation": 7 });
    let order = json!({ "product_items": [{ "product_retailer_id": "a", "quantity": { "x": 1 }, "item_price": [] }] });
    let message = json!({ "statuses": [status], "messages": [{ "id": "a", "type": "order", "order": order }] });
    assert_eq!(found(json!({ "event": "new_message", "message": message }).to_string()), [""; 0]);
    let sms = json!({ "to": "1", "status": "X", "callback_type": "dlr", "sms_units": { "x": 1 } });
    assert_eq!(found(json!({ "sms": { "messages": [sms] } }).to_string()), [""; 0]);
}

#[test]
fn unreadable_value_is_reported() {
    let whatsapp = |member: &str, value: Value| {
        let message = json!({ "id": "a", "type": "image", "image": { "id": "b" }, member: value });
        json!({ "event": "new_message", "message": { "messaging_product": "whatsapp", "messages": [message] } })
            .to_string()
    };
    let image = |member: &str, value: Value| {
        let picture = json!({ "url": "https://h.example/a", member: value });
        json!({ "event": "message_created", "message": { "id": 1, "type": 102, "content": { "bigPicture": picture } } })
            .to_string()
    };
    for (body, expected) in [
        (image("width", json!(-1)), "1 /message/content/bigPicture/width: expected a whole number from 0 to 4294967295"),
        (image("width", json!(4_294_967_296_u64)), "1 /message/content/bigPicture/width: expected a whole number from 0 to 4294967295"),
        (image("width", json!(864.5)), "1 /message/content/bigPicture/width: expected a whole number or null, found a number"),
        (image("size", json!(-1)), "1 /message/content/bigPicture/size: expected a whole number from 0"),
        (
            r#"{"event":"message_created","message":{"id":1,"type":102,"content":{"bigPicture":{"type":"x"}}}}"#.to_owned(),
            "1 /message/content/bigPicture: expected the member url",
        ),
        (r#"{"event":"message_created","channel_id":"abc"}"#.to_owned(), "1 /channel_id: expected a whole number from 0"),
        (r#"{"event":"message_created","channel_id":"-1"}"#.to_owned(), "1 /channel_id: expected a whole number from 0"),
        (
            r#"{"event":"message_created","channel_id":18446744073709551616}"#.to_owned(),
            "1 /channel_id: expected a whole number, a string or null, found a number",
        ),
        (
            r#"{"event":"message_status_update","message_id":"a","message_status":"failed","error":{"code":9223372036854775808}}"#
                .to_owned(),
            "1 /error/code: expected a whole number of at most 64 bits",
        ),
        (
            r#"{"event":"message_status_update","message_id":"a","message_status":"failed","error":{}}"#.to_owned(),
            "1 /error: expected an object with members",
        ),
        (whatsapp("context", json!({})), "1 /message/messages/*/context: expected an object with members"),
        (whatsapp("context", json!("")), "1 /message/messages/*/context: expected an object or null, found a string"),
        (
            r#"{"rcs":{"messages":[{"from":"1","to":"2","content":{"type":"location","location":{"latitude":"x","longitude":1}}}]}}"#
                .to_owned(),
            "1 /rcs/messages/*/content/location/latitude: expected a number",
        ),
    ] {
        assert_eq!(found(&body), [expected], "{body}");
    }
}

#[test]
fn unknown_member_counts_once_per_body() {
    let message = json!({
        "messaging_product": "whatsapp", "messages": [], "brand_new": { "a": 1 }, "poll_votes": [{ "id": 1 }, 7],
    });
    assert_eq!(
        found(json!({ "event": "new_message", "message": message }).to_string()),
        ["1 /message/brand_new: unknown member", "1 /message/poll_votes: unknown member"]
    );
}

#[test]
fn unknown_kind_is_one_entry() {
    assert_eq!(
        found(r#"{"event":"message_deleted","message":{"id":1,"channel_status":2}}"#),
        ["1 /event: unknown kind message_deleted"]
    );
    assert_eq!(found(r#"{"event":"12025550143"}"#), ["1 /event: unknown kind …"]);
    assert_eq!(
        found(r#"{"event":"new_message","message":{"messages":[{"id":"a","type":"poll","poll":{"options":["a"]}}]}}"#),
        ["1 /message/messages/*/poll: unknown member", "1 /message/messages/*/type: unknown kind poll"]
    );
    // Values of other members may be new at any time, and the model keeps them.
    assert_eq!(found(r#"{"event":"message_status_update","message_id":"a","message_status":"played"}"#), [""; 0]);
}

#[test]
fn elements_of_a_list_count_each() {
    let messages = [
        json!({ "id": "a", "type": "unsupported", "mood": 1 }),
        json!({ "id": "a" }),
        json!({ "id": 7, "type": "unsupported", "mood": 2 }),
    ];
    assert_eq!(
        found(json!({ "event": "new_message", "message": { "messages": messages } }).to_string()),
        [
            "1 /message/messages/*/id: expected a string, found a whole number",
            "2 /message/messages/*/mood: unknown member"
        ]
    );
}

#[test]
fn unreadable_body_is_counted() {
    for body in ["", "{", "[]", "7", "{\"hello\":1}", "{\"event\":\"x\"} trailing"] {
        let report = report(body);
        assert_eq!((report.observed(), report.unread()), (1, 1), "{body}");
        assert!(!report.is_empty(), "{body}");
    }
    assert_eq!(report(b"{\"event\":\"\xff\"}").unread(), 1);
    // Findings before the fault are reported.
    assert_eq!(found("{\"event\":\"message_created\",\"brand_new\":1,"), ["1 /brand_new: unknown member"]);
}

#[test]
fn body_of_any_depth_is_inspected() {
    let deep = |member: &str| {
        format!("{{\"event\":\"message_created\",\"{member}\":{}7{}}}", "[".repeat(100_000), "]".repeat(100_000))
    };
    assert_eq!(found(deep("brand_new")), ["1 /brand_new: unknown member"]);
    assert_eq!(found(deep("message")), ["1 /message: expected an object, found an array"]);
    let objects = format!(
        "{{\"event\":\"message_created\",\"message\":{}7{}}}",
        "{\"message\":".repeat(100_000),
        "}".repeat(100_000)
    );
    assert_eq!(found(objects), ["1 /message/message: unknown member"]);
}

#[test]
fn given_provider_needs_no_hint() {
    let observe = |provider: &str| {
        let mut drift = Drift::new();
        with_verified(b"{\"brand_new\":1}", |verified| drift.observe_from(&Provider::from(provider), verified));
        drift
    };
    let report = observe("exotel");
    assert_eq!(report.entries()[0].provider, Provider::Exotel);
    assert_eq!(report.unread(), 0);
    assert_eq!(observe("incs").entries()[0].provider, Provider::Incs);
    assert_eq!(observe("nobody").unread(), 1);
}
