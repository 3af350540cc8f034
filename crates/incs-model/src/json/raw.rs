//! Unparsed JSON.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::body::{decode_str, walk};
use super::error::DecodeError;
use crate::schema_of::schema_of;

/// A piece of JSON, kept byte for byte.
///
/// Everything that this library does not know (a new event, a new kind of message) is kept in this type and written back
/// unchanged. `Debug` shows the size only. Equality compares the text, so two spellings of the same value differ.
///
/// Works with `serde_json` only: other formats have no raw JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct RawJson(Box<str>);

impl RawJson {
    /// Parses a text that holds one JSON value.
    ///
    /// # Errors
    ///
    /// Fails when the text is not one well-formed JSON value.
    pub fn parse(text: impl Into<String>) -> Result<Self, DecodeError> {
        let text = text.into();
        match RawValue::from_string(text) {
            Ok(raw) => Ok(Self::from_value(raw)),
            Err(error) => Err(DecodeError::syntax(&error)),
        }
    }

    /// Keeps a text that a JSON parser has already accepted, without parsing it again. For any other text use [`parse`](Self::parse).
    ///
    /// A text that is not one JSON value cannot be encoded later: serializing it fails.
    pub fn from_parsed(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// Encodes any value as JSON.
    ///
    /// # Errors
    ///
    /// Fails when the value cannot be serialized; the types of this crate always can.
    pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::to_string(value).map(|text| Self(text.into()))
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        &self.0
    }

    /// Decodes the JSON as `T`.
    ///
    /// # Errors
    ///
    /// Fails when the JSON is not a `T`; the error names the member by JSON pointer.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode_str(self.get())
    }

    pub(crate) fn null() -> Self {
        Self::from_parsed("null")
    }

    pub(crate) fn from_value(raw: Box<RawValue>) -> Self {
        Self(raw.into())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self::from_value)
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson(<{} bytes>)", self.get().len())
    }
}

impl crate::masked::Masked for RawJson {}

schema_of!(inline RawJson, _generator => true.into());

/// Cuts items out of a body. A list is scanned once, even if many of its items are cut.
pub(crate) struct RawItems<'raw> {
    body: Option<&'raw RawValue>,
    /// The list that the last item came from.
    list: Option<(Box<str>, Vec<&'raw RawValue>)>,
}

impl<'raw> RawItems<'raw> {
    pub(crate) fn new(body: &'raw [u8]) -> Self {
        Self { body: serde_json::from_slice(body).ok(), list: None }
    }

    /// Returns the value at `pointer`, byte for byte; if the body has none, `typed` is encoded again.
    pub(crate) fn cut<T: Serialize + ?Sized>(&mut self, pointer: &str, typed: &T) -> RawJson {
        let found = self.find(pointer).map(|raw| RawJson::from_value(raw.to_owned()));
        found.or_else(|| RawJson::encode(typed).ok()).unwrap_or_else(RawJson::null)
    }

    fn find(&mut self, pointer: &str) -> Option<&'raw RawValue> {
        let body = self.body?;
        let (list, Ok(index)) = pointer.rsplit_once('/').map(|(list, step)| (list, step.parse::<usize>()))? else {
            return walk(body, pointer).ok();
        };
        if self.list.as_ref().is_none_or(|(known, _)| **known != *list) {
            let items = serde_json::from_str(walk(body, list).ok()?.get()).ok()?;
            self.list = Some((list.into(), items));
        }
        self.list.as_ref().and_then(|(_, items)| items.get(index).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_cut_from_several_lists() {
        let mut items = RawItems::new(br#"{"a": [ 1.0, {"x" : 2}], "b/c": {"d": ["e"]}}"#);
        for (pointer, cut) in [
            ("/a/0", "1.0"),
            ("/a/1", r#"{"x" : 2}"#),
            ("/b~1c/d/0", r#""e""#),
            ("/a/0", "1.0"),
            ("/a/1/x", "2"),
            ("/a/2", "\"typed\""),
            ("/b~1c/0", "\"typed\""),
        ] {
            assert_eq!(items.cut(pointer, "typed").get(), cut, "{pointer}");
        }
        assert_eq!(RawItems::new(b"no json").cut("/a/0", "typed").get(), "\"typed\"");
    }
}
