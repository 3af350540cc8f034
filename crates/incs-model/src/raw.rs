//! JSON kept as it came.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::decode::{DecodeError, decode_str};

/// A piece of JSON kept exactly as it came, byte for byte.
///
/// Whatever this library does not know (a new event, a new kind of message) is kept in one of these and written back
/// unchanged. `Debug` shows the size only. Equality compares the text, so two spellings of the same value differ.
///
/// Reading and writing it works with `serde_json` only: other formats have no notion of raw JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Takes a text that holds one JSON value.
    ///
    /// # Errors
    ///
    /// When the text is not one well-formed JSON value.
    pub fn parse(text: impl Into<String>) -> Result<Self, DecodeError> {
        let text = text.into();
        match RawValue::from_string(text) {
            Ok(raw) => Ok(Self(raw)),
            Err(error) => Err(DecodeError::syntax(&error)),
        }
    }

    /// The JSON of any value.
    ///
    /// # Errors
    ///
    /// When the value's `Serialize` fails; the types of this crate never do.
    pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Self)
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads the JSON as `T`.
    ///
    /// # Errors
    ///
    /// When the JSON is not a `T`; the error names the member by JSON pointer.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode_str(self.get())
    }

    pub(crate) fn null() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    pub(crate) fn from_value(raw: Box<RawValue>) -> Self {
        Self(raw)
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for RawJson {}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson(<{} bytes>)", self.get().len())
    }
}

crate::masked::shown!(RawJson);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for RawJson {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AnyJson".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}
