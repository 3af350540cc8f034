//! A deserializer that tracks its position.
//!
//! It works on slices of the body, one level at a time, so that every fault has its pointer. That costs one scan per
//! level: it runs only after a failure, and for members that came before the tag that types them. It lends nothing, so it
//! can replace any other deserializer of owned types. Members that request it are read leniently: see [`lenient`](super::lenient).

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::iter;
use std::vec;

use serde::de::value::{MapAccessDeserializer, MapDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::value::RawValue;

use super::error::{Fault, Found};
use super::lenient::{CONTENT, LIST, OBJECT_OR_TEXT, OPTIONAL, WHOLE_NUMBER, parse_float};
use super::object::from_object;
use super::pointer::escape;
use super::silent::{Key, TEXT};

/// An unparsed JSON value of the body.
#[derive(Clone, Copy)]
pub(crate) struct Tracked<'raw> {
    raw: &'raw RawValue,
    /// True when the value may be absent, so that a number and a string of its digits are read for each other.
    is_optional: bool,
    /// The number of nested containers that may still be entered: the same limit as in `serde_json`.
    depth_left: u8,
    /// Collects the members that no type has. Set only when a document is read.
    unread: Option<&'raw Unread>,
}

const DEPTH: u8 = 127;

/// The prefix of the names by which `serde_json` requests raw text from its own deserializers.
const PRIVATE_NAME: &str = "$serde_json::private::";

impl<'raw> Tracked<'raw> {
    pub(crate) fn new(raw: &'raw RawValue) -> Self {
        Self { raw, is_optional: false, depth_left: DEPTH, unread: None }
    }

    fn first_byte(self) -> u8 {
        self.raw.get().bytes().next().unwrap_or(b' ')
    }

    /// Reads one level of the value. The text is JSON, so it fails only where Rust's types are narrower than JSON's.
    fn read<T: Deserialize<'raw>>(self) -> Result<T, Fault> {
        serde_json::from_str(self.raw.get()).map_err(|_| match self.first_byte() {
            b'"' => Fault::new("a string of whole Unicode characters", Found::String),
            b'{' => Fault::new("an object whose names are whole Unicode characters", Found::Object),
            b'[' => Fault::new("an array", Found::Array),
            _ => Fault::new("a number within the range of a 64-bit float", Found::Number),
        })
    }

    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.level()? {
            Level::Null => visitor.visit_unit(),
            Level::Boolean(value) => visitor.visit_bool(value),
            Level::Text(Key(text)) => visitor.visit_str(&text),
            Level::Array(items) => visitor.visit_seq(items),
            Level::Object(object) => visitor.visit_map(object),
            Level::Unsigned(number) => visitor.visit_u64(number),
            Level::Signed(number) => visitor.visit_i64(number),
            Level::Float(number) => visitor.visit_f64(number),
        }
    }

    /// Reads one level of the value. Not generic, so that the code exists once and not for every visitor.
    fn level(self) -> Result<Level<'raw>, Fault> {
        Ok(match self.first_byte() {
            b'n' => Level::Null,
            b't' => Level::Boolean(true),
            b'f' => Level::Boolean(false),
            b'"' => Level::Text(self.read()?),
            b'[' => Level::Array(self.items()?),
            b'{' => {
                let depth_left = self.enter("an object of fewer levels", Found::Object)?;
                let Members(members) = self.read()?;
                Level::Object(Object::new(members, depth_left, self.unread))
            }
            _ => {
                let number: serde_json::Number = self.read()?;
                if let Some(value) = number.as_u64() {
                    Level::Unsigned(value)
                } else if let Some(value) = number.as_i64() {
                    Level::Signed(value)
                } else {
                    Level::Float(number.as_f64().unwrap_or(f64::MAX))
                }
            }
        })
    }

    fn items(self) -> Result<Items<'raw>, Fault> {
        let depth_left = self.enter("an array of fewer levels", Found::Array)?;
        let items: Vec<&'raw RawValue> = self.read()?;
        Ok(Items { values: items.into_iter(), index: 0, depth_left, unread: self.unread })
    }

    fn enter(self, expected: &str, found: Found) -> Result<u8, Fault> {
        self.depth_left.checked_sub(1).ok_or_else(|| Fault::new(expected, found))
    }

    /// Marks the value as one that may be absent.
    pub(crate) fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    /// Returns the text of a string, or the digits of a number.
    fn scalar(self) -> Option<Cow<'raw, str>> {
        match self.first_byte() {
            b'"' => self.read().ok().map(|Key(text)| text),
            b'-' | b'0'..=b'9' => Some(self.raw.get().into()),
            _ => None,
        }
    }

    /// Passes a whole number in either form, or the value itself if it is not one.
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

