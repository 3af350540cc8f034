//! Errors without values, for any deserializer.
//!
//! serde's own methods put a value of the wrong type into the error (`invalid type: string "…"`), and frameworks show that error
//! to the sender of the body, or log it. `decode` replaces such errors; this module keeps values out of those that plain
//! `serde_json` makes with the visitors of this crate.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, EnumAccess, MapAccess, SeqAccess, Unexpected, Visitor};

use super::error::{Fault, Found};

/// Requests a string.
pub(super) const TEXT: &str = "$incs::text";

/// Returns the kind of a value for a serde error, without the value.
pub(crate) fn hidden(found: Found) -> Unexpected<'static> {
    Unexpected::Other(found.code())
}

/// Keeps values out of the errors of a visitor: each value is first passed with an error type that holds none.
pub(crate) struct Silent<V>(pub(crate) V);

fn silent<T, E: de::Error>(read: Result<T, Fault>) -> Result<T, E> {
    read.map_err(|fault| {
        if fault.pointer.is_empty() {
            E::invalid_value(hidden(fault.found), &fault.expected.as_str())
        } else {
            E::custom(fault)
        }
    })
}

macro_rules! visit_silently {
    ($($method:ident($type:ty),)+) => {$(
        fn $method<E: de::Error>(self, value: $type) -> Result<V::Value, E> {
            silent(self.0.$method(value))
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Silent<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    visit_silently! {
        visit_bool(bool),
        visit_i64(i64),
        visit_i128(i128),
        visit_u64(u64),
        visit_u128(u128),
        visit_f64(f64),
        visit_char(char),
        visit_str(&str),
        visit_borrowed_str(&'de str),
        visit_string(String),
        visit_bytes(&[u8]),
        visit_borrowed_bytes(&'de [u8]),
        visit_byte_buf(Vec<u8>),
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(deserializer)
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(values)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(members)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(data)
    }
}

/// Reads a string.
pub(crate) fn text<'de, T: From<String>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    read_text(deserializer).map(|text| T::from(text.into_owned()))
}

fn read_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_newtype_struct(TEXT, Silent(TextVisitor))
    } else {
        deserializer.deserialize_str(TextVisitor)
    }
}

/// A string of the body, such as a member name; borrowed unless it contains escapes.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer).map(Self)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    /// Called by any other deserializer. With `deserialize_string`, `serde_json` would put any other value into its error.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_any(Silent(self))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text))
    }
}
