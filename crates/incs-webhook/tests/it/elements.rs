//! Tests that each element of a list is one item, and that a bad element affects only itself.

use std::collections::BTreeMap;

use incs_webhook::{Batch, ItemOutcome, Provider};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::fixtures::{only, read, read_from};

/// The lists whose elements have a type, with an element that fits it.
const TYPED: [(&str, &str); 6] = [
    ("messages", r#"{"from":"1","id":"wamid.A","type":"text","text":{"body":"[}\"x"}}"#),
    ("statuses", r#"{"id":"wamid.B","status":"read","recipient_id":"1","errors":[{"code":1}],"timestamp":"1"}"#),
    ("errors", r#"{"code":131026,"title":"x","error_data":{"details":"y"}}"#),
    ("calls", r#"{"id":"wacid.A","event":"terminate","errors":[],"to":"1"}"#),
    ("message_echoes", r#"{"from":"1","to":"2","id":"wamid.C","type":"text","text":{"body":"x"}}"#),
    ("user_preferences", r#"{"wa_id":"1","category":"marketing_messages","value":"stop","timestamp":1}"#),
];

const UNKNOWN: [&str; 7] = ["history", "state_sync", "not_known_yet", "message", "event", "", "a/b~c\\\"\\n"];

/// Values of every type, of which most fit no list.
const VALUES: [&str; 12] = [
    "null",
    "true",
    "-1.5e3",
    "\"\"",
    "\"],\\\"a\\\":[\"",
    "[]",
    "[[1], {}]",
    "{}",
    "{ \"id\" : 7 }",
    "1e999",
    "\"é\"",
    "{\"a\":[1],\"b\":2}",
];

/// An element of a list: one that fits a list, or any other value.
fn element() -> impl Strategy<Value = String> {
    let fitting = select(&TYPED[..]).prop_map(|(_, element)| element.to_owned());
    prop_oneof![3 => fitting, 2 => select(&VALUES[..]).prop_map(str::to_owned)]
}

fn space() -> impl Strategy<Value = &'static str> {
    select(&["", "", " ", "\n\t"][..])
}

/// A list with the space around its elements.
pub(crate) fn list() -> impl Strategy<Value = (String, Vec<String>, &'static str)> {
    let known = select(&TYPED[..]).prop_map(|(name, _)| name.to_owned());
    let unknown = prop_oneof![select(&UNKNOWN[..]).prop_map(str::to_owned), "[a-z]{70}"];
    let name = prop_oneof![3 => known, 2 => unknown];
    (name, prop::collection::vec(element(), 0..=60), space())
}

/// The name of a list as a pointer shows it.
fn token(name: &str) -> String {
    let name: String = serde_json::from_str(&format!("\"{name}\"")).unwrap();
    let shown: String = name.chars().take(64).collect();
    let end = if name.chars().count() > 64 { "…" } else { "" };
    format!("{}{end}", shown.replace('~', "~0").replace('/', "~1"))
}

fn sorted(mut items: Vec<(String, String)>) -> Vec<(String, String)> {
    items.sort();
    items
}

/// Pointer and bytes of each item.
fn places(batch: &Batch) -> Vec<(String, String)> {
    let text = |raw: &[u8]| String::from_utf8(raw.to_vec()).unwrap();
    sorted(batch.iter().map(|item| (item.pointer().into_owned(), text(item.raw()))).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_list_element_is_one_item(
        lists in prop::collection::vec(list(), 1..=8),
        contacts in prop::collection::vec(select(&[r#"{"wa_id":"1","profile":{"name":"Ann"}}"#, "7", "{}"][..]), 0..=3),
        others in prop::collection::vec(select(&[r#""metadata":{"a":[1]}"#, r#""metadata":7"#, r#""field":"x""#, r#""z":null"#][..]), 0..=2),
        order in prop::collection::vec(any::<Index>(), 16),
        is_first in any::<bool>(),
        channel in select(&["", r#""channel_id":1,"#, r#""channel_id":"x","#, r#""business_phone":[7],"#][..]),
    ) {
        let mut members: Vec<String> = vec![r#""messaging_product":"whatsapp""#.to_owned()];
        let (mut expected, mut count) = (Vec::new(), 0);
        for (name, elements, space) in &lists {
            let elements: Vec<_> = elements.iter().take(200 - count).collect();
            count += elements.len();
            let spaced = elements.iter().map(|element| format!("{space}{element}{space}")).collect::<Vec<_>>();
            members.push(format!("\"{name}\":{space}[{}]", spaced.join(",")));
            let pointer = |index| format!("/message/{}/{index}", token(name));
            expected.extend(elements.iter().enumerate().map(|(index, element)| (pointer(index), (*element).clone())));
        }
        members.push(format!("\"contacts\":[{}]", contacts.join(",")));
        members.extend(others.iter().map(|other| (*other).to_owned()));
        for (at, index) in order.iter().enumerate() {
            let other = index.index(members.len());
            let at = at % members.len();
            members.swap(at, other);
        }
        let message = format!(r#""message":{{{}}}"#, members.join(","));
        let body = if is_first {
            format!(r#"{{{message},{channel}"event":"new_message"}}"#)
        } else {
            format!(r#"{{"event":"new_message",{channel}{message}}}"#)
        };
        let value: Value = serde_json::from_str(&body.replace("1e999", "1")).unwrap();
        prop_assert!(value["message"].is_object());

        let batch = read(&body);
        if expected.is_empty() {
            let item = &batch.items()[0];
            prop_assert_eq!((batch.items().len(), item.outcome()), (1, &ItemOutcome::Unknown));
            prop_assert_eq!(item.raw(), body.as_bytes());
            return Ok(());
        }
        prop_assert_eq!(places(&batch), sorted(expected), "{}", body);
        for item in &batch {
            let pointer = item.pointer().into_owned();
            let is_typed = TYPED.iter().any(|(name, _)| pointer.starts_with(&format!("/message/{name}/")));
            prop_assert_eq!(!is_typed, *item.outcome() == ItemOutcome::Unknown, "{}", pointer);
        }
    }
}

#[test]
fn known_lists_are_read_together() {
    for (known, element) in TYPED {
        let alone = read(whatsapp(&format!(r#""{known}":[{element}]"#)));
        assert!(matches!(alone.items()[0].outcome(), ItemOutcome::Parsed(_)), "{known}: {alone:?}");
        for other in TYPED.map(|(name, _)| name).into_iter().chain(UNKNOWN) {
            for (elements, count) in [("", 0), ("7", 1), (r#"{"id":"a"},{}"#, 2)] {
                for members in [
                    format!(r#""{known}":[{element}],"{other}":[{elements}]"#),
                    format!(r#""{other}":[{elements}],"{known}":[{element}]"#),
                ] {
                    let batch = read(whatsapp(&members));
                    assert_eq!(batch.items().len(), 1 + count, "{members}");
                    let same = batch.iter().filter(|item| item.outcome() == alone.items()[0].outcome());
                    assert_eq!(same.count(), 1, "{members}");
                }
            }
        }
    }
}

#[test]
fn unknown_list_names_its_elements() {
    for (name, kind) in [
        ("history", "new_message.whatsapp.history"),
        ("state_sync", "new_message.whatsapp.state_sync"),
        ("6281200045678", "new_message.whatsapp.unknown"),
        ("a\\nb", "new_message.whatsapp.unknown"),
    ] {
        let batch = read(whatsapp(&format!(r#""{name}":[{{"id":1}},7]"#)));
        assert_eq!(batch.iter().map(|item| item.kind().unwrap()).collect::<Vec<_>>(), [kind, kind]);
    }
    let batch = read(whatsapp(r#""history":[nope,7],"messages":[7]"#));
    let kinds: Vec<_> = batch.iter().map(|item| item.kind().unwrap()).collect();
    assert_eq!(kinds, ["new_message", "new_message", "new_message.whatsapp.history"]);
}

fn whatsapp(members: &str) -> String {
    format!(
        r#"{{"event":"new_message","channel_id":1,"business_phone":"6281","message":{{"messaging_product":"whatsapp",{members}}}}}"#
    )
}

/// Bytes in the place of an element that are no JSON.
pub(crate) fn bad_bytes() -> Vec<Vec<u8>> {
    let deep = |unit: &str, end: &str| format!("{}{}", unit.repeat(10_000), end.repeat(10_000)).into_bytes();
    let mut all: Vec<Vec<u8>> = [
        &b"{\"id\":\"\xff\"}"[..],
        b"\"\xc3\x28\"",
        b"\xff",
        b"{\"\xe2\x82\":1}",
        b"{\"id\":\"a\nb\"}",
        b"\"\0\"",
        br#"{"id":"\x41"}"#,
        br#"{"id":"\u00g0"}"#,
        br#"{"id":NaN}"#,
        b"NaN",
        b"-Infinity",
        br#"{"id":"a",}"#,
        b"[1,]",
        b"[,]",
        b"+1",
        b"01",
        b"1.",
        b".5",
        b"tru",
        b"nul",
        b"undefined",
        b"'x'",
        b"{id:1}",
        b"{\"id\"}",
        b"{\"id\":}",
        b"{\"id\":1;}",
        b"{\"a\":1 \"b\":2}",
        b"{\"a\" \"b\"}",
        b"x y",
        b"[}",
        b"{]",
        b"{[}",
        b"[{]",
        b"{\"a\":[1}",
        b"[{\"a\":1]",
        b"",
        b" ",
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    all.extend([deep("[", "]"), deep("{\"a\":", "}"), deep("[{\"a\":", "}]"), deep("[", "")]);
    all
}

/// Bytes in the place of an element that take in what comes after it.
pub(crate) fn open_bytes() -> [&'static str; 17] {
    [
        "\"",
        "\"abc",
        "\"abc\\\"",
        "{\"id\":\"abc",
        "{\"id\":\"abc,\"text\":\"x\"}",
        "{\"id",
        "{",
        "[",
        "[[",
        "{{",
        "[{",
        "{\"a\":{",
        "{\"a\":[",
        "{\"a\":[{\"b\":",
        "{\"id\":\"abc\"",
        "{\"id\":\"abc\",",
        "[{\"a\":1}",
    ]
}

/// A body with lists of three elements each, which are the same in all but their id.
pub(crate) struct Body {
    provider: Provider,
    before: String,
    /// The lists by the pointers of their elements, and an element with `@` in the place of the id.
    lists: Vec<(&'static str, &'static str)>,
    /// The bytes between lists and around elements.
    between: [&'static str; 3],
    after: String,
}

pub(crate) fn bodies() -> Vec<Body> {
    let contact = r#""contacts":[{"wa_id":"1","profile":{"name":"Ann"}}],"#;
    let lists = vec![
        (
            "messages",
            r#"{"from":"1","id":"@","contacts":[{"phones":[{"phone":"1"}],"name":{"formatted_name":"x"}}],"type":"contacts"}"#,
        ),
        ("history", r#"{"id":"@","x":[1,[2]],"y":{"z":"],\"a\":["}}"#),
        ("statuses", r#"{"id":"@","status":"read"}"#),
        ("user_preferences", r#"{"wa_id":"@","category":"marketing_messages","value":"stop","timestamp":1}"#),
        ("calls", r#"{"id":"@","event":"terminate"}"#),
        ("errors", r#"{"code":1,"title":"@"}"#),
    ];
    let mut bodies = Vec::new();
    for (head, foot) in [
        (r#"{"event":"new_message","channel_id":1,"message":{"messaging_product":"whatsapp","#, "}}"),
        (
            r#"{"message":{"messaging_product":"whatsapp","#,
            r#","metadata":{"phone_number_id":"7"}},"event":"new_message","channel_id":1}"#,
        ),
        ("\u{feff} { \"message\" : { \"messaging_product\":\"whatsapp\",", "\n} ,\n\"event\": \"new_message\"\n}\n"),
    ] {
        bodies.push(Body {
            provider: Provider::Incs,
            before: format!("{head}{contact}"),
            lists: lists.clone(),
            between: ["", ":[", "],"],
            after: foot.to_owned(),
        });
    }
    let incoming = r#"{"from":"1","to":"2","sid":"@","content":{"type":"text","text":{"body":"x"}}}"#;
    let report = r#"{"callback_type":"dlr","to":"1","sid":"@","exo_status_code":40002,"list":[1]}"#;
    bodies.push(Body {
        provider: Provider::Exotel,
        before: "{".to_owned(),
        lists: vec![("rcs", incoming), ("sms", report)],
        between: ["", ":{\"messages\":[", "]},"],
        after: "}".to_owned(),
    });
    bodies.push(Body {
        provider: Provider::Exotel,
        before: "{".to_owned(),
        lists: vec![("Sms", report), ("RCS", incoming)],
        between: ["", ":{\"x\":1,\"Messages\":[", "],\"y\":2},"],
        after: "}".to_owned(),
    });
    bodies
}

impl Body {
    /// The body with other bytes in the place of one element.
    pub(crate) fn with(&self, list: usize, index: usize, bytes: Option<&[u8]>) -> Vec<u8> {
        let mut text = self.before.clone().into_bytes();
        for (number, (name, element)) in self.lists.iter().enumerate() {
            let [_, open, close] = self.between;
            text.extend(format!("\"{name}\"{open}").into_bytes());
            for place in 0..3 {
                text.extend(if place > 0 { &b","[..] } else { b"" });
                match bytes {
                    Some(bytes) if (number, place) == (list, index) => text.extend(bytes),
                    _ => text.extend(element.replace('@', &format!("w{place}")).into_bytes()),
                }
            }
            let close = if number + 1 < self.lists.len() { close } else { close.trim_end_matches(',') };
            text.extend(close.as_bytes());
        }
        text.extend(self.after.as_bytes());
        text
    }

    pub(crate) fn read(&self, body: &[u8]) -> Batch {
        let batch = read(body);
        assert_eq!(batch.provider(), Some(&self.provider));
        let outcomes = |batch: &Batch| batch.iter().map(|item| item.outcome().clone()).collect::<Vec<_>>();
        assert_eq!(outcomes(&read_from(body, self.provider.clone())), outcomes(&batch));
        batch
    }

    fn pointer(&self, list: usize, index: usize) -> String {
        let (name, _) = self.lists[list];
        match self.provider {
            Provider::Incs => format!("/message/{name}/{index}"),
            _ if self.between[1].contains("Messages") => format!("/{name}/Messages/{index}"),
            _ => format!("/{name}/messages/{index}"),
        }
    }
}

/// Outcome and bytes of each item by its pointer.
fn by_pointer(batch: &Batch) -> BTreeMap<String, (ItemOutcome, Vec<u8>)> {
    let items: BTreeMap<_, _> =
        batch.iter().map(|item| (item.pointer().into_owned(), (item.outcome().clone(), item.raw().to_vec()))).collect();
    assert_eq!(items.len(), batch.items().len(), "two items in one place: {batch:?}");
    items
}

fn assert_same(
    found: &BTreeMap<String, (ItemOutcome, Vec<u8>)>,
    expected: &BTreeMap<String, (ItemOutcome, Vec<u8>)>,
    context: &str,
) {
    for (pointer, (outcome, raw)) in found {
        let raw = String::from_utf8_lossy(&raw[..raw.len().min(300)]).into_owned();
        assert_eq!(Some(outcome), expected.get(pointer).map(|(outcome, _)| outcome), "{pointer} {raw} in\n{context}");
    }
    let pointers = |items: &BTreeMap<String, (ItemOutcome, Vec<u8>)>| items.keys().cloned().collect::<Vec<_>>();
    assert_eq!(pointers(found), pointers(expected), "{context}");
    assert!(found == expected, "{context}");
}

/// Each body with each element of it in turn: the body, list and index, and its items before the change.
fn each_element(mut check: impl FnMut(&Body, usize, usize, &BTreeMap<String, (ItemOutcome, Vec<u8>)>)) {
    for body in bodies() {
        let before = by_pointer(&body.read(&body.with(0, 0, None)));
        assert_eq!(before.len(), body.lists.len() * 3);
        assert!(before.values().all(|(outcome, _)| !matches!(outcome, ItemOutcome::Malformed(_))), "{before:?}");
        for list in 0..body.lists.len() {
            for index in 0..3 {
                check(&body, list, index, &before);
            }
        }
    }
}

#[test]
fn bad_element_costs_only_itself() {
    let mut count = 0;
    each_element(|body, list, index, before| {
        for bytes in bad_bytes() {
            let is_open = bytes.ends_with(b"[[");
            if is_open {
                continue;
            }
            let text = body.with(list, index, Some(&bytes));
            let context = String::from_utf8_lossy(&text[..text.len().min(3_000)]).into_owned();
            let mut after = by_pointer(&body.read(&text));
            let pointer = body.pointer(list, index);
            let (outcome, raw) = after.remove(&pointer).unwrap_or_else(|| panic!("{pointer} is lost: {context}"));
            assert!(matches!(outcome, ItemOutcome::Malformed(_)), "{outcome:?}: {context}");
            if !bytes.trim_ascii().is_empty() {
                assert_eq!(raw, bytes, "{context}");
            }
            let mut others = before.clone();
            others.remove(&pointer);
            assert_same(&after, &others, &context);
            count += 1;
        }
    });
    assert!(count > 2_000, "{count}");
}

#[test]
fn endless_element_costs_rest_of_list() {
    each_element(|body, list, index, before| {
        for bytes in open_bytes() {
            let text = body.with(list, index, Some(bytes.as_bytes()));
            let context = String::from_utf8_lossy(&text).into_owned();
            let mut after = by_pointer(&body.read(&text));
            let pointer = body.pointer(list, index);
            let (outcome, raw) = after.remove(&pointer).unwrap_or_else(|| panic!("{pointer} is lost: {context}"));
            assert!(matches!(outcome, ItemOutcome::Malformed(_)), "{outcome:?}: {context}");
            assert!(raw.starts_with(bytes.as_bytes()), "{context}");
            let mut others = before.clone();
            others.retain(|other, _| !(index..3).any(|index| *other == body.pointer(list, index)));
            // The last element has nothing after it that it could take in, so whether its list ends is not known.
            assert_same(&after, &others, &context);
        }
    });
}

#[test]
fn bad_member_is_one_item() {
    let element = |name: &str| format!(r#""{name}":[{{"code":1}},{{"code":2,"x":[1],"y":2}}]"#);
    for bad in bad_bytes()
        .iter()
        .map(|bytes| &**bytes)
        .filter(|bytes| !bytes.ends_with(b"[[") && !bytes.trim_ascii().is_empty())
    {
        for name in ["metadata", "messaging_product", "tomorrow", "messages", "contacts"] {
            if bad.starts_with(b"[") {
                continue;
            }
            let (first, second) = (element("errors"), element("history"));
            let text = [
                br#"{"event":"new_message","message":{"#,
                first.as_bytes(),
                format!(",\"{name}\":").as_bytes(),
                bad,
                b",",
                second.as_bytes(),
                b"}}",
            ]
            .concat();
            let context = String::from_utf8_lossy(&text[..text.len().min(3_000)]).into_owned();
            let batch = read(&text);
            let faults: Vec<_> = batch
                .iter()
                .filter(|item| matches!(item.outcome(), ItemOutcome::Malformed(_)))
                .map(|item| item.pointer())
                .collect();
            assert_eq!(faults, [format!("/message/{name}")], "{context}");
            assert_eq!(batch.items().len(), 5, "{context}");
        }
    }
}

#[test]
fn bad_contact_is_one_item() {
    for bad in bad_bytes().iter().filter(|bytes| !bytes.ends_with(b"[[")) {
        let text = [
            br#"{"event":"new_message","message":{"contacts":[{"wa_id":"1"},"#,
            &**bad,
            br#",{"wa_id":"3"}],"messages":[{"id":"a","from":"3","type":"text","text":{"body":"x"}}]}}"#,
        ]
        .concat();
        let batch = read(&text);
        let pointers: Vec<_> = batch.iter().map(|item| item.pointer()).collect();
        assert_eq!(pointers, ["/message/contacts/1", "/message/messages/0"], "{}", String::from_utf8_lossy(bad));
        assert_eq!(batch.items()[1].delivery_context().whatsapp.as_ref().unwrap().contacts.len(), 2);
    }
}

#[test]
fn fault_beside_elements_is_one_item() {
    let inner = r#""errors":[{"code":1},{"code":2}]"#;
    for text in [
        format!(r#"{{"event":"new_message","message":{{{inner}}},}}"#),
        format!(r#"{{"event":"new_message","message":{{{inner},}}}}"#),
        format!(r#"{{"event":"new_message","message":{{{inner}}}}} x"#),
        format!(r#"{{"event":"new_message","message":{{{inner}}}}}}}"#),
        format!(r#"{{"event":"new_message","message":{{{inner}}}"#),
        format!(r#"{{"event":"new_message","message":{{{inner}"#),
        format!(r#"{{"event":"new_message","message":{{x {inner}}}}}"#),
        format!(r#"{{"event":"new_message" "message":{{{inner}}}}}"#),
        format!(r#"{{"event":"new_message","\x":1,"message":{{{inner}}}}}"#),
        format!(r#"{{"event":"new_message","message":{{"metadata":,{inner}}}}}"#),
        r#"{"event":"new_message","message":{"errors":[{"code":1} {"code":2}]}}"#.to_owned(),
        r#"{"event":"new_message","message":{"errors":[{"code":1},{"code":2}"#.to_owned(),
        r#"{"event":"new_message","message":{"errors":[{"code":1},{"code":2},"metadata":{}}}"#.to_owned(),
        r#"{"rcs":{"messages":[{"a":1},{"a":2}]},}"#.to_owned(),
    ] {
        let batch = read(&text);
        let whole: Vec<_> = batch.iter().filter(|item| item.pointer().is_empty()).collect();
        assert_eq!((batch.items().len(), whole.len()), (3, 1), "{text}\n{batch:?}");
        assert!(matches!(whole[0].outcome(), ItemOutcome::Malformed(_)), "{text}");
        assert_eq!(whole[0].raw(), text.as_bytes());
    }
}

/// Half of a surrogate pair is JSON for some readers: the item that has it decides, and costs no other.
#[test]
fn half_surrogate_costs_one_item() {
    for half in [r#""\ud800""#, r#""\udc00x""#, r#"{"id":"\ud83d","code":"\ud83d"}"#, r#"{"\ud800":1}"#] {
        each_element(|body, list, index, before| {
            let text = body.with(list, index, Some(half.as_bytes()));
            let mut after = by_pointer(&body.read(&text));
            let pointer = body.pointer(list, index);
            assert_eq!(after.remove(&pointer).unwrap().1, half.as_bytes());
            let mut others = before.clone();
            others.remove(&pointer);
            assert_same(&after, &others, half);
        });
    }
}

/// A list may be named after a person. Its name is in the pointer, and in no label and no log.
#[test]
fn sender_names_reach_no_label() {
    for name in ["6281200045678", "n6281200045678", "a\\nINFO forged", "rina@example.com"] {
        let body = format!(r#"{{"event":"new_message","message":{{"messaging_product":"whatsapp","{name}":[1]}}}}"#);
        let item = only(&body);
        assert_eq!(item.kind().as_deref(), Some("new_message.whatsapp.unknown"), "{name}");
        assert!(item.pointer().ends_with("/0") && !format!("{item:?}").contains(name), "{item:?}");
    }
    assert!(
        format!("{:?}", only(r#"{"event":"new_message","message":{"messaging_product":"whatsapp","history":[1]}}"#))
            .contains("/message/history/0")
    );
    let empty = only(r#"{"event":"new_message","message":{"messaging_product":"whatsapp","":[1]}}"#);
    assert_eq!(empty.kind().as_deref(), Some("new_message.whatsapp.unknown"));
}
