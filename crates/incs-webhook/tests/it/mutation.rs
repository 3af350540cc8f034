//! Bodies with one thing changed in them, at every place.

use std::collections::BTreeMap;

use incs_model::exotel::{Callback, Entry};
use incs_webhook::{Batch, Event, Item, ItemOutcome, Provider};
use serde_json::Value;

use crate::fixtures::{Composed, body, composed, names, read, read_from};

/// One change of one value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// The value is gone.
    Drop,
    /// The value is replaced by other JSON.
    Replace(&'static str),
    /// An unknown member or one more element is added.
    Extend,
}

/// A value of each type, and some valid JSON that no type of this crate can represent.
const OTHERS: [&str; 13] = [
    "null",
    "true",
    "7",
    "-1.5",
    "\"\"",
    "\"x\"",
    "\"dlr\"",
    "[]",
    "[null]",
    "{}",
    "{\"added_later\":1}",
    "1e999",
    "\"\\ud800\"",
];

/// Stands in no fixture.
const MARK: &str = "@mark@";

/// A body after a change.
pub(crate) struct Changed {
    value: Value,
    json: &'static str,
}

impl Change {
    /// Every change.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [Self::Drop, Self::Extend].into_iter().chain(OTHERS.map(Self::Replace))
    }

    /// The body after the change; `None` if nothing can be changed in this way there.
    pub(crate) fn apply(self, body: &Value, place: &str) -> Option<Changed> {
        let (mut value, mut json) = (body.clone(), "null");
        match self {
            Self::Replace(other) => {
                // Values that serde_json cannot represent are inserted as text.
                *value.pointer_mut(place)? = serde_json::from_str(other).unwrap_or_else(|_| Value::from(MARK));
                json = other;
            }
            Self::Drop => {
                let (parent, name) = place.rsplit_once('/')?;
                match value.pointer_mut(parent)? {
                    Value::Object(members) => drop(members.remove(name)),
                    Value::Array(items) => drop(items.remove(name.parse().ok()?)),
                    _ => return None,
                }
            }
            Self::Extend => match value.pointer_mut(place)? {
                Value::Object(members) => drop(members.insert("added_later".to_owned(), Value::from(1))),
                Value::Array(items) => items.push(serde_json::json!({ "added_later": 1 })),
                _ => return None,
            },
        }
        Some(Changed { value, json })
    }
}

impl Changed {
    /// The text of the body.
    pub(crate) fn text(&self) -> String {
        self.text_at("").unwrap()
    }

    /// The text of the value at a place.
    pub(crate) fn text_at(&self, pointer: &str) -> Option<String> {
        let text = self.value.pointer(pointer)?.to_string();
        Some(text.replace(&format!("\"{MARK}\""), self.json))
    }
}

/// The JSON pointers of all values.
pub(crate) fn places(body: &Value) -> Vec<String> {
    fn visit(value: &Value, here: &str, places: &mut Vec<String>) {
        places.push(here.to_owned());
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    assert!(!name.contains(['~', '/']), "a name that a pointer escapes");
                    visit(member, &format!("{here}/{name}"), places);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    visit(item, &format!("{here}/{index}"), places);
                }
            }
            _ => {}
        }
    }

    let mut places = Vec::new();
    visit(body, "", &mut places);
    places
}

