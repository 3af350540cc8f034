//! Reads and writes the members of an object, whichever way their names are spelled.
//!
//! A member is looked up by its documented name first, then by the other names that a page or a sample gives it; of several
//! the first that is not null counts. The name that came is kept, so that the value is written back the way it came.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error, MapAccess};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::nullable::Nullable;
use crate::json::{Key, RawJson, ReadMembers, Tracked, compose, from_object, replay};

/// The names that the tables write with a capital letter and the samples without.
const ANY_CASE: [&str; 4] = ["suggested", "response", "reply", "action"];

/// The documented name of a member, and the other names it comes under.
pub(super) type Names = &'static [&'static str];

fn documented(names: Names) -> &'static str {
    names.first().copied().unwrap_or_default()
}

/// Reports whether the member that came as `came` is the one documented as `name`.
fn is_named(came: &str, name: &str) -> bool {
    came == name || (ANY_CASE.contains(&name) && came.eq_ignore_ascii_case(name))
}

/// The names that did not come in the documented spelling.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Spelling(Vec<(&'static str, Box<str>)>);

impl Spelling {
    /// The name to write for the documented one.
    pub(super) fn of<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.iter().find(|(documented, _)| *documented == name).map_or(name, |(_, came)| came)
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl crate::masked::Masked for Spelling {}

/// The members of an object in the order they came.
#[derive(Default)]
pub(super) struct Object {
    members: Vec<Member>,
    spelling: Spelling,
}

struct Member {
    name: Box<str>,
    raw: Box<RawValue>,
    /// Whether the member was asked for, under any of its names.
    is_known: bool,
}

impl Member {
    fn has_value(&self) -> bool {
        self.raw.get() != "null"
    }

    fn read<T: DeserializeOwned, E: Error>(&self) -> Result<T, E> {
        replay(PhantomData, &self.name, &self.raw)
    }
}

impl Object {
    /// Reports whether the member is there and not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|member| is_named(&member.name, name) && member.has_value())
    }

    /// Reads a member that must be there.
    pub(super) fn required<T: DeserializeOwned, E: Error>(&mut self, names: Names) -> Result<T, E> {
        self.optional(names)?.ok_or_else(|| E::missing_field(documented(names)))
    }

    /// Reads a member; null is absent.
    pub(super) fn optional<T: DeserializeOwned, E: Error>(&mut self, names: Names) -> Result<Option<T>, E> {
        for member in &mut self.members {
            member.is_known |= names.iter().any(|name| is_named(&member.name, name));
        }
        let values = self.members.iter().filter(|member| member.has_value());
        let Some(member) = names.iter().find_map(|name| values.clone().find(|member| is_named(&member.name, name)))
        else {
            return Ok(None);
        };
        if *member.name != *documented(names) {
            self.spelling.0.push((documented(names), member.name.clone()));
        }
        member.read().map(Some)
    }

    /// Reads a whole number, or a string of its digits.
    pub(super) fn number<E: Error>(&mut self, names: Names) -> Result<Option<u64>, E> {
        #[derive(Deserialize)]
        struct Number(#[serde(deserialize_with = "crate::number::read_u64")] u64);

        Ok(self.optional(names)?.map(|Number(number)| number))
    }

    /// Reads a member whose null means something.
    pub(super) fn nullable<T: DeserializeOwned, E: Error>(&mut self, names: Names) -> Result<Nullable<T>, E> {
        Ok(match self.optional(names)? {
            Some(value) => Nullable::Value(value),
            None if self.members.iter().any(|member| is_named(&member.name, documented(names))) => Nullable::Null,
            None => Nullable::Absent,
        })
    }

    /// Reads a member that must not be there twice; null is for the type to read.
    pub(super) fn once<T: DeserializeOwned, E: Error>(&self, name: &'static str) -> Result<Option<T>, E> {
        let mut found = self.members.iter().filter(|member| is_named(&member.name, name));
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(E::duplicate_field(name)),
            (member, None) => member.map(Member::read).transpose(),
        }
    }

    /// Checks that one of these members is there.
    pub(super) fn one_of<E: Error>(&self, names: Names) -> Result<(), E> {
        let is_there = names.is_empty() || names.iter().any(|name| self.has(name));
        if is_there { Ok(()) } else { Err(E::missing_field(documented(names))) }
    }

