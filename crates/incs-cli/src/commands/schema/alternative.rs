//! Which alternative of a schema a value was meant to be.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;

/// Calls `see` with the errors that help: where no alternative fits, those of the one that fits best.
pub(super) fn walk(error: &ValidationError<'_>, see: &mut dyn FnMut(&ValidationError<'_>)) {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) = error.kind() else {
        return see(error);
    };
    let of_right_type = context.iter().filter(|errors| !errors.iter().any(|inner| is_other_type(error, inner)));
    let mut nearest: Vec<_> = of_right_type.map(|errors| (distance(error, errors), errors)).collect();
    nearest.sort_by_key(|(distance, _)| *distance);
    match nearest.as_slice() {
        // Which of two kinds it should have been cannot be told by members that either lacks.
        [(first, _), (second, _), ..] if first.0 > 0 && first.0 == second.0 => see(error),
        [(_, errors), ..] => errors.iter().for_each(|inner| walk(inner, see)),
        [] => see(error),
    }
}

/// Whether the alternative wants a value of another JSON type in this place.
fn is_other_type(outer: &ValidationError<'_>, inner: &ValidationError<'_>) -> bool {
    inner.instance_path() == outer.instance_path() && matches!(inner.kind(), ValidationErrorKind::Type { .. })
}

/// How far a value is from an alternative: one for another kind is further than any other, then one whose own members are
/// missing, then one with more errors.
fn distance(outer: &ValidationError<'_>, errors: &[ValidationError<'_>]) -> (usize, usize, usize) {
    let count = |is: &dyn Fn(&ValidationError<'_>) -> bool| errors.iter().filter(|inner| is(inner)).count();
    let is_other_kind = |inner: &ValidationError<'_>| {
        matches!(inner.kind(), ValidationErrorKind::Constant { .. } | ValidationErrorKind::Not { .. })
    };
    (count(&is_other_kind), count(&|inner| inner.instance_path() == outer.instance_path()), errors.len())
}
