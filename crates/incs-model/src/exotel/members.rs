//! The members of an object, under whichever name they came.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer};
use serde_json::value::RawValue;

use crate::decode::{Key, compose, read_object, replay};
use crate::raw::RawJson;

/// A value that may stand in a member.
pub(super) trait Member: Sized {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

/// Declares types that are read as their `Deserialize` says.
macro_rules! member {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::exotel::members::Member for $type {
            fn read<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$type as ::serde::Deserialize>::deserialize(deserializer)
            }

            #[cfg(feature = "schema")]
            fn schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                generator.subschema_for::<$type>()
            }
        }
    )+};
}
pub(super) use member;

member!(String, RawJson, crate::Address, crate::WireTime, crate::id::MessageId, crate::id::MediaType);

/// A whole number; digits in a string are read too.
impl Member for u64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::number::read_u64(deserializer)
    }

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        if crate::schema::shape::is_strict(generator) {
            schemars::json_schema!({ "type": "integer", "minimum": 0 })
        } else {
            schemars::json_schema!({ "type": ["integer", "string"], "minimum": 0, "pattern": "^\\+?[0-9]+$" })
        }
    }
}

/// Which members came under another name than the documented one, so that they are written back as they came.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Spelling(Vec<(&'static str, &'static str)>);

impl Spelling {
    pub(super) fn note(&mut self, documented: &'static str, came: &'static str) {
        self.0.push((documented, came));
    }

    /// The name under which to write the member whose documented name is `name`.
    pub(super) fn of(&self, name: &'static str) -> &'static str {
        self.0.iter().find(|(documented, _)| *documented == name).map_or(name, |(_, came)| came)
    }
}

/// The members of an object in the order they came.
#[derive(Default)]
pub(super) struct Members(Vec<(Box<str>, Box<RawValue>)>);

impl Members {
    /// Whether the member is there and not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether the member is this text.
    pub(super) fn is_text(&self, name: &str, text: &str) -> bool {
        let read = |raw: &RawValue| serde_json::from_str::<String>(raw.get());
        self.find(name).is_some_and(|raw| read(raw).is_ok_and(|found| found == text))
    }

    fn find(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(known, raw)| **known == *name && !is_null(raw)).map(|(_, raw)| &**raw)
    }

    /// Reads a member; null is absent.
    pub(super) fn read<T: Member, E: de::Error>(&self, name: &'static str) -> Result<Option<T>, E> {
        self.find(name).map(|raw| replay(Seed(PhantomData), name, raw)).transpose()
    }

    /// Takes a member whose name may be written with any letters, small or capital.
    pub(super) fn take_any_case(&mut self, name: &str) -> Option<(Box<str>, Box<RawValue>)> {
        let index = self.0.iter().position(|(known, raw)| known.eq_ignore_ascii_case(name) && !is_null(raw))?;
        Some(self.0.remove(index))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn insert(&mut self, index: usize, name: &str, raw: Box<RawValue>) {
        self.0.insert(index.min(self.0.len()), (name.into(), raw));
    }

    pub(super) fn push(&mut self, name: Cow<'_, str>, raw: Box<RawValue>) {
        self.0.push((name.into(), raw));
    }

    /// The object again.
    pub(super) fn into_raw<E: de::Error>(self) -> Result<RawJson, E> {
        compose(self.0.iter().map(|(name, raw)| (&**name, raw.get())))
    }
}

pub(super) fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}

/// Reads a value.
pub(super) struct Seed<T>(pub(super) PhantomData<T>);

impl<'de, T: Member> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

read_object!(Members, map => {
    let mut map = map;
    let mut members = Members::default();
    while let Some(Key(name)) = map.next_key()? {
        members.push(name, map.next_value()?);
    }
    Ok(members)
});
