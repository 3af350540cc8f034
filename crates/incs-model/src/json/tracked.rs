//! A deserializer that knows where it is.
//!
//! It works on slices of the body, one level at a time, so that every fault carries its pointer. That costs a scan per
//! level: it runs after a failure, and for members that came before the tag that types them. It lends nothing, so it
//! can stand in for any other deserializer of owned types.

use std::borrow::Cow;
use std::iter;
use std::vec;

use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::value::RawValue;

use super::error::{Fault, Found};
use super::object::from_object;

/// A string of the body, such as a member name; borrowed unless it holds escapes.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub(crate) struct Key<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// A JSON value of the body, not yet looked into.
#[derive(Clone, Copy)]
pub(crate) struct Tracked<'raw>(&'raw RawValue);

/// The prefix of the names by which `serde_json` asks its own deserializers for raw text.
const PRIVATE_NAME: &str = "$serde_json::private::";

impl<'raw> Tracked<'raw> {
    pub(crate) fn new(raw: &'raw RawValue) -> Self {
        Self(raw)
    }

    fn first_byte(self) -> u8 {
        self.0.get().bytes().next().unwrap_or(b' ')
    }

    /// One level of the value. The text is JSON, so it fails only where Rust's types are narrower than JSON's.
    fn read<T: Deserialize<'raw>>(self) -> Result<T, Fault> {
        serde_json::from_str(self.0.get()).map_err(|_| match self.first_byte() {
            b'"' => Fault::new("a string of whole Unicode characters", Found::String),
            b'{' => Fault::new("an object whose names are whole Unicode characters", Found::Object),
            b'[' => Fault::new("an array", Found::Array),
            _ => Fault::new("a number within the range of a 64-bit float", Found::Number),
        })
    }

    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.first_byte() {
            b'n' => visitor.visit_unit(),
            b't' => visitor.visit_bool(true),
            b'f' => visitor.visit_bool(false),
            b'"' => visitor.visit_str(&self.read::<Key<'raw>>()?.0),
            b'[' => {
                let items: Vec<&'raw RawValue> = self.read()?;
                visitor.visit_seq(Items { items: items.into_iter(), index: 0 })
            }
            b'{' => {
                let Members(members) = self.read()?;
                visitor.visit_map(Object { members: members.into_iter(), value: None })
            }
            _ => self.visit_number(visitor),
        }
    }

    fn visit_number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let number: serde_json::Number = self.read()?;
        if let Some(value) = number.as_u64() {
            visitor.visit_u64(value)
        } else if let Some(value) = number.as_i64() {
            visitor.visit_i64(value)
        } else {
            visitor.visit_f64(number.as_f64().unwrap_or(f64::MAX))
        }
    }
}

impl<'de> Deserializer<'de> for Tracked<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.first_byte() == b'n' { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        if name.starts_with(PRIVATE_NAME) {
            return visitor.visit_map(MapDeserializer::new(iter::once((name, self.0.get()))));
        }
        visitor.visit_newtype_struct(self)
    }

    /// Records take arrays too, member by member; of a bad one it says more that it is no object.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.first_byte() {
            b'[' => self.visit(visitor).map_err(|_| Fault::new("an object", Found::Array)),
            _ => self.visit(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.first_byte() {
            b'"' => visitor.visit_enum(StrDeserializer::<Fault>::new(&self.read::<Key<'_>>()?.0)),
            _ => self.visit(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier
    }
}

struct Items<'raw> {
    items: vec::IntoIter<&'raw RawValue>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Tracked(item)).map(Some).map_err(|fault| fault.under_index(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Object<'raw> {
    members: vec::IntoIter<(Key<'raw>, &'raw RawValue)>,
    value: Option<(Key<'raw>, &'raw RawValue)>,
}

impl<'de> MapAccess<'de> for Object<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.members.next() else { return Ok(None) };
        let name = seed.deserialize(StrDeserializer::<Fault>::new(&key.0))?;
        self.value = Some((key, value));
        Ok(Some(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some((key, value)) = self.value.take() else {
            return Err(Fault::custom("a member name before its value"));
        };
        seed.deserialize(Tracked(value)).map_err(|fault| fault.under_key(&key.0))
    }
}

/// The members of one object, in order, duplicates included.
#[derive(Deserialize)]
#[serde(transparent)]
struct Members<'raw>(#[serde(borrow, deserialize_with = "from_object")] Vec<(Key<'raw>, &'raw RawValue)>);
