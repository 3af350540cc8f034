//! Checks that a malformed item does not affect the others.

use incs_webhook::{Item, ItemOutcome};
use serde::de::IgnoredAny;

use crate::body::{range_of, same, same_item, verified};
use crate::pointer::has_repeated_names;

/// Inserts something that is not a message after the last element of a list. All other items must stay equal, and the inserted one
/// must be reported.
pub fn check_intruder(body: &str) {
    let Some(before) = verified(body.as_bytes()).map(|verified| verified.parse()) else { return };
    let is_json = serde_json::from_str::<IgnoredAny>(body).is_ok();
    if !is_json || !before.iter().all(is_element) || has_repeated_names(body) {
        return;
    }
    let Some(last) = before.iter().last() else { return };
    let end = range_of(last.raw(), last.body()).end;
    let crowded = format!("{},0{}", &body[..end], &body[end..]);
    let Some(after) = verified(crowded.as_bytes()).map(|verified| verified.parse()) else { return };

    for item in &before {
        let found = after.iter().find(|other| other.pointer() == item.pointer());
        let found = found.unwrap_or_else(|| panic!("{} is lost", item.pointer()));
        same_item(item, found);
        assert_eq!(item.delivery_context(), found.delivery_context(), "{body}");
    }
    let is_reported = after.iter().any(|item| item.raw() == b"0" && !matches!(item.outcome(), ItemOutcome::Parsed(_)));
    assert!(is_reported, "the inserted item is not reported");
    assert_eq!(after.items().len(), before.items().len() + 1);
}

/// Checks that white space around a body changes nothing.
pub fn check_space(body: &str) {
    let spaced = format!(" \n{body}\t");
    let both = (verified(body.as_bytes()), verified(spaced.as_bytes()));
    let (Some(one), Some(other)) = both else { return };
    let (one, other) = (one.parse(), other.parse());
    if one.iter().all(|item| !item.pointer().is_empty()) {
        same(&one, &other);
    } else {
        let keys = |batch: &incs_webhook::Batch| batch.iter().map(Item::dedup_key).collect::<Vec<_>>();
        assert_eq!(keys(&one), keys(&other));
    }
}

fn is_element(item: &Item) -> bool {
    item.pointer().rsplit('/').next().is_some_and(|token| token.parse::<usize>().is_ok())
}
