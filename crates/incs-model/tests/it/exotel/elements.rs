//! Elements and their lists: rules 1, 2, 7, 8, 16, 17 and 20.

use incs_model::exotel::{Callback, CallbackType, Entry, Item};
use incs_model::{Address, decode};
use serde_json::{Value, json};

use super::{callback, fixture, fixtures, incoming, item, report};

#[test]
fn both_incoming_types_are_kept() {
    for (word, kind) in [
        (json!("icm"), Some(CallbackType::Icm)),
        (json!("incoming_message"), Some(CallbackType::IncomingMessage)),
        (json!("something_new"), Some(CallbackType::from("something_new"))),
    ] {
        let element =
            json!({ "callback_type": word, "from": "1", "to": "2", "content": { "type": "text", "text": "Hi" } });
        assert_eq!(incoming(&element).callback_type, kind);
    }
}

#[test]
fn dlr_then_structure_decides_the_kind() {
    let text = json!({ "type": "text", "text": "Hi" });
    let kind = |element: Value| match item(&element) {
        Item::Incoming(_) => "incoming",
        Item::Report(_) => "report",
        Item::Unknown(_) => "unknown",
        Item::Malformed(_) => "malformed",
        _ => "another",
    };
    for (element, expected) in [
        (json!({ "callback_type": "dlr", "to": "1", "exo_status_code": 40001 }), "report"),
        (json!({ "callback_type": "dlr", "to": "1", "exo_detailed_status": "EX_MESSAGE_SENT" }), "report"),
        // Both directions may have the type `icm`, or none.
        (json!({ "callback_type": "icm", "to": "1", "exo_status_code": 40001 }), "report"),
        (json!({ "to": "1", "exo_status_code": 40001 }), "report"),
        (json!({ "from": "1", "to": "2", "content": text }), "incoming"),
        (json!({ "callback_type": "incoming_message", "to": "1" }), "unknown"),
        (json!({ "callback_type": "incoming_message", "to": "1", "content": null }), "unknown"),
        (json!({ "exo_status_code": 40001 }), "unknown"),
        (json!({ "event": "typing" }), "unknown"),
        (json!({}), "unknown"),
        // `dlr` means a report, and this is not one: kept, with the reason.
        (json!({ "callback_type": "dlr", "from": "1", "to": "2", "content": text }), "malformed"),
        (json!("dlr"), "malformed"),
        (json!(null), "malformed"),
    ] {
        assert_eq!(kind(element.clone()), expected, "{element}");
    }
    let both = json!({ "from": "1", "to": "2", "content": text, "exo_status_code": 40001 });
    assert!(matches!(serde_json::from_value(both).unwrap(), Item::Incoming(_)));
}

#[test]
fn any_message_may_have_profile_name() {
    for (name, body) in fixtures().into_iter().filter(|(name, _)| name.starts_with("incoming")) {
        let mut element = body["rcs"]["messages"][0].clone();
        element["profile_name"] = json!("Meera");
        assert_eq!(incoming(&element).profile_name.as_deref(), Some("Meera"), "{name}");
        element.as_object_mut().unwrap().remove("profile_name");
        assert_eq!(incoming(&element).profile_name, None, "{name}");
    }
}

#[test]
fn known_times_parse_unknown_are_kept() {
    for (time, instant) in [
        (json!("2025-03-18T09:42:07.318+05:30"), Some("2025-03-18T04:12:07.318Z")),
        (json!("1742271127"), Some("2025-03-18T04:12:07Z")),
        (json!("1742271127318"), Some("2025-03-18T04:12:07.318Z")),
        (json!(1_742_271_127), Some("2025-03-18T04:12:07Z")),
        (json!("2025-03-18T04:12:07.000Z"), Some("2025-03-18T04:12:07Z")),
        (json!("yesterday, about noon"), None),
    ] {
        let read = report(&json!({ "to": "1", "exo_status_code": 40001, "timestamp": time })).timestamp.unwrap();
        assert_eq!(read.instant().map(|instant| instant.to_string()).as_deref(), instant, "{time}");
    }
    assert_eq!(report(&json!({ "to": "1", "exo_status_code": 40001 })).timestamp, None);
}

#[test]
fn addresses_compare_without_the_plus() {
    let user = |to: &str| report(&json!({ "to": to, "exo_status_code": 1 })).user;
    assert!(user("+12025550143").same_party(&user("12025550143")));
    assert!(!user("12025550143").same_party(&user("012025550143")));
    assert_eq!(user("0012025550143").as_str(), "0012025550143");
    assert_eq!(user("kiln-and-co_bot").as_phone(), None);
}

#[test]
fn kind_decides_user_and_business() {
    let customer = Address::from("12025550143");
    for (name, body) in fixtures() {
        let callback = callback(&body);
        for (_, entry) in callback.entries() {
            assert!(entry.user().unwrap().same_party(&customer), "{name}");
            let business = matches!(entry, Entry::Incoming(_)).then(|| Address::from("12025550100"));
            assert_eq!(entry.business(), business.as_ref(), "{name}");
        }
    }
    let reply = item(&fixture("incoming-text")["rcs"]["messages"][0]);
    let sent = item(&fixture("dlr-rcs")["rcs"]["messages"][0]);
    assert_eq!((reply.user(), sent.user()), (Some(&customer), Some(&customer)));
    assert_eq!(sent.business(), None);
}

