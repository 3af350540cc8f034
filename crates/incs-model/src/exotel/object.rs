//! Reads and writes the members of an object, in any spelling of their names.
//!
//! A member is looked up by its documented name first, then by the other names that a page or a sample gives it, each with exact
//! case first and then ignoring case; the first one that can be read counts. An optional member that cannot be read is absent. The
//! name on the wire is kept, so that the value is written back unchanged.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error, MapAccess};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::nullable::Nullable;
use crate::json::{Key, RawJson, ReadMembers, Tracked, compose, from_object, is_blank, replay};

/// The documented name of a member, and its other names.
pub(super) type Aliases = &'static [&'static str];

fn documented(names: Aliases) -> &'static str {
    names.first().copied().unwrap_or_default()
}

/// Reports whether the member `wire_name` is the one documented as `name`, ignoring case.
fn is_named(wire_name: &str, name: &str) -> bool {
    wire_name.eq_ignore_ascii_case(name)
}

/// The form of an object's members that the fields do not record.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Spelling {
    own: Names,
    /// Names of the object that holds this one, if that object cannot keep them.
    outer: Names,
    /// Members that could not be read.
    unread: Vec<(Box<str>, RawJson)>,
}

/// Documented names and the names on the wire.
#[derive(Clone, Default, PartialEq, Eq)]
struct Names(Vec<(&'static str, Box<str>)>);

impl Names {
    fn of<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.iter().find(|(documented, _)| *documented == name).map_or(name, |(_, wire_name)| wire_name)
    }
}

impl Spelling {
    /// Returns the name to write for a documented one.
    pub(super) fn of<'a>(&'a self, name: &'a str) -> &'a str {
        self.own.of(name)
    }

    /// Returns the name to write for a documented one in the object that holds this one.
    pub(super) fn of_outer<'a>(&'a self, name: &'a str) -> &'a str {
        self.outer.of(name)
    }

    /// Adds a name.
    pub(super) fn add(&mut self, documented: &'static str, wire_name: &str) {
        if wire_name != documented {
            self.own.0.push((documented, wire_name.into()));
        }
    }
}

/// A value that keeps the names of its members and of the members of its parent object.
pub(super) trait Spelled: Sized {
    fn spelling(&self) -> &Spelling;

    fn spelling_mut(&mut self) -> &mut Spelling;

    /// Takes over the spelling of the object that holds it.
    fn within(mut self, outer: Spelling) -> Self {
        self.spelling_mut().outer = outer.own;
        self
    }
}

impl fmt::Debug for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { own, outer, unread } = self;
        write!(f, "Spelling(<{} names, {} unread>)", own.0.len() + outer.0.len(), unread.len())
    }
}

impl crate::masked::Masked for Spelling {}

/// The members of an object in their original order.
#[derive(Default)]
pub(super) struct Object {
    members: Vec<Member>,
    spelling: Spelling,
}

