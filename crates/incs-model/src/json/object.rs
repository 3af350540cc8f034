//! Reading an object member by member.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::silent::Silent;

/// A type that is read from the members of an object.
pub(crate) trait ReadMembers<'de>: Sized {
    fn read_members<A: MapAccess<'de>>(members: A) -> Result<Self, A::Error>;
}

/// Reads all members in order, including duplicates.
impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> ReadMembers<'de> for Vec<(K, V)> {
    fn read_members<A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut entries = Self::new();
        while let Some(entry) = members.next_entry()? {
            entries.push(entry);
        }
        Ok(entries)
    }
}

/// Reads such a type.
pub(crate) fn from_object<'de, T: ReadMembers<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ObjectVisitor<T>(PhantomData<T>);

    impl<'de, T: ReadMembers<'de>> Visitor<'de> for ObjectVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
            T::read_members(members)
        }
    }

    // With `deserialize_map`, `serde_json` would put any other value into its error.
    deserializer.deserialize_any(Silent(ObjectVisitor(PhantomData)))
}

/// Reads a struct from an object only. (serde also reads one from an array, member by member.)
pub(crate) fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    InObject::deserialize(deserializer).map(|InObject(value)| value)
}

/// Reads a struct that may be absent from an object only.
pub(crate) fn object_or_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer).map(|value| value.map(|InObject(value)| value))
}

struct InObject<T>(T);

impl<'de, T: Deserialize<'de>> ReadMembers<'de> for InObject<T> {
    fn read_members<A: MapAccess<'de>>(members: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for InObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_object(deserializer)
    }
}

/// Keeps the value of a member, and refuses a second one, since it is unclear which one was meant.
pub(crate) fn once<T, E: Error>(slot: &mut Option<T>, value: T, member: &'static str) -> Result<(), E> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(member)),
    }
}

/// Keeps the value of a member that may be null, and refuses a second one.
pub(crate) fn once_or_null<T, E: Error>(slot: &mut Option<T>, value: Option<T>, member: &'static str) -> Result<(), E> {
    match value {
        Some(value) => once(slot, value, member),
        None if slot.is_none() => Ok(()),
        None => Err(E::duplicate_field(member)),
    }
}
