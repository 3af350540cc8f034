//! What is wrong, in words that hold no value of the body.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType as SchemaType, ValidationError};
use serde_json::Value;

use crate::drift::{JsonType, JsonTypes};

/// The validator's own messages quote the value; these are made of the schema's side alone, and of the type that came.
pub(super) fn of(error: &ValidationError<'_>) -> String {
    let found = type_of(error.instance());
    match error.kind() {
        ValidationErrorKind::Type { kind } => wrong_type(error, types(kind)),
        ValidationErrorKind::Required { .. } => "missing".to_owned(),
        ValidationErrorKind::Constant { expected_value } => format!("expected {expected_value}"),
        ValidationErrorKind::Enum { options } => format!("expected one of {options}"),
        ValidationErrorKind::Minimum { limit } => format!("less than {limit}"),
        ValidationErrorKind::Pattern { pattern } => format!("expected text of the form {pattern}"),
        ValidationErrorKind::Not { .. } => "a value that belongs to another alternative".to_owned(),
        ValidationErrorKind::OneOfMultipleValid { .. } => "more than one alternative fits".to_owned(),
        ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
            format!("no alternative fits, found {found}")
        }
        other => format!("does not keep {}", other.keyword()),
    }
}

pub(super) fn wrong_type(error: &ValidationError<'_>, expected: JsonTypes) -> String {
    format!("expected {expected}, found {}", type_of(error.instance()))
}

pub(super) fn types(kind: &TypeKind) -> JsonTypes {
    match kind {
        TypeKind::Single(one) => [named(*one)].into_iter().collect(),
        TypeKind::Multiple(several) => several.into_iter().map(named).collect(),
    }
}

fn named(schema_type: SchemaType) -> JsonType {
    match schema_type {
        SchemaType::Array => JsonType::Array,
        SchemaType::Boolean => JsonType::Boolean,
        SchemaType::Integer => JsonType::Integer,
        SchemaType::Null => JsonType::Null,
        SchemaType::Number => JsonType::Number,
        SchemaType::Object => JsonType::Object,
        SchemaType::String => JsonType::String,
    }
}

pub(super) fn type_of(value: &Value) -> JsonType {
    match value {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(number) if number.is_f64() => JsonType::Number,
        Value::Number(_) => JsonType::Integer,
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    }
}
