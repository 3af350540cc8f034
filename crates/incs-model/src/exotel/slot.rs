//! A member that is read as it comes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::members::{Member, Seed, Spelling, is_null};
use super::nullable::Nullable;
use crate::decode::replay;

/// What came of one member, under whichever of its names. The documented name is read at once; what came under another one
/// is kept unread, since the documented one may follow and counts more.
pub(super) struct Slot<T> {
    value: Option<T>,
    is_there: bool,
    others: Vec<(&'static str, Box<RawValue>)>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { value: None, is_there: false, others: Vec::new() }
    }
}

impl<T: Member> Slot<T> {
    /// Reads the member under its documented name. Null is absent; of several the first counts.
    pub(super) fn take<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        self.is_there = true;
        if self.value.is_some() {
            return map.next_value::<IgnoredAny>().map(drop);
        }
        self.value = map.next_value_seed(Maybe(PhantomData))?;
        Ok(())
    }

    /// Keeps the member under another of its names.
    pub(super) fn keep<'de, A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        let raw: Box<RawValue> = map.next_value()?;
        if !is_null(&raw) && !self.others.iter().any(|(known, _)| *known == name) {
            self.others.push((name, raw));
        }
        Ok(())
    }

    /// The first of `names` that came, which begin with the documented one. Another name is noted down.
    pub(super) fn finish<E: de::Error>(self, names: &[&'static str], spelling: &mut Spelling) -> Result<Option<T>, E> {
        if self.value.is_some() || self.others.is_empty() {
            return Ok(self.value);
        }
        let came = names.iter().find_map(|name| self.others.iter().find(|(known, _)| known == name));
        let (Some((name, raw)), Some(documented)) = (came, names.first()) else { return Ok(None) };
        spelling.note(documented, name);
        replay(Seed(PhantomData), name, raw).map(Some)
    }

    /// Like [`finish`](Self::finish) for a member that must be there.
    pub(super) fn require<E: de::Error>(self, names: &[&'static str], spelling: &mut Spelling) -> Result<T, E> {
        let documented = names.first().copied().unwrap_or_default();
        self.finish(names, spelling)?.ok_or_else(|| E::missing_field(documented))
    }

    /// Like [`finish`](Self::finish) for a member whose null says something.
    pub(super) fn nullable(self) -> Nullable<T> {
        match self.value {
            Some(value) => Nullable::Value(value),
            None if self.is_there => Nullable::Null,
            None => Nullable::Absent,
        }
    }
}

/// Reads a value, or null as nothing.
pub(super) struct Maybe<T>(pub(super) PhantomData<T>);

impl<'de, T: Member> DeserializeSeed<'de> for Maybe<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Member> Visitor<'de> for Maybe<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer).map(Some)
    }
}
