//! Checks a document against a schema.

use incs_facade::model::{Pointer, decode};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Error};
use serde_json::Value;

use crate::commands::validate::Verdict;
use crate::commands::webhook::schema::{distance, named, type_of};
use crate::exit::{Exit, Failure};
use crate::input::Entry;
use crate::lines::Violation;

/// Returns the violations of the schema in a file. A document that is not JSON gives one violation.
pub(super) fn check(file: &str, schema: &Value, document: &Entry) -> Result<Verdict, Failure> {
    let validator = jsonschema::draft202012::new(schema)
        .map_err(|_| Failure::new(Exit::Failure, format!("{file} does not compile")))?;
    let value: Value = match decode(&document.body) {
        Ok(value) => value,
        Err(error) => return Ok(Verdict::of([Violation::of_decoding(&error, document.line)])),
    };
    let mut found = Vec::new();
    for error in validator.iter_errors(&value) {
        walk(&error, &mut |error| found.extend(violations(error)));
    }
    found.sort_by(|a, b| (&a.pointer, &a.rule).cmp(&(&b.pointer, &b.rule)));
    found.dedup();
    Ok(Verdict::of(found))
}

/// Returns the violations of one error: one for each unknown member, otherwise one.
fn violations(error: &ValidationError<'_>) -> Vec<Violation> {
    let at = error.instance_path().as_str();
    match error.kind() {
        Error::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| unknown_member(below(at, name))).collect()
        }
        Error::Required { property } => {
            let pointer = below(at, property.as_str().unwrap_or_default());
            vec![violation(error, pointer, Value::Null, Value::Null, "missing".to_owned())]
        }
        Error::AnyOf { context } | Error::OneOfNotValid { context } => vec![no_alternative(error, context)],
        _ => {
            let (limit, found, message) = describe(error);
            vec![violation(error, at.to_owned(), limit, found, message)]
        }
    }
}

/// Returns the violation for an unknown member.
fn unknown_member(pointer: String) -> Violation {
    Violation {
        pointer,
        rule: "schema.additional_properties".to_owned(),
        limit: Value::Null,
        found: Value::Null,
        message: "unknown member".to_owned(),
        suggestion: None,
    }
}

fn violation(error: &ValidationError<'_>, pointer: String, limit: Value, found: Value, message: String) -> Violation {
    let mut rule = "schema.".to_owned();
    for letter in error.kind().keyword().chars() {
        if letter.is_ascii_uppercase() {
            rule.push('_');
        }
        rule.push(letter.to_ascii_lowercase());
    }
    Violation { pointer, rule, limit, found, message, suggestion: None }
}

/// Returns the limit, the value that was found, and the message.
fn describe(error: &ValidationError<'_>) -> (Value, Value, String) {
    let instance = error.instance();
    let counted = |limit: u64, unit: &str, bound: &str| {
        let count = size(instance);
        (limit.into(), count.into(), format!("{count} {unit}, {bound} {limit}"))
    };
    let number = |limit: &Value, bound: &str| {
        (limit.clone(), instance.as_ref().clone(), format!("{instance}, expected {bound} {limit}"))
    };
    match error.kind() {
        Error::Type { kind } => {
            let expected = types(kind);
            let found = type_of(instance).to_string();
            let message = format!("expected {}, found {found}", expected.join(" or "));
            (expected.into(), found.into(), message)
        }
        Error::MaxLength { limit } => counted(*limit, "characters", "at most"),
        Error::MinLength { limit } => counted(*limit, "characters", "at least"),
        Error::MaxItems { limit } => counted(*limit, "items", "at most"),
        Error::MinItems { limit } => counted(*limit, "items", "at least"),
        Error::MaxProperties { limit } => counted(*limit, "members", "at most"),
        Error::MinProperties { limit } => counted(*limit, "members", "at least"),
        Error::Maximum { limit } => number(limit, "at most"),
        Error::Minimum { limit } => number(limit, "at least"),
        Error::Constant { expected_value } => {
            let expected = Value::clone(expected_value);
            let message = format!("expected {expected}");
            (expected, Value::Null, message)
        }
        Error::Enum { options } => {
            let names = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            (Value::clone(options), Value::Null, format!("expected one of {}", names.join(", ")))
        }
        Error::Pattern { pattern } => {
            (pattern.as_str().into(), Value::Null, format!("expected text of the form {pattern}"))
        }
        Error::FalseSchema => (Value::Null, Value::Null, "not allowed here".to_owned()),
        Error::OneOfMultipleValid { .. } => (Value::Null, Value::Null, "more than one alternative fits".to_owned()),
        other => (Value::Null, Value::Null, format!("violates {}", other.keyword())),
    }
}

/// Returns the violation when no alternative fits. If one member decides between them, such as `type`, the violation is at that member.
fn no_alternative(error: &ValidationError<'_>, alternatives: &[Vec<ValidationError<'_>>]) -> Violation {
    let mut at = None;
    let mut values = Vec::new();
    for inner in alternatives.iter().flatten() {
        if let Error::Constant { expected_value } = inner.kind() {
            let here = inner.instance_path().as_str();
            if *at.get_or_insert_with(|| here.to_owned()) == here {
                values.push(Value::clone(expected_value));
            }
        }
    }
    let found = type_of(error.instance()).to_string();
    let (Some(at), [_, _, ..]) = (at, values.as_slice()) else {
        let (pointer, message) = (error.instance_path().as_str(), format!("no alternative fits, found {found}"));
        return violation(error, pointer.to_owned(), Value::Null, found.into(), message);
    };
    let names: Vec<_> = values.iter().map(ToString::to_string).collect();
    let message = format!("expected one of {}", names.join(", "));
    violation(error, at, values.into(), Value::Null, message)
}

fn below(at: &str, name: &str) -> String {
    format!("{at}{}", Pointer::new([name]))
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }
}

fn types(kind: &TypeKind) -> Vec<String> {
    match kind {
        TypeKind::Single(one) => vec![named(*one).to_string()],
        TypeKind::Multiple(several) => several.into_iter().map(|one| named(one).to_string()).collect(),
    }
}

/// Calls `see` with the most useful errors: if no alternative fits, the errors of the nearest one.
fn walk(error: &ValidationError<'_>, see: &mut dyn FnMut(&ValidationError<'_>)) {
    let (Error::AnyOf { context } | Error::OneOfNotValid { context }) = error.kind() else {
        return see(error);
    };
    let of_right_type = context.iter().filter(|errors| !errors.iter().any(|inner| is_other_type(error, inner)));
    let mut nearest: Vec<_> = of_right_type.map(|errors| (distance(error, errors), errors)).collect();
    nearest.sort_by_key(|(distance, _)| *distance);
    match nearest.as_slice() {
        // Two alternatives are equally near: missing members do not show which kind was meant.
        [(first, _), (second, _), ..] if first.0 > 0 && first.0 == second.0 => see(error),
        [(_, errors), ..] => errors.iter().for_each(|inner| walk(inner, see)),
        [] => see(error),
    }
}

/// Reports whether the alternative expects another JSON type at this place.
fn is_other_type(outer: &ValidationError<'_>, inner: &ValidationError<'_>) -> bool {
    inner.instance_path() == outer.instance_path() && matches!(inner.kind(), Error::Type { .. })
}