#[test]
fn bad_element_affects_no_other() {
    for (bad, pointer) in [
        (json!({ "callback_type": "dlr", "sid": "s", "to": 7, "exo_status_code": 40001 }), "/to"),
        (json!({ "callback_type": "dlr", "sid": "s" }), "/to"),
        (json!({ "callback_type": "dlr", "to": "1" }), "/exo_status_code"),
        (json!({ "callback_type": "dlr", "to": "1", "exo_status_code": ["40001"] }), "/exo_status_code"),
        (json!({ "callback_type": ["icm"], "from": ["1"], "to": "2", "content": {} }), "/from"),
        (json!({ "from": "1", "to": "2", "content": "Hi" }), "/content"),
        (json!({ "from": "1", "to": "2", "content": { "type": "text", "text": 1 } }), "/content/text"),
        (
            json!({ "from": "1", "to": "2", "content": { "type": "file", "file": { "name": "a" } } }),
            "/content/file/url",
        ),
        (
            json!({ "from": "1", "to": "2", "content": { "type": "location", "location": { "latitude": 1.5 } } }),
            "/content/location/longitude",
        ),
        (json!({ "from": "1", "to": "2", "content": { "type": "suggested", "Suggested": [] } }), "/content/Suggested"),
        (json!({ "to": "2", "content": { "type": "text", "text": "Hi" } }), "/from"),
        (json!(null), ""),
        (json!([[]]), ""),
        (json!("x"), ""),
    ] {
        let text = &fixture("incoming-text")["rcs"]["messages"][0];
        let seen = &fixture("dlr-rcs")["rcs"]["messages"][0];
        let callback = callback(&json!({ "rcs": { "messages": [text, bad, seen] } }));
        let entries: Vec<(String, Entry<'_>)> = callback.entries().collect();
        let [(_, Entry::Incoming(_)), (place, Entry::Malformed(malformed)), (_, Entry::Report(_))] = &entries[..]
        else {
            panic!("{bad} gave {entries:?}")
        };
        assert_eq!(place, "/rcs/messages/1");
        assert_eq!(malformed.raw().get(), bad.to_string());
        assert_eq!(malformed.error().pointer(), pointer, "{bad}");
    }
}

#[test]
fn bad_string_affects_no_other_element() {
    let good = r#"{"to":"1","exo_status_code":40001}"#;
    for bad in [
        r#"{"to":"\ud800","exo_status_code":40001}"#,
        r#"{"\udc00":1}"#,
        r#"{"to":"1","exo_status_code":1e999}"#,
        r#"{"to":"1","exo_status_code":99999999999999999999}"#,
        r#"{"to":"1","to":"2","exo_status_code":40001}"#,
    ] {
        let body = format!(r#"{{"rcs":{{"messages":[{good},{bad},{good}]}}}}"#);
        let callback: Callback = decode(body.as_bytes()).unwrap();
        let entries: Vec<_> = callback.entries().map(|(_, entry)| matches!(entry, Entry::Report(_))).collect();
        assert!(matches!(entries[..], [true, _, true]), "{bad}");
    }
}

#[test]
fn broken_list_keeps_the_other_list() {
    let (rcs, sms) = (fixture("dlr-rcs"), fixture("dlr-sms-fallback-failed-partial"));
    let together = callback(&json!({ "rcs": rcs["rcs"], "sms": sms["sms"] }));
    let kinds: Vec<_> = together.entries().map(|(pointer, _)| pointer).collect();
    assert_eq!(kinds, ["/rcs/messages/0", "/sms/messages/0"]);
    for (broken, pointer) in [(json!(7), ""), (json!({}), "/messages"), (json!({ "messages": {} }), "/messages")] {
        let callback = callback(&json!({ "rcs": broken, "sms": sms["sms"] }));
        let entries: Vec<_> = callback.entries().collect();
        let [(place, Entry::Malformed(malformed)), (_, Entry::SmsReport(_))] = &entries[..] else {
            panic!("{broken} gave {entries:?}")
        };
        assert_eq!((place.as_str(), malformed.error().pointer()), ("/rcs", pointer));
    }
    let odd =
        json!({ "sms": { "messages": [{ "kind": "promo" }, { "callback_type": "dlr" }, sms["sms"]["messages"][0]] } });
    let odd = callback(&odd);
    let entries: Vec<_> = odd.entries().map(|(_, entry)| entry).collect();
    assert!(matches!(entries[..], [Entry::Unknown(_), Entry::Malformed(_), Entry::SmsReport(_)]));
}

/// Collects the pointers of every value in a body.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{here}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{here}/{name}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn any_member_value_round_trips() {
    for (_, body) in fixtures() {
        let mut found = Vec::new();
        places(&body, "", &mut found);
        for place in found {
            for odd in [json!(null), json!(true), json!(-7), json!(1.5), json!("odd"), json!("7"), json!([]), json!({})]
            {
                let mut changed = body.clone();
                *changed.pointer_mut(&place).unwrap() = odd;
                let read: Callback = decode(changed.to_string().as_bytes()).unwrap();
                let again: Callback = decode(&incs_model::encode(&read).unwrap()).unwrap();
                assert_eq!(again, read, "{changed}");
            }
        }
    }
}
