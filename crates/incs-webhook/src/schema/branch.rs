//! Which alternative of a schema a value was meant to be.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;

use super::difference::Difference;
use super::message::{self, type_of};
use crate::drift::JsonTypes;

/// Calls `see` with the differences that help: where no alternative fits, those to the one that fits best.
pub(super) fn differences(error: &ValidationError<'_>, see: &mut dyn FnMut(Difference)) {
    let Some(branches) = alternatives(error) else { return see(Difference::of(error)) };
    if let Some(expected) = wrong_type(error) {
        return see(Difference::of_type(error, expected));
    }
    let of_right_type =
        branches.iter().filter(|errors| errors.iter().all(|inner| wrong_type_here(error, inner).is_none()));
    match of_right_type.min_by_key(|errors| Distance::of(error, errors)) {
        Some(errors) => errors.iter().for_each(|inner| differences(inner, see)),
        None => see(Difference::of(error)),
    }
}

fn alternatives<'e>(error: &'e ValidationError<'_>) -> Option<&'e [Vec<ValidationError<'static>>]> {
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => Some(context),
        _ => None,
    }
}

/// The types that would have done, if the value has none of them.
fn wrong_type(error: &ValidationError<'_>) -> Option<JsonTypes> {
    let expected = match error.kind() {
        ValidationErrorKind::Type { kind } => message::types(kind),
        ValidationErrorKind::Enum { options } => options.as_array()?.iter().map(type_of).collect(),
        _ => {
            let of_branch = |errors: &Vec<_>| errors.iter().find_map(|inner| wrong_type_here(error, inner));
            alternatives(error)?
                .iter()
                .map(of_branch)
                .collect::<Option<Vec<_>>>()?
                .into_iter()
                .flat_map(JsonTypes::iter)
                .collect()
        }
    };
    (!expected.contains(type_of(error.instance()))).then_some(expected)
}

/// The same of an error within an alternative, if it is about the same value.
fn wrong_type_here(outer: &ValidationError<'_>, inner: &ValidationError<'_>) -> Option<JsonTypes> {
    if inner.instance_path() == outer.instance_path() { wrong_type(inner) } else { None }
}

/// How far a value is from an alternative. An alternative for another kind is further away than any other; then one whose own
/// members are missing, since faults further in show that the value was meant to be it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    other_kind: usize,
    missing_here: usize,
    errors: usize,
}

impl Distance {
    fn of(outer: &ValidationError<'_>, errors: &[ValidationError<'_>]) -> Self {
        let count = |is: &dyn Fn(&ValidationError<'_>) -> bool| errors.iter().filter(|inner| is(inner)).count();
        Self {
            other_kind: count(&|inner| {
                matches!(inner.kind(), ValidationErrorKind::Constant { .. } | ValidationErrorKind::Not { .. })
            }),
            missing_here: count(&|inner| inner.instance_path() == outer.instance_path()),
            errors: errors.len(),
        }
    }
}
