//! The body of one POST.

use std::fmt;

use incs_model_derive::WireStruct;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::item::{Item, Malformed, SmsItem};
use super::members::Members;
use crate::masked::Masked;
use crate::raw::RawJson;

/// The body of one POST. Every JSON text is one: what is not understood is kept in an [`Item`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Callback {
    /// `{"rcs": {"messages": […]}, "sms": {"messages": […]}}`.
    Nested(Nested),
    /// A body without `rcs` and `sms`: one element by itself. Only delivery reports are known to come so (Exotel: send RCS
    /// message); a body that is nothing known is an [`Item::Unknown`] or [`Item::Malformed`] here.
    Flat(Item),
}

/// A body by channel. Both lists may come together.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ExotelNested"))]
#[non_exhaustive]
pub struct Nested {
    /// Messages of users (Exotel: receive messages webhook) and delivery reports (Exotel: RCS status callback).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rcs: Option<Batch<Item>>,
    /// Delivery reports about SMS that were sent instead (Exotel: RCS status callback).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<Batch<SmsItem>>,
}

/// What came for one channel: `{"messages": […]}`. Every sample has one element; any number is read.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Batch<T> {
    /// The elements, in the order they came.
    Items(Vec<T>),
    /// Not an object with a list; kept whole and written back as it came.
    Malformed(Malformed),
}

impl<T> Batch<T> {
    /// The elements.
    pub fn items(&self) -> &[T] {
        match self {
            Self::Items(items) => items,
            Self::Malformed(_) => &[],
        }
    }

    /// What came in place of a list.
    pub fn malformed(&self) -> Option<&Malformed> {
        match self {
            Self::Items(_) => None,
            Self::Malformed(malformed) => Some(malformed),
        }
    }
}

impl<T> From<Vec<T>> for Batch<T> {
    fn from(items: Vec<T>) -> Self {
        Self::Items(items)
    }
}

impl From<Nested> for Callback {
    fn from(nested: Nested) -> Self {
        Self::Nested(nested)
    }
}

impl From<Item> for Callback {
    /// The usual form, with one element.
    fn from(item: Item) -> Self {
        Self::Nested(Nested::new().with_rcs(vec![item]))
    }
}

impl Serialize for Callback {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nested(nested) => nested.serialize(serializer),
            Self::Flat(item) => item.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Callback {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        let is_nested = raw.decode::<Members>().is_ok_and(|members| members.has("rcs") || members.has("sms"));
        if !is_nested {
            return Ok(Self::Flat(Item::read(raw)));
        }
        Ok(match raw.decode() {
            Ok(nested) => Self::Nested(nested),
            Err(error) => Self::Flat(Item::Malformed(Malformed::new(raw, error))),
        })
    }
}

#[derive(Deserialize)]
struct Listed<T> {
    messages: Vec<T>,
}

#[derive(Serialize)]
struct Listing<'a, T> {
    messages: &'a [T],
}

impl<T: Serialize> Serialize for Batch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Items(items) => Listing { messages: items }.serialize(serializer),
            Self::Malformed(malformed) => malformed.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Batch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        // What serde derives would read a list as the members in their order; the error of a reader that does not is the right one.
        let read = if raw.get().starts_with('[') {
            raw.decode::<Members>().map(|_| Vec::new())
        } else {
            raw.decode::<Listed<T>>().map(|listed| listed.messages)
        };
        Ok(match read {
            Ok(messages) => Self::Items(messages),
            Err(error) => Self::Malformed(Malformed::new(raw, error)),
        })
    }
}

impl<T: fmt::Debug> fmt::Debug for Batch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Items(items) => f.debug_tuple("Items").field(items).finish(),
            Self::Malformed(malformed) => f.debug_tuple("Malformed").field(malformed).finish(),
        }
    }
}

impl Masked for Batch<Item> {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Masked for Batch<SmsItem> {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

crate::masked::shown!(Callback);

#[cfg(feature = "schema")]
mod schema {
    //! The bodies that are known; anything else is kept.

    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{Batch, Callback, Nested};
    use crate::exotel::Report;

    impl JsonSchema for Callback {
        fn schema_name() -> Cow<'static, str> {
            "ExotelCallback".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let nested = generator.subschema_for::<Nested>();
            let report = generator.subschema_for::<Report>();
            json_schema!({
                "description": "The body of one POST: lists by channel, or one delivery report by itself.",
                "anyOf": [nested, report, { "type": "object" }],
            })
        }
    }

    impl<T: JsonSchema> JsonSchema for Batch<T> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            format!("ExotelBatchOf{}", T::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let item = generator.subschema_for::<T>();
            json_schema!({
                "type": "object",
                "properties": { "messages": { "type": "array", "items": item } },
                "required": ["messages"],
            })
        }
    }
}
