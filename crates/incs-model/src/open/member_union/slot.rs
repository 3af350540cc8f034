//! Reading a member union while the members of its object go by.

use std::marker::PhantomData;

use serde::de::{self, IgnoredAny, MapAccess};
use serde::ser::SerializeMap;
use serde_json::value::RawValue;

use super::unknown::UnknownMember;
use crate::decode::{Key, once, replay};

/// A union as [`Slot`] reads and writes it. The name of a kind is also that of its content member.
pub(crate) trait MemberUnion: Sized {
    /// The member that holds the kind.
    const TAG: &'static str;

    /// The name of a kind, if it is known.
    fn known(kind: &str) -> Option<&'static str>;

    /// Reads the content of a known kind.
    fn read<'de, R: ReadValue<'de>>(kind: &'static str, source: R) -> Result<Self, R::Error>;

    /// The value of a kind that has no content member.
    fn bare(kind: &str) -> Option<Self>;

    /// What is not known.
    fn unknown(unknown: UnknownMember) -> Self;

    /// The kind as it stands on the wire.
    fn wire_kind(&self) -> &str;

    /// Writes the content member, or all members of an unknown kind.
    fn write_content<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;

    /// Writes tag and content.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry(Self::TAG, self.wire_kind())?;
        self.write_content(map)
    }
}

/// Where a content value comes from: the live stream or a buffered piece.
pub(crate) trait ReadValue<'de> {
    type Error: de::Error;
    fn read<T: de::Deserialize<'de>>(self) -> Result<T, Self::Error>;
}

impl<'de, A: MapAccess<'de>> ReadValue<'de> for &mut A {
    type Error = A::Error;
    fn read<T: de::Deserialize<'de>>(self) -> Result<T, A::Error> {
        self.next_value()
    }
}

struct Buffered<'a, E>(&'a str, &'a RawValue, PhantomData<E>);

impl<'de, E: de::Error> ReadValue<'de> for Buffered<'_, E> {
    type Error = E;
    fn read<T: de::Deserialize<'de>>(self) -> Result<T, E> {
        replay(PhantomData::<T>, self.0, self.1)
    }
}

/// Collects tag and content of a union while the members of an object go by in any order.
pub(crate) struct Slot<U> {
    kind: Option<Kind>,
    value: Option<U>,
    kept: Vec<(Box<str>, Box<RawValue>)>,
}

enum Kind {
    Known(&'static str),
    Unknown(Box<str>),
}

impl<U: MemberUnion> Slot<U> {
    pub(crate) fn new() -> Self {
        Self { kind: None, value: None, kept: Vec::new() }
    }

    /// Takes the next member, whose name has been read.
    pub(crate) fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if key == U::TAG {
            if self.kind.is_some() {
                return Err(de::Error::duplicate_field(U::TAG));
            }
            let Key(kind) = map.next_value()?;
            self.kind = Some(U::known(&kind).map_or_else(|| Kind::Unknown(kind.into()), Kind::Known));
            return Ok(());
        }
        match &self.kind {
            Some(Kind::Known(kind)) if *kind == key => once(&mut self.value, U::read(kind, map)?, kind)?,
            Some(Kind::Known(_)) => drop(map.next_value::<IgnoredAny>()?),
            _ => self.kept.push((key.into(), map.next_value()?)),
        }
        Ok(())
    }

    /// The union, once all members have gone by.
    pub(crate) fn finish<E: de::Error>(self) -> Result<U, E> {
        match self.kind {
            None => Err(E::missing_field(U::TAG)),
            Some(Kind::Unknown(kind)) => Ok(U::unknown(UnknownMember::of_kind(kind, self.kept))),
            Some(Kind::Known(kind)) => {
                if let Some(value) = self.value {
                    return Ok(value);
                }
                match self.kept.iter().find(|(kept, _)| **kept == *kind) {
                    Some((_, raw)) => U::read(kind, Buffered(kind, raw, PhantomData)),
                    None => U::bare(kind).ok_or_else(|| E::missing_field(kind)),
                }
            }
        }
    }
}

/// Reads a union that fills its object alone.
pub(crate) fn read_alone<'de, U: MemberUnion, A: MapAccess<'de>>(mut map: A) -> Result<U, A::Error> {
    let mut slot = Slot::new();
    while let Some(Key(key)) = map.next_key()? {
        slot.take(&key, &mut map)?;
    }
    slot.finish()
}
