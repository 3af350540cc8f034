//! Why a body could not be read.

use std::fmt;

use serde::de::Unexpected;
use serde_json::error::Category;

use super::cut::place;
use super::fault::Fault;

/// Why a body could not be read: where, what was expected, what kind of value was there. Never the value itself.
///
/// `Display` is one sentence: `/image/link: expected a string, found a number (line 1, column 52)`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    pointer: String,
    expected: String,
    found: Found,
    line: usize,
    column: usize,
}

/// The kind of value that stood where another was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Found {
    /// The member is not there.
    Nothing,
    /// The member is there twice.
    Duplicate,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number, of another kind or out of range.
    Number,
    /// A string, or one with other content.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
    /// Text that is not JSON.
    NotJson,
    /// The end of the body, before its JSON ends.
    End,
    /// A value that fits its type but not its rule.
    Other,
}

impl DecodeError {
    /// JSON pointer (RFC 6901) of the offending member; empty for the whole body. A missing member is named as if it
    /// were there.
    pub fn pointer(&self) -> &str {
        &self.0.pointer
    }

    /// What was expected, in plain words: `a string`.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// The kind of value found.
    pub fn found(&self) -> Found {
        self.0.found
    }

    /// Line of the offending value, from 1. For a missing member, the line of its object; for one that is there twice, the
    /// line of the second.
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// Column of the offending value in bytes, from 1. For JSON inside a string, the column of that string.
    pub fn column(&self) -> usize {
        self.0.column
    }

    /// Whether the body is not JSON at all, as opposed to JSON of another shape.
    pub fn is_syntax(&self) -> bool {
        matches!(self.0.found, Found::NotJson | Found::End)
    }

    pub(crate) fn syntax(error: &serde_json::Error) -> Self {
        let fault = match error.classify() {
            Category::Eof => Fault::new("the rest of the JSON", Found::End),
            _ => Fault::new("well-formed JSON", Found::NotJson),
        };
        Self::placed(fault, error.line().max(1), error.column().max(1))
    }

    pub(crate) fn from_fault(fault: Fault, body: &[u8]) -> Self {
        let before = body.get(..place(body, &fault.pointer)).unwrap_or_default();
        let line = before.split(|&byte| byte == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|&&byte| byte != b'\n').count();
        Self::placed(fault, line, column)
    }

    /// A body that is refused before it is read.
    pub(crate) fn refused(expected: &str) -> Self {
        Self::placed(Fault::new(expected, Found::Other), 1, 1)
    }

    /// The two reads disagree, which a `Deserialize` of someone else's making may cause.
    pub(crate) fn unexplained(error: &serde_json::Error) -> Self {
        Self::placed(Fault::new("a body of this type", Found::Other), error.line(), error.column())
    }

    fn placed(fault: Fault, line: usize, column: usize) -> Self {
        let Fault { pointer, expected, found } = fault;
        Self(Box::new(Inner { pointer, expected, found, line, column }))
    }

    /// A value that is not there.
    pub(crate) fn missing() -> Self {
        Self::placed(Fault::new("a value", Found::Nothing), 1, 1)
    }

    /// The same error, seen from the object that holds the body under `key`. Line and column stay as they are.
    pub(crate) fn under_key(self, key: &str) -> Self {
        let (line, column) = (self.line(), self.column());
        Self::placed(self.into_fault().under_key(key), line, column)
    }

    /// The fault again, for a reader that met this error inside a larger body.
    pub(crate) fn into_fault(self) -> Fault {
        let Inner { pointer, expected, found, .. } = *self.0;
        Fault { pointer, expected, found }
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        write!(f, "expected {}", self.expected)?;
        if self.found != Found::Other {
            write!(f, ", found {}", self.found)?;
        }
        write!(f, " (line {}, column {})", self.line, self.column)
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
