//! The error of the tracked read: where, what was expected, what kind was found.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::error::Found;
use crate::json::escape;

/// Where and why the tracked read stopped. Grows its pointer from the leaf to the root.
#[derive(Debug)]
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

    /// The same fault, seen from the object that holds it under `key`.
    pub(crate) fn under_key(mut self, key: &str) -> Self {
        self.pointer = format!("/{}{}", escape(key), self.pointer);
        self
    }

    /// The same fault, seen from the array that holds it at `index`.
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

/// Writes the packed form, which [`de::Error::custom`] of another fault takes apart again. So a fault survives the trip
/// through the error type of a visitor that knows nothing of it.
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

/// serde's words for a kind, in the words of JSON.
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
    fn a_fault_survives_a_foreign_error_type() {
        let inner = Fault::new("a string", Found::Number).under_key("a/b").under_index(3);
        let outer = Fault::custom(serde_json::Error::custom(inner));
        assert_eq!(
            (outer.pointer.as_str(), outer.expected.as_str(), outer.found),
            ("/3/a~1b", "a string", Found::Number)
        );
    }
}
