//! One place where a body and a schema disagree.

use std::fmt;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde::Serialize;

use super::message;
use crate::drift::JsonTypes;

/// One place where a body and a schema disagree. Nothing in it is a value of the body.
///
/// `Display` is one line: `/message_id: expected a string, found a whole number`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// JSON pointer, in the body, of the value that does not fit. A missing member is named as if it were there.
    pub pointer: String,
    /// JSON pointer, in the schema, of the keyword that it does not fit. [`check_known`](super::check_known) counts
    /// alternatives without those that it leaves out.
    pub schema_pointer: String,
    /// What was expected, and what kind of value was found.
    pub message: String,
}

impl Difference {
    pub(super) fn of(error: &ValidationError<'_>) -> Self {
        let mut pointer = error.instance_path().as_str().to_owned();
        if let ValidationErrorKind::Required { property } = error.kind() {
            pointer.push('/');
            pointer.push_str(&escape(property.as_str().unwrap_or_default()));
        }
        Self { pointer, schema_pointer: error.schema_path().as_str().to_owned(), message: message::of(error) }
    }

    /// None of several alternatives takes a value of this type.
    pub(super) fn of_type(error: &ValidationError<'_>, expected: JsonTypes) -> Self {
        Self { message: message::wrong_type(error, expected), ..Self::of(error) }
    }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.message)
    }
}
