//! Which pointer is the right one for a fault.

use super::is_within;

/// Asserts that a fault is named by the right place, when the value at `place` was changed.
///
/// Right is, in this order: the changed place, as if a missing member were there; a place in it, where the new value lacks
/// something; a member beside it, if what was changed says which members are needed. A member that was spelled in another
/// way is missing under its documented name.
pub(super) fn assert_right(found: &str, place: &str, context: &str) {
    let beside = place.rsplit_once('/').map_or("", |(parent, _)| parent);
    let documented = place.replace("longtitude", "longitude");
    let right = is_within(found, place) || found == documented || (decides(place) && is_within(found, beside));
    assert!(right, "{context}: {found} is named");
}

/// Whether a member says what its neighbours must be.
fn decides(place: &str) -> bool {
    let name = place.rsplit('/').next().unwrap_or_default();
    ["type", "event", "callback_type"].contains(&name)
}