    /// Returns the members that were not asked for.
    #[allow(clippy::unnecessary_wraps, reason = "`members!` calls all these methods alike")]
    pub(super) fn extra<E: Error>(&mut self, _: Names) -> Result<BTreeMap<String, RawJson>, E> {
        let extra = self.members.iter().filter(|member| !member.is_known);
        Ok(extra.map(|member| (member.name.to_string(), RawJson::from_value(member.raw.clone()))).collect())
    }

    /// Returns the spelling of the names that were asked for.
    pub(super) fn take_spelling(&mut self) -> Spelling {
        std::mem::take(&mut self.spelling)
    }

    /// Returns all members as one object, without spaces between them.
    pub(super) fn to_raw<E: Error>(&self) -> Result<RawJson, E> {
        compose(self.members.iter().map(|member| (&*member.name, member.raw.get())))
    }
}

impl<'de> ReadMembers<'de> for Object {
    fn read_members<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let members = Vec::read_members(map)?.into_iter();
        let members = members.map(|(Key(name), raw)| Member { name: name.into(), raw, is_known: false });
        Ok(Self { members: members.collect(), spelling: Spelling::default() })
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_object(deserializer)
    }
}

/// Writes an object with the names spelled as they came.
pub(super) struct Writer<'a, M> {
    map: M,
    spelling: &'a Spelling,
}

#[allow(clippy::ref_option, reason = "`members!` hands over every field by reference")]
impl<'a, M: SerializeMap> Writer<'a, M> {
    pub(super) fn new<S>(serializer: S, spelling: &'a Spelling) -> Result<Self, S::Error>
    where
        S: Serializer<SerializeMap = M>,
    {
        Ok(Self { map: serializer.serialize_map(None)?, spelling })
    }

    pub(super) fn required<T: Serialize>(&mut self, names: Names, value: &T) -> Result<(), M::Error> {
        self.map.serialize_entry(self.spelling.of(documented(names)), value)
    }

    pub(super) fn optional<T: Serialize>(&mut self, names: Names, value: &Option<T>) -> Result<(), M::Error> {
        value.iter().try_for_each(|value| self.required(names, value))
    }

    pub(super) fn number(&mut self, names: Names, value: &Option<u64>) -> Result<(), M::Error> {
        self.optional(names, value)
    }

    pub(super) fn nullable<T: Serialize>(&mut self, names: Names, value: &Nullable<T>) -> Result<(), M::Error> {
        match value {
            Nullable::Absent => Ok(()),
            Nullable::Null => self.required(names, &()),
            Nullable::Value(value) => self.required(names, value),
        }
    }

    pub(super) fn extra(&mut self, _: Names, members: &BTreeMap<String, RawJson>) -> Result<(), M::Error> {
        members.iter().try_for_each(|(name, value)| self.map.serialize_entry(name, value))
    }

    pub(super) fn end(self) -> Result<M::Ok, M::Error> {
        self.map.end()
    }
}

/// Implements serde for a struct with a `spelling`: each field with the method of [`Object`] and [`Writer`] that reads and
/// writes it, and its names. Of the members after `one_of` at least one must be there. (Feature `schema`) `complete_schema`
/// turns the derived schema into that of the wire.
macro_rules! members {
    ($type:ident { $( $field:ident: $method:ident($($name:literal)|*) ),* $(,)? } $(one_of $($one:literal)|+)?) => {
        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut object = $crate::exotel::object::Object::deserialize(deserializer)?;
                $( let $field = object.$method(&[$($name),*])?; )*
                object.one_of(&[$($($one),+)?])?;
                Ok(Self { $( $field, )* spelling: object.take_spelling() })
            }
        }

        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut object = $crate::exotel::object::Writer::new(serializer, &self.spelling)?;
                $( object.$method(&[$($name),*], &self.$field)?; )*
                object.end()
            }
        }

        #[cfg(feature = "schema")]
        #[allow(dead_code, reason = "not every such struct has a schema of its own")]
        impl $type {
            fn complete_schema(schema: &mut ::schemars::Schema) {
                let fields: &[(&str, &[&str])] = &[$( (stringify!($field), &[$($name),*]) ),*];
                $crate::exotel::schema::complete(schema, fields, &[$($($one),+)?]);
            }
        }
    };
}
pub(super) use members;

/// Reads a number, or a string that holds one, and returns the JSON that it came as beside it.
pub(super) fn read_number<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<(T, RawJson), D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let text = serde_json::from_str::<String>(raw.get());
    let number = match parse(text.as_deref().unwrap_or(raw.get()).trim()) {
        Some(number) => number,
        None => T::deserialize(Tracked::new(&raw)).map_err(D::Error::custom)?,
    };
    Ok((number, RawJson::from_value(raw)))
}
