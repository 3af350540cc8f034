//! Two items have the same deduplication key exactly if they are the same event.

use incs_webhook::{DedupKey, Item};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::fixtures::{Spelling, body as body_of, names, only, read};

/// The identity of an event. The alphabets are small, so that two identities often differ in one place only.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    Text { id: &'static str },
    Edit { id: &'static str, original: &'static str, time: u8, text: &'static str },
    Revoke { id: &'static str, original: &'static str, time: u8 },
    Echo { id: &'static str },
    Receipt { id: &'static str, state: &'static str, person: Option<Person>, group: Option<&'static str> },
    OtherStatus { id: &'static str, state: &'static str, kind: &'static str, time: u8 },
    Call { id: &'static str, event: &'static str },
    Preference { person: Person, value: &'static str, time: u8 },
    Update { id: &'static str, state: &'static str },
    RcsText { id: &'static str, phone: &'static str },
    RcsEvent { kind: &'static str, phone: &'static str, about: About },
    Workbench { id: u8, state: u8 },
    WorkbenchState { event: &'static str, id: u8, state: u8 },
    Exotel { sid: &'static str },
    ExotelReport { list: &'static str, sid: &'static str, phone: &'static str, code: u16, time: u8 },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Person {
    Phone(&'static str),
    UserId(&'static str),
}

/// The subject of an RCS event.
#[derive(Debug, Clone, Copy, PartialEq)]
enum About {
    Event(&'static str),
    Message(&'static str),
    Time(u8),
}

const IDS: [&str; 3] = ["a", "b", "ab"];
const PHONES: [&str; 2] = ["12025550143", "12025550144"];
const STATES: [&str; 4] = ["sent", "read", "played", "failed"];

fn id() -> impl Strategy<Value = &'static str> {
    select(&IDS[..])
}

fn phone() -> impl Strategy<Value = &'static str> {
    select(&PHONES[..])
}

fn state() -> impl Strategy<Value = &'static str> {
    select(&STATES[..])
}

fn person() -> impl Strategy<Value = Person> {
    prop_oneof![phone().prop_map(Person::Phone), select(&["US.1", "US.2"][..]).prop_map(Person::UserId)]
}

fn said() -> impl Strategy<Value = Said> {
    let time = || 0..2_u8;
    let about = prop_oneof![id().prop_map(About::Event), id().prop_map(About::Message), time().prop_map(About::Time)];
    prop_oneof![
        1 => id().prop_map(|id| Said::Text { id }),
        1 => (id(), id(), time(), select(&["x", "y"][..])).prop_map(|(id, original, time, text)| Said::Edit {
            id,
            original,
            time,
            text
        }),
        1 => (id(), id(), time()).prop_map(|(id, original, time)| Said::Revoke { id, original, time }),
        1 => id().prop_map(|id| Said::Echo { id }),
        5 => (id(), state(), option::of(person()), option::of(select(&["g", "h"][..])))
            .prop_map(|(id, state, person, group)| Said::Receipt { id, state, person, group }),
        1 => (id(), state(), select(&["call", "payment", "not_known_yet"][..]), time())
            .prop_map(|(id, state, kind, time)| Said::OtherStatus { id, state, kind, time }),
        1 => (id(), select(&["connect", "terminate"][..])).prop_map(|(id, event)| Said::Call { id, event }),
        1 => (person(), select(&["stop", "resume"][..]), time()).prop_map(|(person, value, time)| Said::Preference {
            person,
            value,
            time
        }),
        1 => (id(), state()).prop_map(|(id, state)| Said::Update { id, state }),
        1 => (id(), phone()).prop_map(|(id, phone)| Said::RcsText { id, phone }),
        1 => (select(&["READ", "DELIVERED", "IS_TYPING", "SUBSCRIBE"][..]), phone(), about)
            .prop_map(|(kind, phone, about)| Said::RcsEvent { kind, phone, about }),
        1 => (0..2_u8, 0..3_u8).prop_map(|(id, state)| Said::Workbench { id, state }),
        1 => (select(&["x", "y"][..]), 0..2_u8, 0..3_u8).prop_map(|(event, id, state)| Said::WorkbenchState {
            event,
            id,
            state
        }),
        1 => id().prop_map(|sid| Said::Exotel { sid }),
        1 => (select(&["rcs", "sms"][..]), id(), phone(), 40_001..40_003_u16, time())
            .prop_map(|(list, sid, phone, code, time)| Said::ExotelReport { list, sid, phone, code, time }),
    ]
}

impl Person {
    /// The person in members with these names.
    fn put(self, members: &mut Value, phone: &str, user_id: &str) {
        match self {
            Self::Phone(number) => members[phone] = number.into(),
            Self::UserId(id) => members[user_id] = id.into(),
        }
    }
}

fn seconds(time: u8) -> String {
    (1_775_540_100 + u64::from(time)).to_string()
}

fn whatsapp(list: &str, element: &Value) -> Value {
    json!({ "event": "new_message", "message": { "messaging_product": "whatsapp", list: [element] } })
}

impl Said {
    /// Returns a body of the event, with members that are not part of the identity.
    fn body(&self, extra: u8) -> Value {
        let mut body = match *self {
            Self::Text { id } => {
                let element = json!({ "id": id, "type": "text", "text": { "body": "x" }, "timestamp": seconds(extra) });
                whatsapp("messages", &element)
            }
            Self::Edit { id, original, time, text } => {
                let message = json!({ "type": "text", "text": { "body": text } });
                let edit = json!({ "original_message_id": original, "message": message });
                whatsapp("messages", &json!({ "id": id, "type": "edit", "edit": edit, "timestamp": seconds(time) }))
            }
            Self::Revoke { id, original, time } => {
                let revoke = json!({ "original_message_id": original });
                whatsapp(
                    "messages",
                    &json!({ "id": id, "type": "revoke", "revoke": revoke, "timestamp": seconds(time) }),
                )
            }
            Self::Echo { id } => {
                let element =
                    json!({ "id": id, "to": "1", "type": "text", "text": { "body": "x" }, "added_later": extra });
                whatsapp("message_echoes", &element)
            }
            Self::Receipt { id, state, person, group } => {
                let mut element = json!({ "id": id, "status": state, "timestamp": seconds(extra) });
                if let Some(group) = group {
                    element["recipient_type"] = "group".into();
                    element["recipient_id"] = group.into();
                }
                if let Some(person) = person {
                    let number = if group.is_some() { "recipient_participant_id" } else { "recipient_id" };
                    person.put(&mut element, number, "recipient_user_id");
                }
                whatsapp("statuses", &element)
            }
            Self::OtherStatus { id, state, kind, time } => {
                let element = json!({ "id": id, "status": state, "type": kind, "timestamp": seconds(time) });
                whatsapp("statuses", &element)
            }
            Self::Call { id, event } => {
                whatsapp("calls", &json!({ "id": id, "event": event, "duration": extra, "timestamp": seconds(extra) }))
            }
            Self::Preference { person, value, time } => {
                let mut element =
                    json!({ "category": "marketing_messages", "value": value, "timestamp": seconds(time) });
                person.put(&mut element, "wa_id", "user_id");
                whatsapp("user_preferences", &element)
            }
            Self::Update { id, state } => {
                json!({ "event": "message_status_update", "message_id": id, "message_status": state, "received_at": extra })
            }
            Self::RcsText { id, phone } => {
                let message = json!({ "senderPhoneNumber": phone, "messageId": id, "text": "x", "sendTime": extra });
                json!({ "event": "new_message", "message": message })
            }
            Self::RcsEvent { kind, phone, about } => {
                let mut message = json!({ "senderPhoneNumber": phone, "eventType": kind });
                match about {
                    About::Event(id) => message["eventId"] = id.into(),
                    About::Message(id) => message["messageId"] = id.into(),
                    About::Time(time) => message["sendTime"] = seconds(time).into(),
                }
                json!({ "event": "new_message", "message": message })
            }
            Self::Workbench { id, state } => {
                let content = json!({ "content": "x" });
                let message = json!({ "id": id, "type": 101, "content": content, "channel_status": state });
                json!({ "event": "message_created", "message": message })
            }
            Self::WorkbenchState { event, id, state } => {
                json!({ "event": event, "message": { "id": id, "channel_status": state } })
            }
            Self::Exotel { sid } => {
                let message = json!({ "sid": sid, "from": "1", "to": "2", "content": { "type": "text", "text": "x" } });
                json!({ "rcs": { "messages": [message] } })
            }
            Self::ExotelReport { list, sid, phone, code, time } => {
                let report = json!({
                    "callback_type": "dlr", "sid": sid, "to": phone, "exo_status_code": code, "timestamp": seconds(time),
                });
                json!({ list: { "messages": [report] } })
            }
        };
        if let Value::Object(members) = &mut body {
            members.insert("added_later".to_owned(), extra.into());
        }
        body
    }
}

fn key(body: &Value) -> DedupKey {
    only(body.to_string()).dedup_key().unwrap_or_else(|| panic!("no key: {body}"))
}

proptest! {
    #[test]
    fn equal_keys_mean_equal_events(said in prop::collection::vec(said(), 2..24)) {
        let keys: Vec<_> = said.iter().map(|said| key(&said.body(0))).collect();
        for (index, said_first) in said.iter().enumerate() {
            for (other, said_second) in said.iter().enumerate().skip(index) {
                prop_assert_eq!(keys[index] == keys[other], said_first == said_second, "{:?} {:?}", said_first, said_second);
            }
        }
    }

    #[test]
    fn redelivered_event_keeps_its_key(said in said(), extra in 0..9_u8) {
        let (first, again) = (said.body(0), said.body(extra));
        let expected = key(&first);
        for spelling in Spelling::all() {
            prop_assert_eq!(only(spelling.write(&again)).dedup_key(), Some(expected), "{:?} {:?}", said, spelling);
        }
    }
}

/// The view, the fact and the item itself name the same customer, by the same key.
#[test]
fn item_views_name_one_party() {
    let contacts = json!([
        { "wa_id": "1", "user_id": "US.1", "profile": { "name": "Ann", "username": "ann" } },
        { "wa_id": "2", "user_id": "US.2", "profile": { "name": "Ben" } },
    ]);
    let body = json!({ "event": "new_message", "message": {
        "messaging_product": "whatsapp", "contacts": contacts,
        "messages": [
            { "from": "2", "id": "a", "type": "text", "text": { "body": "x" } },
            { "from_user_id": "US.2", "id": "b", "type": "text", "text": { "body": "x" } },
            { "from": "+2", "from_user_id": "US.2", "id": "c", "type": "text", "text": { "body": "x" } },
        ],
        "statuses": [
            { "id": "d", "status": "read", "recipient_id": "2" },
            { "id": "e", "status": "read", "recipient_user_id": "US.2" },
        ],
    } });
    let batch = read(body.to_string());
    assert_eq!(batch.items().len(), 5);
    for item in &batch {
        let key = item.party().unwrap().key().unwrap();
        assert_eq!(key.as_str(), "user:US.2", "{item:?}");
        let others =
            [item.inbound().and_then(|inbound| inbound.user), item.delivery_update().and_then(|fact| fact.recipient)];
        let other: Vec<_> = others.into_iter().flatten().collect();
        assert_eq!(other, [item.party().unwrap()], "{item:?}");
    }
    for name in names() {
        for item in &read(body_of(&name)) {
            let party = item.party();
            for other in [
                item.inbound().and_then(|inbound| inbound.user),
                item.delivery_update().and_then(|fact| fact.recipient),
            ] {
                assert!(other.is_none() || other == party, "{name}");
            }
        }
    }
}

/// Items without an identity count as new each time.
#[test]
fn items_without_identity_have_no_key() {
    for element in [json!({ "value": "stop", "wa_id": "1" }), json!({ "value": "stop", "timestamp": "1" }), json!({})] {
        assert_eq!(only(whatsapp("user_preferences", &element).to_string()).dedup_key(), None, "{element}");
    }
    let event = json!({ "senderPhoneNumber": "+1", "eventType": "IS_TYPING" });
    assert_eq!(only(json!({ "event": "new_message", "message": event }).to_string()).dedup_key(), None);
    assert_eq!(only(whatsapp("errors", &json!({ "code": 1 })).to_string()).dedup_key(), None);
}

/// An empty id identifies nothing: two events with nothing else in common differ.
#[test]
fn empty_ids_identify_nothing() {
    let text = |id: &str| json!({ "id": id, "from": "1", "type": "text", "text": { "body": "x" } });
    let rcs = |id: &str| json!({ "senderPhoneNumber": "+1", "messageId": id, "text": "x" });
    let exotel = json!({ "sid": "", "from": "1", "to": "2", "content": { "type": "text", "text": "x" } });
    for body in [
        whatsapp("messages", &text("")),
        whatsapp("message_echoes", &text("")),
        whatsapp("statuses", &json!({ "id": "", "status": "read" })),
        whatsapp("statuses", &json!({ "id": "", "status": "failed", "type": "call", "timestamp": "1" })),
        whatsapp("calls", &json!({ "id": "", "event": "connect" })),
        json!({ "event": "message_status_update", "message_id": "", "message_status": "failed" }),
        json!({ "event": "new_message", "message": rcs("") }),
        json!({ "event": "new_message", "message": { "senderPhoneNumber": "+1", "eventType": "IS_TYPING", "eventId": "" } }),
        json!({ "event": "template_status_update", "template_id": "", "new_value": "APPROVED" }),
        json!({ "rcs": { "messages": [exotel] } }),
        json!({ "rcs": { "messages": [{ "callback_type": "dlr", "sid": "", "to": "1", "exo_status_code": 40002 }] } }),
    ] {
        let item = only(body.to_string());
        assert!(item.event().is_some() && item.dedup_key().is_none(), "{body}");
    }
}

/// Two bodies that differ in one member, and whether they are the same event.
#[test]
fn last_member_distinguishes_events() {
    let template = |name: &str, channel: u64| {
        json!({
            "event": "template_status_update", "template_name": name, "channel_id": channel, "new_value": "APPROVED",
            "received_at": 1_775_540_117,
        })
    };
    let error = |text: &str| {
        let error = json!({ "exo_status_code": 24501, "description": text });
        let message = json!({ "from": "1", "to": "2", "timestamp": "1742271127", "content": { "error": error } });
        json!({ "rcs": { "messages": [message] } })
    };
    let fallback = |channel: &str, custom: &str| {
        let report = json!({
            "callback_type": "dlr", "to": "1", "exo_status_code": 1, "timestamp": "1742271127", "message_sid": null,
            "channel_sid": channel, "custom_data": custom,
        });
        json!({ "sms": { "messages": [report] } })
    };
    let call = |status: &str| whatsapp("calls", &json!({ "id": "a", "event": "status", "status": status }));
    for (first, second) in [
        (template("a", 1), template("b", 1)),
        (template("a", 1), template("a", 2)),
        (error("a.mp4"), error("b.mp4")),
        (fallback("a", "x"), fallback("b", "x")),
        (fallback("a", "x"), fallback("a", "y")),
        (call("a"), call("b")),
    ] {
        assert_ne!(key(&first), key(&second), "{first}");
    }
    // An edit with unreadable content has no key, since two of them cannot be distinguished.
    let edit = json!({ "original_message_id": "o", "message": { "type": "image", "image": { "caption": "x" } } });
    let edited = json!({ "id": "a", "type": "edit", "edit": edit, "timestamp": "1" });
    assert_eq!(only(whatsapp("messages", &edited).to_string()).dedup_key(), None);
}

#[test]
fn time_spelling_does_not_change_key() {
    let report = |time: &str| {
        let report = json!({
            "callback_type": "dlr", "sid": "s", "to": "1", "exo_status_code": 40002, "timestamp": time,
        });
        key(&json!({ "rcs": { "messages": [report] } }))
    };
    let expected = report("2025-03-18T04:37:09Z");
    for time in ["2025-03-18T10:07:09+05:30", "2025-03-18T04:37:09.000Z", "1742272629", "1742272629000"] {
        assert_eq!(report(time), expected, "{time}");
    }
    assert_ne!(report("2025-03-18T04:37:10Z"), expected);
    assert_ne!(report("soon"), report("later"));
}

#[test]
fn keys_carry_their_version() {
    for name in names() {
        for key in read(body_of(&name)).iter().filter_map(Item::dedup_key) {
            assert_eq!((key.version(), key.as_bytes()[0]), (2, 2), "{name}");
            assert!(key.to_string().starts_with("02"));
        }
    }
    let parts: Map<_, _> = [("a".to_owned(), json!(1))].into_iter().collect();
    assert_eq!(DedupKey::of_parts(parts.keys().map(String::as_str)).version(), DedupKey::VERSION);
}
