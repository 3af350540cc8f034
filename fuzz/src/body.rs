//! The properties of every parsed body.

use std::ops::Range;

use incs_model::{DecodeError, Found};
use incs_webhook::drift::Drift;
use incs_webhook::{Batch, Delivery, Item, ItemError, ItemOutcome, Limits, Provider, Verified};
use serde_json::value::RawValue;

use crate::accept_all::{AcceptAll, now};
use crate::elements;
use crate::pointer::{leads, resolve, split};

/// Returns the body as verified, since a scheme may accept any bytes. `None` if it is too large.
pub fn verified(body: &[u8]) -> Option<Verified<'_>> {
    let limits = Limits::DEFAULT.with_any_content_type();
    Delivery::new(&[("content-type", "?")], body).with_limits(limits).verify(&AcceptAll, now()).ok()
}

/// Parses a body in every way and checks each result.
pub fn check(body: &[u8]) {
    let unsigned = Delivery::new(&[("content-type", "application/json")], body).dangerously_skip_verification();
    let Some(verified) = verified(body) else {
        assert!(unsigned.is_err(), "too large, but taken unsigned");
        return;
    };
    let batch = verified.parse();
    check_batch(body, &batch);
    for provider in [Provider::Incs, Provider::Exotel] {
        check_batch(body, &verified.parse_from(provider));
    }
    if let Ok(unsigned) = unsigned {
        assert!(batch.provider().is_some(), "an unverified body of an unknown provider is accepted");
        same(&batch, &unsigned.parse());
    }
}

/// Checks that two batches are equal.
pub fn same(one: &Batch, other: &Batch) {
    assert_eq!(one.provider(), other.provider());
    assert_eq!(one.items().len(), other.items().len());
    one.iter().zip(other).for_each(|(one, other)| same_item(one, other));
}

/// Checks that two items are equal. Lines and columns are relative to the item, so they are equal too.
pub fn same_item(one: &Item, other: &Item) {
    assert_eq!(one.pointer(), other.pointer());
    assert_eq!(one.raw(), other.raw());
    assert_eq!(one.outcome(), other.outcome());
    assert_eq!(one.dedup_key(), other.dedup_key());
}

fn check_batch(body: &[u8], batch: &Batch) {
    let text = std::str::from_utf8(body).ok().map(|text| text.strip_prefix('\u{feff}').unwrap_or(text));
    let json = text.and_then(|text| serde_json::from_str::<&RawValue>(text).ok()).map(RawValue::get);
    assert!(!batch.items().is_empty(), "a batch without items");
    assert!(batch.items().len() <= body.len() + 1, "more items than bytes");
    assert_eq!(batch.body(), body);
    let mut drift = Drift::new();
    drift.observe_batch(batch);
    assert!(drift.entries().len() <= Drift::MAX_ENTRIES);
    assert_eq!(
        batch.inbound().count() + batch.iter().filter(|item| item.inbound().is_none()).count(),
        batch.items().len()
    );
    assert!(batch.delivery_updates().count() <= batch.items().len());
    for item in batch {
        check_item(body, json, item);
    }
    if let Some(json) = json {
        elements::check(json, batch);
    }
    let _ = format!("{batch:?}");
}

fn check_item(body: &[u8], json: Option<&str>, item: &Item) {
    let range = range_of(item.raw(), item.body());
    assert_eq!(body.get(range), Some(item.raw()), "an item is elsewhere than its bytes");
    let _ = (item.dedup_key(), item.delivery_update(), item.provider(), item.delivery_context());
    if let Some(kind) = item.kind() {
        assert!(kind.len() <= 128 && kind.bytes().all(|byte| byte.is_ascii_graphic()), "{kind:?} is no label");
    }
    let pointer = item.pointer();
    if pointer.is_empty() {
        assert_eq!(item.raw(), body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body));
    } else if let Some(json) = json
        // Long names are cut.
        && !pointer.contains('…')
    {
        let leads = resolve(json, &pointer).into_iter().any(|found| found.as_bytes() == item.raw());
        assert!(leads, "{pointer} leads elsewhere");
    }
    match item.outcome() {
        ItemOutcome::Malformed(ItemError::Decode(error)) => {
            check_error(std::str::from_utf8(item.raw()).expect("JSON is text").trim_start_matches('\u{feff}'), error);
            assert_eq!(item.error_pointer(), Some(format!("{pointer}{}", error.pointer())));
            let _ = error.to_string();
        }
        ItemOutcome::Malformed(fault) => {
            assert_eq!(item.error_pointer().as_deref(), Some(&*pointer));
            let _ = fault.to_string();
        }
        ItemOutcome::Parsed(_) => assert!(std::str::from_utf8(item.raw()).is_ok(), "what is no text was understood"),
        ItemOutcome::Unknown => assert_eq!(item.error_pointer(), None),
    }
}

/// Checks that the pointer of an error leads to a value, or to the place of a missing member.
pub fn check_error(json: &str, error: &DecodeError) {
    let pointer = error.pointer();
    if error.found() == Found::Nothing {
        let (parent, _) = split(pointer).expect("a member is missing, but none is named");
        assert!(leads(json, parent), "{pointer}: nothing is missing there");
    } else {
        assert!(leads(json, pointer), "{pointer} leads nowhere: {error}");
    }
    assert!(error.line() >= 1);
}

/// Returns the position of a part in its slice.
pub fn range_of(part: &[u8], whole: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr()).expect("bytes before the body");
    start..start + part.len()
}
