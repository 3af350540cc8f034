//! Strings that may come wrapped in an object.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::exotel::members::{Members, member};
use crate::masked::Mask;

/// A text that a user wrote. On the wire a string, or an object with `body` as on WhatsApp; written back as it came.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Text {
    /// The text.
    pub body: String,
    form: Form,
}

/// What the business attached to a suggestion when it sent it. Written back as it came.
///
/// On the wire `"postback": {"data": "…"}` (Exotel: receive messages webhook; sampled only) or `"postback_data": "…"`
/// (Exotel: send RCS message).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Postback {
    /// The data. None when the object holds none.
    pub data: Option<String>,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Object,
}

impl<T: Into<String>> From<T> for Text {
    /// Written as a string.
    fn from(body: T) -> Self {
        Self { body: body.into(), form: Form::Plain }
    }
}

impl<T: Into<String>> From<T> for Postback {
    /// Written as an object.
    fn from(data: T) -> Self {
        Self { data: Some(data.into()), form: Form::Object }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Text").field(&Mask(&self.body)).finish()
    }
}

impl fmt::Debug for Postback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Postback").field(&Mask(&self.data)).finish()
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(Some(&self.body), self.form, "body", serializer)
    }
}

impl Serialize for Postback {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.data.as_deref(), self.form, "data", serializer)
    }
}

fn write<S: Serializer>(
    text: Option<&str>,
    form: Form,
    member: &'static str,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if let (Some(text), Form::Plain) = (text, form) {
        return serializer.serialize_str(text);
    }
    let mut map = serializer.serialize_map(None)?;
    if let Some(text) = text {
        map.serialize_entry(member, text)?;
    }
    map.end()
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (body, form) = deserializer.deserialize_any(Wrapped("body"))?;
        Ok(Self { body: body.ok_or_else(|| de::Error::missing_field("body"))?, form })
    }
}

impl<'de> Deserialize<'de> for Postback {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (data, form) = deserializer.deserialize_any(Wrapped("data"))?;
        Ok(Self { data, form })
    }
}

/// Reads a string, or an object that holds it in this member.
struct Wrapped(&'static str);

impl<'de> Visitor<'de> for Wrapped {
    type Value = (Option<String>, Form);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a string, or an object with {}", self.0)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((Some(text.to_owned()), Form::Plain))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let members = Members::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok((members.read(self.0)?, Form::Object))
    }
}

crate::masked::shown!(Text, Postback);
member!(Text, Postback);

#[cfg(feature = "schema")]
mod schema {
    //! A string, or an object that holds it.

    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{Postback, Text};

    impl JsonSchema for Text {
        fn schema_name() -> Cow<'static, str> {
            "ExotelText".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "A text: a string, or an object with `body` as on WhatsApp.",
                "anyOf": [
                    { "type": "string" },
                    { "type": "object", "properties": { "body": { "type": "string" } }, "required": ["body"] },
                ],
            })
        }
    }

    impl JsonSchema for Postback {
        fn schema_name() -> Cow<'static, str> {
            "ExotelPostback".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "What the business attached to a suggestion: a string, or an object with `data`.",
                "anyOf": [
                    { "type": "string" },
                    { "type": "object", "properties": { "data": { "type": ["string", "null"] } } },
                ],
            })
        }
    }
}