/// One level of a value.
enum Level<'raw> {
    Null,
    Boolean(bool),
    Text(Key<'raw>),
    Array(Items<'raw>),
    Object(Object<'raw>),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

enum Whole {
    Unsigned(u64),
    Signed(i64),
}

impl Whole {
    /// Parses digits, or a float without a fraction.
    fn parse(text: &str) -> Option<Self> {
        /// The largest float up to which every whole number is exact.
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

/// Implements each of these methods with its own way to pass the value.
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
            TEXT => self.visit_text(visitor),
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

    /// serde's structs take arrays too, member by member; for a bad array it is clearer to report that it is not an object.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.first_byte() {
            b'[' if self.unread.is_some() => Err(Fault::new("an object", Found::Array)),
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
        if let Some(unread) = self.unread {
            unread.add();
        }
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
    unread: Option<&'raw Unread>,
}

impl<'raw> Items<'raw> {
    fn next(&mut self) -> Option<Tracked<'raw>> {
        let (depth_left, unread) = (self.depth_left, self.unread);
        self.values.next().map(|raw| Tracked { depth_left, unread, ..Tracked::new(raw) })
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        let read = Unread::under(self.unread, &index, || seed.deserialize(item));
        read.map(Some).map_err(|fault| fault.under_index(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.values.len())
    }
}

/// One value, if it can be read.
struct Maybe<'raw> {
    value: Option<Tracked<'raw>>,
    /// True when only a blank value may fail to be read.
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
    unread: Option<&'raw Unread>,
}

/// The members from which unions derive their kind, in order of precedence.
const TAGS: [&str; 4] = ["type", "name", "parameters", "buttons"];

impl<'raw> Object<'raw> {
    fn new(mut members: Vec<(Key<'raw>, &'raw RawValue)>, depth_left: u8, unread: Option<&'raw Unread>) -> Self {
        // A union that reads its tag first buffers nothing, so that every member is read here and can be collected.
        if unread.is_some() {
            members.sort_by_key(|(key, _)| TAGS.iter().position(|tag| *tag == key.0).unwrap_or(TAGS.len()));
        }
        Self { members: members.into_iter(), value: None, depth_left, unread }
    }
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
        let value = Tracked { depth_left: self.depth_left, unread: self.unread, ..Tracked::new(value) };
        let read = Unread::under(self.unread, &*escape(&key.0), || seed.deserialize(value));
        read.map_err(|fault| fault.under_key(&key.0))
    }
}

/// The members of one object, in order, including duplicates.
#[derive(Deserialize)]
#[serde(transparent)]
struct Members<'raw>(#[serde(borrow, deserialize_with = "from_object")] Vec<(Key<'raw>, &'raw RawValue)>);

/// The pointers of members that were skipped because no type has them. They grow from the leaf to the root.
#[derive(Default)]
struct Unread(RefCell<Vec<String>>);

impl Unread {
    fn add(&self) {
        self.0.borrow_mut().push(String::new());
    }

    /// Reads a value and puts `step` before the pointers that were collected in it.
    fn under<T, S: fmt::Display + ?Sized>(unread: Option<&Self>, step: &S, read: impl FnOnce() -> T) -> T {
        let Some(Self(pointers)) = unread else { return read() };
        let before = pointers.borrow().len();
        let value = read();
        for pointer in pointers.borrow_mut().iter_mut().skip(before) {
            *pointer = format!("/{step}{pointer}");
        }
        value
    }
}

/// Returns the members of an object, in order; `None` for any other value.
pub(crate) fn members(raw: &RawValue) -> Option<Vec<(Key<'_>, &RawValue)>> {
    serde_json::from_str(raw.get()).ok().map(|Members(members)| members)
}

/// Reads an object that a person or another program wrote to be sent: arrays are not accepted for objects, and the pointers of
/// members that no type has are returned. The value of a member can be replaced.
pub(crate) fn read_document<T: DeserializeOwned>(
    raw: &RawValue,
    substitute: Option<(&'static str, &RawValue)>,
) -> (Result<T, Fault>, Vec<String>) {
    let unread = Unread::default();
    let read = Tracked { unread: Some(&unread), ..Tracked::new(raw) }.read_object(substitute);
    (read, unread.0.into_inner())
}

impl<'raw> Tracked<'raw> {
    fn read_object<T: DeserializeOwned>(self, substitute: Option<(&'static str, &'raw RawValue)>) -> Result<T, Fault> {
        if self.first_byte() != b'{' {
            return T::deserialize(self);
        }
        let depth_left = self.enter("an object of fewer levels", Found::Object)?;
        let Members(mut members) = self.read()?;
        if let Some((name, value)) = substitute {
            members.retain(|(key, _)| key.0 != name);
            members.push((Key(name.into()), value));
        }
        T::deserialize(MapAccessDeserializer::new(Object::new(members, depth_left, self.unread)))
    }
}
