//! A deserializer that knows where it is.
//!
//! It works on slices of the body, one level at a time, so that every fault carries its pointer. That costs a scan per
//! level: it runs after a failure, and for members that came before the tag that types them. It lends nothing, so it
//! can stand in for any other deserializer of owned types. Members that ask for it are read leniently: see [`lenient`](super::lenient).

use std::borrow::Cow;
use std::iter;
use std::vec;

use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::value::RawValue;

use super::error::{Fault, Found};
use super::lenient::{CONTENT, LIST, OBJECT_OR_TEXT, OPTIONAL, WHOLE_NUMBER, parse_float};
use super::object::from_object;

/// A string of the body, such as a member name; borrowed unless it holds escapes.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub(crate) struct Key<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// A JSON value of the body, not yet looked into.
#[derive(Clone, Copy)]
pub(crate) struct Tracked<'raw> {
    raw: &'raw RawValue,
    /// True when the value may be absent, so that a number and a string of it are read for each other.
    is_optional: bool,
    /// The number of containers that may still be entered: as many as `serde_json` enters.
    depth_left: u8,
}

const DEPTH: u8 = 127;

/// The prefix of the names by which `serde_json` asks its own deserializers for raw text.
const PRIVATE_NAME: &str = "$serde_json::private::";

impl<'raw> Tracked<'raw> {
    pub(crate) fn new(raw: &'raw RawValue) -> Self {
        Self { raw, is_optional: false, depth_left: DEPTH }
    }

    fn first_byte(self) -> u8 {
        self.raw.get().bytes().next().unwrap_or(b' ')
    }

    /// One level of the value. The text is JSON, so it fails only where Rust's types are narrower than JSON's.
    fn read<T: Deserialize<'raw>>(self) -> Result<T, Fault> {
        serde_json::from_str(self.raw.get()).map_err(|_| match self.first_byte() {
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
            b'[' => visitor.visit_seq(self.items()?),
            b'{' => {
                let depth_left = self.enter("an object of fewer levels", Found::Object)?;
                let Members(members) = self.read()?;
                visitor.visit_map(Object { members: members.into_iter(), value: None, depth_left })
            }
            _ => self.visit_number(visitor),
        }
    }

    fn items(self) -> Result<Items<'raw>, Fault> {
        let depth_left = self.enter("an array of fewer levels", Found::Array)?;
        let items: Vec<&'raw RawValue> = self.read()?;
        Ok(Items { values: items.into_iter(), index: 0, depth_left })
    }

    fn enter(self, expected: &str, found: Found) -> Result<u8, Fault> {
        self.depth_left.checked_sub(1).ok_or_else(|| Fault::new(expected, found))
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

    /// The value of a member that may be absent.
    pub(crate) fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    /// The text of a string, or the digits of a number.
    fn scalar(self) -> Option<Cow<'raw, str>> {
        match self.first_byte() {
            b'"' => self.read().ok().map(|Key(text)| text),
            b'-' | b'0'..=b'9' => Some(self.raw.get().into()),
            _ => None,
        }
    }

    /// Offers a whole number in whichever way it is written, and the value itself where there is none.
    fn visit_whole<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let text = self.is_optional.then(|| self.scalar()).flatten();
        match text.as_deref().map(str::trim).and_then(Whole::parse) {
            Some(Whole::Unsigned(number)) => visitor.visit_u64(number),
            Some(Whole::Signed(number)) => visitor.visit_i64(number),
            None => self.visit(visitor),
        }
    }

    fn visit_float<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let text = if self.is_optional && self.first_byte() == b'"' { self.scalar() } else { None };
        match text.as_deref().and_then(parse_float) {
            Some(number) => visitor.visit_f64(number),
            None => self.visit(visitor),
        }
    }

    fn visit_text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.first_byte() {
            b'-' | b'0'..=b'9' if self.is_optional => visitor.visit_str(self.raw.get()),
            _ => self.visit(visitor),
        }
    }
}

/// Returns true for null, `""` and `{}`.
pub(crate) fn is_blank(raw: &RawValue) -> bool {
    match raw.get().as_bytes() {
        b"null" | b"\"\"" => true,
        [b'{', inner @ .., b'}'] => inner.trim_ascii().is_empty(),
        _ => false,
    }
}

enum Whole {
    Unsigned(u64),
    Signed(i64),
}