struct Member {
    name: Box<str>,
    raw: Box<RawValue>,
    /// True when the member was looked up, under any of its names.
    is_known: bool,
    /// The result of reading it: success, or an error.
    read: Option<Result<(), String>>,
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
    /// Reports whether the member is present and not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|member| is_named(&member.name, name) && member.has_value())
    }

    /// Reports whether the member is present and not blank.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.members.iter().any(|member| is_named(&member.name, name) && !is_blank(&member.raw))
    }

    /// Returns the members of these names that have a value, the preferred one first.
    fn named(&mut self, names: Aliases) -> Vec<&mut Member> {
        let rank = |wire_name: &str| {
            let ranks = names.iter().enumerate().filter(|(_, name)| is_named(wire_name, name));
            ranks.map(|(index, name)| (index, wire_name != *name)).next()
        };
        let mut found: Vec<_> = self.members.iter_mut().filter_map(|m| Some((rank(&m.name)?, m))).collect();
        for (_, member) in &mut found {
            member.is_known = true;
        }
        found.retain(|(_, member)| member.has_value());
        // A value counts more than a blank one, in any spelling.
        found.sort_by_key(|(rank, member)| (is_blank(&member.raw), *rank));
        found.into_iter().map(|(_, member)| member).collect()
    }

    fn note<T>(&mut self, names: Aliases, found: Option<(Box<str>, T)>) -> Option<T> {
        let (wire_name, value) = found?;
        self.spelling.add(documented(names), &wire_name);
        Some(value)
    }

    /// Reads a required member.
    pub(super) fn required<T: DeserializeOwned, E: Error>(&mut self, names: Aliases) -> Result<T, E> {
        self.content(names)?.ok_or_else(|| E::missing_field(documented(names)))
    }

    /// Reads a member that must be readable if it is present; null means absent.
    fn content<T: DeserializeOwned, E: Error>(&mut self, names: Aliases) -> Result<Option<T>, E> {
        let first = self.named(names).into_iter().next();
        let found = first.map(|member| Ok((member.name.clone(), member.read()?))).transpose()?;
        Ok(self.note(names, found))
    }

    /// Reads the member that holds the content of an object; null, `""` and `{}` mean absent, unless its type takes them.
    pub(super) fn content_or_blank<T: DeserializeOwned, E: Error>(&mut self, names: Aliases) -> Result<Option<T>, E> {
        let is_blank = self.named(names).first().is_some_and(|member| is_blank(&member.raw));
        match self.content(names) {
            Err(_) if is_blank => Ok(None),
            read => read,
        }
    }

    /// Reads an optional member; null and an unreadable value mean absent. The latter is kept to be written back.
    #[allow(clippy::unnecessary_wraps, reason = "`members!` calls all these methods alike")]
    pub(super) fn optional<T: DeserializeOwned, E: Error>(&mut self, names: Aliases) -> Result<Option<T>, E> {
        let found = self.readable(names, |_| true);
        if found.is_none() {
            let unread = self.named(names).into_iter().next();
            let unread = unread.map(|member| (member.name.clone(), RawJson::from_value(member.raw.clone())));
            self.spelling.unread.extend(unread);
        }
        Ok(found)
    }

    /// Reads the first of these members that fits and can be read.
    pub(super) fn readable<T: DeserializeOwned>(&mut self, names: Aliases, fits: fn(&RawValue) -> bool) -> Option<T> {
        let found = self.named(names).into_iter().filter(|member| fits(&member.raw)).find_map(|member| {
            let read = T::deserialize(Tracked::new(&member.raw).optional());
            let read = read.map_err(|fault| fault.under_key(&member.name).to_string());
            member.read = Some(read.as_ref().map(|_| ()).map_err(Clone::clone));
            Some((member.name.clone(), read.ok()?))
        });
        self.note(names, found)
    }

    /// Reads a whole number, or a string of its digits.
    pub(super) fn number<E: Error>(&mut self, names: Aliases) -> Result<Option<u64>, E> {
        #[derive(Deserialize)]
        struct Number(#[serde(deserialize_with = "crate::number::read_u64")] u64);

        Ok(self.optional(names)?.map(|Number(number)| number))
    }

    /// Reads a member for which null has a meaning.
    pub(super) fn nullable<T: DeserializeOwned, E: Error>(&mut self, names: Aliases) -> Result<Nullable<T>, E> {
        if let Some(value) = self.optional(names)? {
            return Ok(Nullable::Value(value));
        }
        let null = self.members.iter().find(|member| is_named(&member.name, documented(names)) && !member.has_value());
        let null = null.map(|member| (member.name.clone(), Nullable::Null));
        Ok(self.note(names, null).unwrap_or(Nullable::Absent))
    }

    /// Reads a member that may be present only once, ignoring case, and its name on the wire.
    pub(super) fn once<T: DeserializeOwned, E: Error>(&self, name: &'static str) -> Result<Option<(&str, T)>, E> {
        let mut found = self.members.iter().filter(|member| is_named(&member.name, name) && member.has_value());
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(E::duplicate_field(name)),
            (member, None) => member.map(|member| Ok((&*member.name, member.read()?))).transpose(),
        }
    }

    /// Checks that one of these members was read.
    pub(super) fn one_of<E: Error>(&self, names: Aliases) -> Result<(), E> {
        let is_one = |member: &&Member| names.iter().any(|name| is_named(&member.name, name));
        let reads = || self.members.iter().filter(is_one).filter_map(|member| member.read.as_ref());
        if names.is_empty() || reads().any(Result::is_ok) {
            return Ok(());
        }
        let fault = reads().find_map(|read| read.as_ref().err());
        Err(fault.map_or_else(|| E::missing_field(documented(names)), E::custom))
    }

    /// Returns the members that were not looked up.
    #[allow(clippy::unnecessary_wraps, reason = "`members!` calls all these methods alike")]
    pub(super) fn extra<E: Error>(&mut self, _: Aliases) -> Result<BTreeMap<String, RawJson>, E> {
        let extra = self.members.iter().filter(|member| !member.is_known);
        Ok(extra.map(|member| (member.name.to_string(), RawJson::from_value(member.raw.clone()))).collect())
    }

    /// Returns the spelling of the names that were looked up.
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
        let members = members.map(|(Key(name), raw)| Member { name: name.into(), raw, is_known: false, read: None });
        Ok(Self { members: members.collect(), spelling: Spelling::default() })
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_object(deserializer)
    }
}

