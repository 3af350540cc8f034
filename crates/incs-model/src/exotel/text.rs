//! Strings that may be wrapped in an object.

use std::fmt;

use incs_model_derive::MaskedDebug;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::object::{Aliases, Object, Spelled, Spelling, Writer};
use crate::json::Silent;
use crate::schema_of::schema_of;

/// A text from a user. On the wire a string, or an object with `body` as on WhatsApp; written back unchanged.
#[derive(Clone, PartialEq, Eq, MaskedDebug)]
#[non_exhaustive]
pub struct Text {
    /// The text.
    pub body: String,
    is_object: bool,
    spelling: Spelling,
}

/// The data that the business attached to a suggestion. Written back unchanged.
///
/// On the wire `"postback": {"data": "…"}` (Exotel: receive messages webhook; sampled only) or `"postback_data": "…"`
/// (Exotel: send RCS message).
#[derive(Clone, PartialEq, Eq, MaskedDebug)]
#[non_exhaustive]
pub struct Postback {
    /// The data. `None` when the object holds none.
    pub data: Option<String>,
    is_object: bool,
    spelling: Spelling,
}

impl<T: Into<String>> From<T> for Text {
    /// Creates a text that is written as a string.
    fn from(body: T) -> Self {
        Self { body: body.into(), is_object: false, spelling: Spelling::default() }
    }
}

impl<T: Into<String>> From<T> for Postback {
    /// Creates a postback that is written as an object.
    fn from(data: T) -> Self {
        Self { data: Some(data.into()), is_object: true, spelling: Spelling::default() }
    }
}

impl Spelled for Text {
    fn spelling(&self) -> &Spelling {
        &self.spelling
    }

    fn spelling_mut(&mut self) -> &mut Spelling {
        &mut self.spelling
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_object {
            let mut object = Writer::new(serializer, &self.spelling)?;
            object.required(&["body"], &self.body)?;
            object.end()
        } else {
            self.body.serialize(serializer)
        }
    }
}

impl Serialize for Postback {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.data {
            Some(data) if !self.is_object => data.serialize(serializer),
            data => {
                let mut object = Writer::new(serializer, &self.spelling)?;
                object.optional(&["data"], data)?;
                object.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (body, object) = deserializer.deserialize_any(Silent(StringOrObject(&["body"])))?;
        let body = body.ok_or_else(|| D::Error::missing_field("body"))?;
        Ok(Self { body, is_object: object.is_some(), spelling: object.unwrap_or_default() })
    }
}

impl<'de> Deserialize<'de> for Postback {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (data, object) = deserializer.deserialize_any(Silent(StringOrObject(&["data"])))?;
        Ok(Self { data, is_object: object.is_some(), spelling: object.unwrap_or_default() })
    }
}

/// Reads a string, or an object that holds it in this member, and the spelling of the object.
struct StringOrObject(Aliases);

impl<'de> Visitor<'de> for StringOrObject {
    type Value = (Option<String>, Option<Spelling>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a string, or an object with {}", self.0.concat())
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((Some(text.to_owned()), None))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut object = Object::deserialize(MapAccessDeserializer::new(map))?;
        let text = object.optional(self.0)?;
        Ok((text, Some(object.take_spelling())))
    }
}

schema_of!(Text as "ExotelText", _generator => {
    schemars::json_schema!({
        "description": "A text: a string, or an object with `body` as on WhatsApp.",
        "anyOf": [
            { "type": "string" },
            { "type": "object", "properties": { "body": { "type": "string" } }, "required": ["body"] },
        ],
    })
});

schema_of!(Postback as "ExotelPostback", _generator => {
    schemars::json_schema!({
        "description": "What the business attached to a suggestion: a string, or an object with `data`.",
        "anyOf": [
            { "type": "string" },
            { "type": "object", "properties": { "data": { "type": ["string", "null"] } } },
        ],
    })
});
