//! The members of an object, under whichever name they came.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer};
use serde_json::value::RawValue;

use super::nullable::Nullable;
use crate::decode::{Key, read_object, replay};
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
    /// The name under which to write the member whose documented name is `name`.
    pub(super) fn of(&self, name: &'static str) -> &'static str {
        self.0.iter().find(|(documented, _)| *documented == name).map_or(name, |(_, came)| came)
    }
}

/// The members of an object in the order they came; those that were asked for are taken out.
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

    /// Reads the first of these names that is there; null is absent. Another name than the first is noted down.
    pub(super) fn take<T: Member, E: de::Error>(
        &mut self,
        names: &[&'static str],
        spelling: &mut Spelling,
    ) -> Result<Option<T>, E> {
        let came = names.iter().copied().find(|name| self.has(name));
        let mut value = None;
        if let (Some(name), Some(&documented)) = (came, names.first()) {
            value = self.find(name).map(|raw| replay(Seed(PhantomData), name, raw)).transpose()?;
            if name != documented {
                spelling.0.push((documented, name));
            }
        }
        self.0.retain(|(known, _)| !names.contains(&&**known));
        Ok(value)
    }

    /// Like [`take`](Self::take) for a member that must be there.
    pub(super) fn require<T: Member, E: de::Error>(
        &mut self,
        names: &[&'static str],
        spelling: &mut Spelling,
    ) -> Result<T, E> {
        let documented = names.first().copied().unwrap_or_default();
        self.take(names, spelling)?.ok_or_else(|| E::missing_field(documented))
    }

    /// Like [`take`](Self::take) for a member that has one name only.
    pub(super) fn take_one<T: Member, E: de::Error>(&mut self, name: &'static str) -> Result<Option<T>, E> {
        self.take(&[name], &mut Spelling::default())
    }

    /// Reads a member whose null says something.
    pub(super) fn take_nullable<T: Member, E: de::Error>(&mut self, name: &'static str) -> Result<Nullable<T>, E> {
        let there = self.0.iter().any(|(known, _)| **known == *name);
        Ok(match self.take_one(name)? {
            Some(value) => Nullable::Value(value),
            None if there => Nullable::Null,
            None => Nullable::Absent,
        })
    }

    /// Takes a member whose name may be written with any letters, small or capital.
    pub(super) fn take_any_case(&mut self, name: &str) -> Option<(Box<str>, Box<RawValue>)> {
        let index = self.0.iter().position(|(known, raw)| known.eq_ignore_ascii_case(name) && !is_null(raw))?;
        Some(self.0.remove(index))
    }

    /// What was not taken.
    pub(super) fn into_rest(self) -> BTreeMap<String, RawJson> {
        self.0.into_iter().map(|(name, raw)| (name.into(), RawJson::from_value(raw))).collect()
    }
}

fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}

struct Seed<T>(PhantomData<T>);

impl<'de, T: Member> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

read_object!(Members, map => {
    let mut map = map;
    let mut members = Vec::new();
    while let Some(Key(name)) = map.next_key()? {
        members.push((name.into(), map.next_value()?));
    }
    Ok(Members(members))
});