/// Reports whether a place is another one or inside it.
pub(crate) fn is_within(place: &str, outer: &str) -> bool {
    place.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Asserts that a fault is named by the right place, when the value at `place` was changed.
///
/// Right is, in this order: the changed place, as if a missing member were there; a place in it, where the new value lacks
/// something; a member beside it, if what was changed says which members are needed. A member that was spelled in another
/// way is missing under its documented name.
fn assert_right(found: &str, place: &str, context: &str) {
    let beside = place.rsplit_once('/').map_or("", |(parent, _)| parent);
    let documented = place.replace("longtitude", "longitude");
    let right = is_within(found, place) || found == documented || (decides(place) && is_within(found, beside));
    assert!(right, "{context}: {found} is named");
}

/// Reports whether a member decides the form of its siblings.
fn decides(place: &str) -> bool {
    let name = place.rsplit('/').next().unwrap_or_default();
    ["type", "event", "callback_type"].contains(&name)
}

/// Asserts what holds of every item of every body.
fn assert_item(item: &Item, changed: &Changed, place: &str, context: &str) {
    let raw = std::str::from_utf8(item.raw()).unwrap();
    assert_eq!(Some(raw), changed.text_at(&item.pointer()).as_deref(), "{context}: {item:?}");
    assert_eq!(item.body(), changed.text().as_bytes());
    let fault = item.error_pointer();
    assert_eq!(fault.is_some(), matches!(item.outcome(), ItemOutcome::Malformed(_)));
    if let Some(fault) = fault {
        assert_right(&fault, place, context);
    }
    // None of these may panic.
    let _ = (item.inbound(), item.delivery_update(), item.dedup_key(), format!("{item:?}"));
}

#[test]
fn changed_fixture_names_its_fault() {
    let (mut parsed, mut unknown, mut malformed) = (0, 0, 0);
    for name in names() {
        let body: Value = serde_json::from_str(&body(&name)).unwrap();
        for place in places(&body) {
            for change in Change::all() {
                let Some(changed) = change.apply(&body, &place) else { continue };
                let context = format!("{name}{place} {change:?}");
                let batch = read(changed.text());
                assert!(!batch.items().is_empty(), "{context}");
                for item in &batch {
                    assert_item(item, &changed, &place, &context);
                    match item.outcome() {
                        ItemOutcome::Parsed(_) => parsed += 1,
                        ItemOutcome::Unknown => unknown += 1,
                        ItemOutcome::Malformed(_) => malformed += 1,
                    }
                }
            }
        }
    }
    assert!(parsed > 5_000 && unknown > 300 && malformed > 3_000, "{parsed}, {unknown}, {malformed}");
}

/// Lists whose elements have the same kind are read in one pass, so the two ways to read must agree.
#[test]
fn exotel_elements_match_the_model() {
    let mut count = 0;
    for name in names().into_iter().filter(|name| name.starts_with("exotel/")) {
        let mut body: Value = serde_json::from_str(&body(&name)).unwrap();
        for list in ["/rcs/messages", "/sms/messages"] {
            if let Some(Value::Array(elements)) = body.pointer_mut(list) {
                elements.extend(elements.clone());
            }
        }
        for place in places(&body) {
            for change in Change::all() {
                let Some(changed) = change.apply(&body, &place) else { continue };
                let (text, context) = (changed.text(), format!("{name}{place} {change:?}"));
                count += assert_as_the_model(&text, &context);
            }
        }
    }
    assert!(count > 3_000, "{count}");
}

/// Reads a body both ways and returns the number of elements.
fn assert_as_the_model(text: &str, context: &str) -> usize {
    let callback: Callback = incs_model::decode_str(text).unwrap();
    let entries: Vec<_> = callback.entries().collect();
    let batch = read_from(text, Provider::Exotel);
    // A callback without elements has no entry, and still is one item.
    assert_eq!(batch.items().len(), entries.len().max(1), "{context}");
    for (item, (pointer, entry)) in batch.iter().zip(&entries) {
        let same = match (item.outcome(), *entry) {
            (ItemOutcome::Parsed(Event::ExotelMessage(found)), Entry::Incoming(read)) => **found == *read,
            (ItemOutcome::Parsed(Event::ExotelReport(found)), Entry::Report(read)) => found == read,
            (ItemOutcome::Parsed(Event::ExotelSmsReport(found)), Entry::SmsReport(read)) => found == read,
            (outcome, Entry::Unknown(_)) => *outcome == ItemOutcome::Unknown,
            (outcome, Entry::Malformed(_)) => matches!(outcome, ItemOutcome::Malformed(_)),
            _ => false,
        };
        assert!(same && item.pointer() == *pointer, "{context}: {item:?}");
    }
    entries.len()
}

#[test]
fn ambiguous_elements_match_the_model() {
    let report = r#"{"callback_type":"dlr","to":"1","exo_status_code":1}"#;
    let both = r#""from":"1","to":"2","exo_status_code":1,"content":{"type":"text","text":"x"}"#;
    for (list, elements) in [
        ("rcs", format!(r#"{{"callback_type":"d\u006cr",{both}}}"#)),
        ("rcs", format!(r#"{report},{{"callback_type":"icm",{both}}}"#)),
        ("rcs", format!(r#"{report},{{"to":"1","status":"x"}}"#)),
        ("sms", format!("{{{both}}}")),
        ("sms", r#"{"to":"1","status":"x"}"#.to_owned()),
    ] {
        let text = format!(r#"{{"{list}":{{"messages":[{elements}]}}}}"#);
        assert!(assert_as_the_model(&text, &text) > 0, "{text}");
    }
}

/// Each item by its pointer.
type Before = BTreeMap<String, ItemOutcome>;

fn outcomes(batch: &Batch) -> Before {
    let found: BTreeMap<_, _> =
        batch.iter().map(|item| (item.pointer().into_owned(), item.outcome().clone())).collect();
    assert_eq!(found.len(), batch.items().len(), "two items of one place: {batch:?}");
    found
}

/// Each place of each composed body, with each change.
fn each_change(mut check: impl FnMut(&Composed, &str, Change, &Changed, &Before, &str)) {
    let mut count = 0;
    for composed in composed() {
        let before = outcomes(&read(composed.body.to_string()));
        for place in places(&composed.body) {
            for change in Change::all() {
                let Some(changed) = change.apply(&composed.body, &place) else { continue };
                let context = format!("{}{place} {change:?}", composed.name);
                check(&composed, &place, change, &changed, &before, &context);
                count += 1;
            }
        }
    }
    assert!(count > 2_000, "{count}");
}

/// Returns the list that contains a place, and the pointer of the element.
fn element_of(composed: &Composed, place: &str) -> Option<String> {
    composed.items().into_iter().find(|item| is_within(place, item))
}

#[test]
fn changed_element_leaves_the_others() {
    let mut broken = 0;
    each_change(|composed, place, change, changed, before, context| {
        let Some(element) = element_of(composed, place) else { return };
        let batch = read(changed.text());
        for item in &batch {
            assert_item(item, changed, place, context);
        }
        let mut after = outcomes(&batch);
        if place == element && matches!(change, Change::Drop) {
            let (list, index) = element.rsplit_once('/').unwrap();
            let first: usize = index.parse().unwrap();
            for (pointer, outcome) in before {
                let (other, index) = pointer.rsplit_once('/').unwrap();
                let index: usize = index.parse().unwrap();
                match (other == list, index.cmp(&first)) {
                    (true, std::cmp::Ordering::Equal) => {}
                    (true, std::cmp::Ordering::Greater) => {
                        assert_eq!(after.remove(&format!("{list}/{}", index - 1)).as_ref(), Some(outcome), "{context}");
                    }
                    _ => assert_eq!(after.remove(pointer).as_ref(), Some(outcome), "{context}"),
                }
            }
            assert!(after.is_empty(), "{context}");
            return;
        }
        let changed_one = after.remove(&element).unwrap_or_else(|| panic!("{context}: the element is lost"));
        broken += usize::from(matches!(changed_one, ItemOutcome::Malformed(_)));
        let mut others = before.clone();
        others.remove(&element);
        assert_eq!(after, others, "{context}");
    });
    assert!(broken > 300, "{broken}");
}

#[test]
fn change_beside_lists_leaves_elements() {
    let (mut faults, mut elements, mut whole) = (0, 0, 0);
    each_change(|composed, place, change, changed, before, context| {
        let around = element_of(composed, place).is_none() && !composed.lists.iter().any(|list| is_within(list, place));
        if !around {
            return;
        }
        let batch = read(changed.text());
        if place == "/event" && matches!(change, Change::Replace("\"\"" | "\"x\"" | "\"dlr\"")) {
            // The platform has named another event; what it holds is not for us to guess.
            assert!(matches!(batch.items()[0].outcome(), ItemOutcome::Unknown), "{context}");
            assert_eq!((batch.items().len(), batch.items()[0].raw()), (1, changed.text().as_bytes()), "{context}");
            whole += 1;
            return;
        }
        for item in &batch {
            assert_item(item, changed, place, context);
        }
        let mut after = outcomes(&batch);
        after.retain(|pointer, outcome| before.get(pointer) != Some(outcome));
        assert_eq!(batch.items().len() - after.len(), before.len(), "{context}: {after:?}");
        // A member that cannot be read is absent, but without its name an event is guessed; and a list that came in place of
        // something else has elements.
        let is_list = matches!(change, Change::Replace("[null]")) && place.matches('/').count() == 2;
        let expected =
            usize::from(place == "/event" || (is_list && composed.name == "whatsapp" && !place.ends_with("contacts")));
        let is_unknown = |outcome: &ItemOutcome| *outcome == ItemOutcome::Unknown;
        let is_fault = |outcome: &ItemOutcome| matches!(outcome, ItemOutcome::Malformed(_));
        if composed.name == "whatsapp" {
            assert_eq!(after.len(), expected, "{context}: {after:?}");
            assert!(
                after.values().all(|outcome| if is_list { is_unknown(outcome) } else { is_fault(outcome) }),
                "{context}"
            );
        } else {
            assert!(after.len() <= 1 && after.values().all(is_fault), "{context}: {after:?}");
        }
        if is_list { elements += after.len() } else { faults += after.len() }
    });
    assert!(faults >= 10 && elements >= 2 && whole == 3, "{faults}, {elements}, {whole}");
}

#[test]
fn non_list_is_one_item() {
    each_change(|composed, place, change, changed, before, context| {
        let above = composed.lists.iter().any(|list| is_within(list, place));
        if !above {
            return;
        }
        let batch = read(changed.text());
        let mut after = outcomes(&batch);
        for (pointer, outcome) in before.iter().filter(|(pointer, _)| !is_within(pointer, place)) {
            assert_eq!(after.remove(pointer).as_ref(), Some(outcome), "{context}");
        }
        if matches!(change, Change::Extend) {
            let known = after.iter().filter(|(pointer, outcome)| before.get(*pointer) == Some(outcome)).count();
            let list = composed.lists.contains(&place);
            let expected = before.keys().filter(|pointer| is_within(pointer, place)).count();
            assert_eq!((known, after.len()), (expected, expected + usize::from(list)), "{context}");
            return;
        }
        // A list without remaining elements gives no item, or one item for the whole body.
        let value = changed.text_at(place);
        let says_nothing = matches!(value.as_deref(), None | Some("null" | "[]" | "{}" | "\"\""));
        let is_whole = batch.items().len() == 1 && batch.items()[0].pointer().is_empty();
        assert!(after.len() <= 1 || is_whole, "{context}: {after:?}");
        assert!(after.len() == 1 || is_whole || says_nothing, "{context}: {after:?}");
        for item in &batch {
            if let (Some(fault), false) = (item.error_pointer(), is_whole) {
                assert_right(&fault, place, context);
            }
        }
    });
}