impl Whole {
    /// Digits, or a float without a fraction.
    fn parse(text: &str) -> Option<Self> {
        /// Up to here a float has a digit for each whole number.
        const LAST_EXACT: f64 = 9_007_199_254_740_992.0;

        if let Ok(number) = text.parse() {
            return Some(Self::Unsigned(number));
        }
        if let Ok(number) = text.parse() {
            return Some(Self::Signed(number));
        }
        let number = parse_float(text).filter(|number| number.fract() == 0.0 && number.abs() <= LAST_EXACT)?;
        #[allow(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
        let number = number as i64;
        Some(u64::try_from(number).map_or(Self::Signed(number), Self::Unsigned))
    }
}

/// Has each of these methods offer the value in a way of its own.
macro_rules! offer {
    ($($method:ident by $offer:ident,)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.$offer(visitor)
        }
    )+};
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
        match name {
            OPTIONAL => visitor.visit_seq(Maybe { value: Some(self.optional()), is_content: false }),
            CONTENT => visitor.visit_seq(Maybe { value: Some(self), is_content: true }),
            LIST if self.first_byte() == b'[' => match self.items() {
                Ok(items) => visitor.visit_seq(items),
                Err(_) => visitor.visit_none(),
            },
            LIST => visitor.visit_none(),
            OBJECT_OR_TEXT => match self.first_byte() {
                b'{' if !is_blank(self.raw) => self.visit(visitor),
                b'"' => match self.read() {
                    Ok(Key(text)) => visitor.visit_str(&text),
                    Err(_) => visitor.visit_unit(),
                },
                _ => visitor.visit_unit(),
            },
            WHOLE_NUMBER => self.visit_whole(visitor),
            _ if name.starts_with(PRIVATE_NAME) => {
                visitor.visit_map(MapDeserializer::new(iter::once((name, self.raw.get()))))
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.raw.get() {
            "\"true\"" if self.is_optional => visitor.visit_bool(true),
            "\"false\"" if self.is_optional => visitor.visit_bool(false),
            _ => self.visit(visitor),
        }
    }

    offer! {
        deserialize_i8 by visit_whole,
        deserialize_i16 by visit_whole,
        deserialize_i32 by visit_whole,
        deserialize_i64 by visit_whole,
        deserialize_u8 by visit_whole,
        deserialize_u16 by visit_whole,
        deserialize_u32 by visit_whole,
        deserialize_u64 by visit_whole,
        deserialize_f32 by visit_float,
        deserialize_f64 by visit_float,
        deserialize_str by visit_text,
        deserialize_string by visit_text,
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
        i128 u128 char bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier
    }
}

struct Items<'raw> {
    values: vec::IntoIter<&'raw RawValue>,
    index: usize,
    depth_left: u8,
}

impl<'raw> Items<'raw> {
    fn next(&mut self) -> Option<Tracked<'raw>> {
        let depth_left = self.depth_left;
        self.values.next().map(|raw| Tracked { depth_left, ..Tracked::new(raw) })
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(item).map(Some).map_err(|fault| fault.under_index(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.values.len())
    }
}

/// One value, if it can be read.
struct Maybe<'raw> {
    value: Option<Tracked<'raw>>,
    /// True when only a value that holds nothing may fail to be read.
    is_content: bool,
}

impl<'de> SeqAccess<'de> for Maybe<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(value) = self.value.take() else { return Ok(None) };
        if !self.is_content && value.first_byte() == b'n' {
            return Ok(None);
        }
        match seed.deserialize(value) {
            Ok(value) => Ok(Some(value)),
            Err(fault) if self.is_content && !is_blank(value.raw) => Err(fault),
            Err(_) => Ok(None),
        }
    }
}

struct Object<'raw> {
    members: vec::IntoIter<(Key<'raw>, &'raw RawValue)>,
    value: Option<(Key<'raw>, &'raw RawValue)>,
    depth_left: u8,
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
        let value = Tracked { depth_left: self.depth_left, ..Tracked::new(value) };
        seed.deserialize(value).map_err(|fault| fault.under_key(&key.0))
    }
}

/// The members of one object, in order, duplicates included.
#[derive(Deserialize)]
#[serde(transparent)]
struct Members<'raw>(#[serde(borrow, deserialize_with = "from_object")] Vec<(Key<'raw>, &'raw RawValue)>);
