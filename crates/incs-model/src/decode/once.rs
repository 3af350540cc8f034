//! A member that may stand in its object once.

use serde::de;

/// Keeps the value of a member, and refuses a second one: which of the two was meant nobody can tell.
#[inline]
pub(crate) fn once<T, E: de::Error>(slot: &mut Option<T>, value: T, member: &'static str) -> Result<(), E> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(member)),
    }
}
