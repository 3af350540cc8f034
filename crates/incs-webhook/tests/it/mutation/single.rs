//! Every fixture, changed at every place.

use incs_model::exotel::{Callback, Entry};
use incs_webhook::{Event, Item, Outcome, Provider};
use serde_json::Value;

use super::fault::assert_right;
use super::{Change, Changed, places};
use crate::fixtures::{body, names, read, read_from};

/// Asserts what holds of every item of every body.
pub(super) fn assert_item(item: &Item, changed: &Changed, place: &str, context: &str) {
    let raw = std::str::from_utf8(item.raw()).unwrap();
    assert_eq!(Some(raw), changed.text_at(&item.pointer()).as_deref(), "{context}: {item:?}");
    assert_eq!(item.body(), changed.text().as_bytes());
    let fault = item.fault_pointer();
    assert_eq!(fault.is_some(), matches!(item.outcome(), Outcome::Malformed(_)));
    if let Some(fault) = fault {
        assert_right(&fault, place, context);
    }
    // None of these may panic.
    let _ = (item.inbound(), item.fact(), item.dedup_key(), format!("{item:?}"));
}

#[test]
fn a_fixture_that_is_changed_anywhere_is_read_and_a_fault_is_named_by_its_place() {
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
                        Outcome::Parsed(_) => parsed += 1,
                        Outcome::Unknown => unknown += 1,
                        _ => malformed += 1,
                    }
                }
            }
        }
    }
    assert!(parsed > 5_000 && unknown > 300 && malformed > 3_000, "{parsed}, {unknown}, {malformed}");
}

/// Lists whose elements are all alike are read in one pass, so the two ways to read must agree.
#[test]
fn elements_of_exotel_are_read_as_the_model_reads_them() {
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

/// Reads a body both ways, and says how many elements it has.
fn assert_as_the_model(text: &str, context: &str) -> usize {
    let callback: Callback = incs_model::decode_str(text).unwrap();
    let entries: Vec<_> = callback.entries().collect();
    let batch = read_from(text, Provider::Exotel);
    // A callback without elements has no entry, and still is one item.
    assert_eq!(batch.items().len(), entries.len().max(1), "{context}");
    for (item, (pointer, entry)) in batch.iter().zip(&entries) {
        let same = match (item.outcome(), *entry) {
            (Outcome::Parsed(Event::ExotelMessage(found)), Entry::Incoming(read)) => found == read,
            (Outcome::Parsed(Event::ExotelReport(found)), Entry::Report(read)) => found == read,
            (Outcome::Parsed(Event::ExotelSmsReport(found)), Entry::SmsReport(read)) => found == read,
            (outcome, Entry::Unknown(_)) => *outcome == Outcome::Unknown,
            (outcome, Entry::Malformed(_)) => matches!(outcome, Outcome::Malformed(_)),
            _ => false,
        };
        assert!(same && item.pointer() == *pointer, "{context}: {item:?}");
    }
    entries.len()
}

#[test]
fn elements_that_could_be_taken_for_another_kind_are_read_as_the_model_reads_them() {
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