/// Writes an object with its original names.
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

    pub(super) fn required<T: Serialize>(&mut self, names: Aliases, value: &T) -> Result<(), M::Error> {
        self.map.serialize_entry(self.spelling.of(documented(names)), value)
    }

    pub(super) fn optional<T: Serialize>(&mut self, names: Aliases, value: &Option<T>) -> Result<(), M::Error> {
        value.iter().try_for_each(|value| self.required(names, value))
    }

    pub(super) fn number(&mut self, names: Aliases, value: &Option<u64>) -> Result<(), M::Error> {
        self.optional(names, value)
    }

    pub(super) fn nullable<T: Serialize>(&mut self, names: Aliases, value: &Nullable<T>) -> Result<(), M::Error> {
        match value {
            Nullable::Absent => Ok(()),
            Nullable::Null => self.required(names, &()),
            Nullable::Value(value) => self.required(names, value),
        }
    }

    pub(super) fn extra(&mut self, _: Aliases, members: &BTreeMap<String, RawJson>) -> Result<(), M::Error> {
        members.iter().try_for_each(|(name, value)| self.map.serialize_entry(name, value))
    }

    pub(super) fn end(mut self) -> Result<M::Ok, M::Error> {
        self.spelling.unread.iter().try_for_each(|(name, raw)| self.map.serialize_entry(name, raw))?;
        self.map.end()
    }
}

/// Implements serde for a struct with a `spelling`: each field with the method of [`Object`] and [`Writer`] that reads and
/// writes it, and its names. At least one of the members after `one_of` must be present. (Feature `schema`) `complete_schema`
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

        impl $crate::exotel::object::Spelled for $type {
            fn spelling(&self) -> &$crate::exotel::object::Spelling {
                &self.spelling
            }

            fn spelling_mut(&mut self) -> &mut $crate::exotel::object::Spelling {
                &mut self.spelling
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

/// Reads a number, or a string that holds one, and returns the original JSON beside it.
pub(super) fn read_number<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<(T, RawJson), D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let text = serde_json::from_str::<String>(raw.get());
    let number = match parse(text.as_deref().unwrap_or(raw.get()).trim()) {
        Some(number) => number,
        None => T::deserialize(Tracked::new(&raw).optional()).map_err(D::Error::custom)?,
    };
    Ok((number, RawJson::from_value(raw)))
}
