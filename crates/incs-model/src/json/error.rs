//! The error of reading a body.

use std::fmt;

use serde::de::{self, Expected, Unexpected};
use serde_json::error::Category;

use super::pointer::escape;

/// The error of reading a body: the place, the expectation, and the kind of value found. Never the value itself.
///
/// `Display` is one line: `/image/link: expected a string, found a number (line 1, column 52)`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    fault: Fault,
    line: usize,
    column: usize,
}

/// The kind of value found in place of the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Found {
    /// The member is missing.
    Nothing,
    /// The member is present twice.
    Duplicate,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number of another kind, or out of range.
    Number,
    /// A string, or one with unexpected content.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
    /// Text that is not JSON.
    NotJson,
    /// The end of the body, inside its JSON.
    End,
    /// A value of the right type that breaks a rule.
    Other,
}

impl DecodeError {
    /// JSON pointer (RFC 6901) of the offending member; empty for the whole body. A missing member has the pointer that it
    /// would have.
    pub fn pointer(&self) -> &str {
        &self.0.fault.pointer
    }

    /// The expected value in plain words: `a string`.
    pub fn expected(&self) -> &str {
        &self.0.fault.expected
    }

    /// The kind of value found.
    pub fn found(&self) -> Found {
        self.0.fault.found
    }

    /// Line of the offending value, from 1. For a missing member, the line of its object; for a duplicate, the
    /// line of the second member.
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// Column of the offending value in bytes, from 1. For JSON inside a string, the column of that string.
    pub fn column(&self) -> usize {
        self.0.column
    }

    /// Returns true when the body is not JSON at all, as opposed to JSON of another shape.
    pub fn is_syntax(&self) -> bool {
        matches!(self.0.fault.found, Found::NotJson | Found::End)
    }

    pub(crate) fn syntax(error: &serde_json::Error) -> Self {
        let fault = match error.classify() {
            Category::Eof => Fault::new("the rest of the JSON", Found::End),
            _ => Fault::new("well-formed JSON", Found::NotJson),
        };
        Self::new(fault, error.line().max(1), error.column().max(1))
    }

    pub(super) fn new(fault: Fault, line: usize, column: usize) -> Self {
        Self(Box::new(Inner { fault, line, column }))
    }

    /// Creates the error of a body that is refused before it is read.
    pub(crate) fn refused(expected: &str) -> Self {
        Self::new(Fault::new(expected, Found::Other), 1, 1)
    }

    /// Creates the error of a missing value.
    pub(crate) fn missing() -> Self {
        Self::new(Fault::new("a value", Found::Nothing), 1, 1)
    }

    /// Returns the same error, seen from the object that holds the body under `key`. Line and column do not change.
    pub(crate) fn under_key(self, key: &str) -> Self {
        let Inner { fault, line, column } = *self.0;
        Self::new(fault.under_key(key), line, column)
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault: Fault { pointer, expected, found }, line, column } = self;
        if !pointer.is_empty() {
            write!(f, "{pointer}: ")?;
        }
        write!(f, "expected {expected}")?;
        if *found != Found::Other {
            write!(f, ", found {found}")?;
        }
        write!(f, " (line {line}, column {column})")
    }
}

impl Found {
    pub(crate) fn from_unexpected(unexpected: &Unexpected<'_>) -> Self {
        match unexpected {
            Unexpected::Bool(_) => Self::Boolean,
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => Self::Number,
            Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => Self::String,
            Unexpected::Unit | Unexpected::Option => Self::Null,
            Unexpected::Seq => Self::Array,
            Unexpected::Map => Self::Object,
            // A kind that replaces the value, so that the error does not show it.
            Unexpected::Other(code) => Self::from_code(code),
            _ => Self::Other,
        }
    }

    const ALL: [(Self, &'static str); 11] = [
        (Self::Nothing, "nothing"),
        (Self::Duplicate, "two"),
        (Self::Null, "null"),
        (Self::Boolean, "a boolean"),
        (Self::Number, "a number"),
        (Self::String, "a string"),
        (Self::Array, "an array"),
        (Self::Object, "an object"),
        (Self::NotJson, "other text"),
        (Self::End, "the end"),
        (Self::Other, "another value"),
    ];

    pub(crate) fn code(self) -> &'static str {
        Self::ALL.iter().find(|(found, _)| *found == self).map_or("another value", |(_, code)| code)
    }

    pub(crate) fn from_code(code: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == code).map_or(Self::Other, |(found, _)| *found)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The place and reason of a failed tracked read. Its pointer grows from the leaf to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) pointer: String,
    pub(crate) expected: String,
    pub(crate) found: Found,
}

/// Separates the parts of a fault that travels through a foreign error type; JSON text cannot hold it unescaped.
const SEPARATOR: char = '\u{1f}';

impl Fault {
    pub(crate) fn new(expected: impl Into<String>, found: Found) -> Self {
        Self { pointer: String::new(), expected: expected.into(), found }
    }

    /// Returns the same fault, seen from the object that holds it under `key`.
    pub(crate) fn under_key(mut self, key: &str) -> Self {
        self.pointer = format!("/{}{}", escape(key), self.pointer);
        self
    }

    /// Returns the same fault, seen from the array that holds it at `index`.
    pub(crate) fn under_index(mut self, index: usize) -> Self {
        self.pointer = format!("/{index}{}", self.pointer);
        self
    }

    fn unpack(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(SEPARATOR)?.splitn(3, SEPARATOR);
        let (pointer, found, expected) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { pointer: pointer.to_owned(), ..Self::new(expected, Found::from_code(found)) })
    }
}

/// Writes the packed form, which [`de::Error::custom`] of another fault unpacks. This keeps a fault intact while it passes
/// through the error type of a visitor that does not know it.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SEPARATOR}{}{SEPARATOR}{}{SEPARATOR}{}", self.pointer, self.found.code(), self.expected)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let text = message.to_string();
        Self::unpack(&text).unwrap_or_else(|| Self::new(text, Found::Other))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(plain(&expected.to_string()), Found::from_unexpected(&unexpected))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new(plain(&expected.to_string()), Found::Array)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("one of {}", expected.join(", ")), Found::String)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("a value", Found::Nothing).under_key(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new("one value", Found::Duplicate).under_key(field)
    }
}

/// Translates serde's word for a kind to a JSON term.
fn plain(expected: &str) -> String {
    let text = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a borrowed string" | "a borrowed or owned string" => "a string",
        "a sequence" => "an array",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("enum ") => "a string",
        other => other,
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use serde::de::Error as _;

    use super::*;

    #[test]
    fn fault_survives_foreign_error_type() {
        let inner = Fault::new("a string", Found::Number).under_key("a/b").under_index(3);
        let outer = Fault::custom(serde_json::Error::custom(inner));
        assert_eq!(
            (outer.pointer.as_str(), outer.expected.as_str(), outer.found),
            ("/3/a~1b", "a string", Found::Number)
        );
    }
}
