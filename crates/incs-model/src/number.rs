//! Numbers as this platform writes them: usually a JSON number, sometimes digits in a string.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::json::{Silent, whole_number};
use crate::schema_of::schema_of;

/// Reads a whole number, or a string of its digits.
pub(crate) fn read_i64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    whole_number(deserializer, WholeNumber { expected: "a whole number", number: PhantomData })
}

/// Reads a whole number of at least 0, or a string of its digits.
pub(crate) fn read_u64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    whole_number(deserializer, WholeNumber { expected: "a whole number from 0", number: PhantomData })
}

struct WholeNumber<T> {
    expected: &'static str,
    number: PhantomData<T>,
}

impl<'de, T: TryFrom<i64> + TryFrom<u64> + FromStr> Visitor<'de> for WholeNumber<T> {
    type Value = T;

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        // With `deserialize_i64`, serde_json does not accept a string.
        deserializer.deserialize_any(Silent(self))
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        T::try_from(value).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        T::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// A text or a number, for members where the platform or Meta writes both: the sample values of a template, the index of a button,
/// a coordinate. Written back unchanged.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum TextOrNumber {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
}

impl From<&str> for TextOrNumber {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for TextOrNumber {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Writes `From` for whole numbers; `i32` is there for plain literals.
macro_rules! from_whole {
    ($($number:ty),+) => {$(
        impl From<$number> for TextOrNumber {
            fn from(number: $number) -> Self {
                Self::Number(number.into())
            }
        }
    )+};
}

from_whole!(i32, i64, u32, u64);

impl From<f64> for TextOrNumber {
    /// Converts a number; a number that is not finite becomes a text, since JSON has no such numbers.
    fn from(number: f64) -> Self {
        Number::from_f64(number).map_or_else(|| Self::Text(number.to_string()), Self::Number)
    }
}

impl fmt::Display for TextOrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// Masks the value: a sample may be real data, and a coordinate locates a person.
impl fmt::Debug for TextOrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => crate::masked::Masked::masked(text, f),
            Self::Number(_) => f.write_str("<number>"),
        }
    }
}

impl crate::masked::Masked for TextOrNumber {}

impl<'de> Deserialize<'de> for TextOrNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Silent(TextOrNumberVisitor))
    }
}

struct TextOrNumberVisitor;

impl Visitor<'_> for TextOrNumberVisitor {
    type Value = TextOrNumber;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a number")
    }

    fn visit_str<E>(self, text: &str) -> Result<TextOrNumber, E> {
        Ok(text.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<TextOrNumber, E> {
        Ok(TextOrNumber::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<TextOrNumber, E> {
        Ok(TextOrNumber::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<TextOrNumber, E> {
        let finite = Number::from_f64(number).map(TextOrNumber::Number);
        finite.ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}

schema_of!(inline TextOrNumber, _generator => schemars::json_schema!({ "type": ["string", "number"] }));

#[cfg(test)]
mod tests {
    use crate::template::whatsapp::BodyExample as Values;

    #[test]
    fn numbers_and_texts_keep_their_form() {
        let body = r#"{"body_text":[[1,"1",-2,1.5,18446744073709551615]]}"#;
        let example: Values = crate::json::decode(body.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&example).unwrap(), body);
        assert_eq!(format!("{example:?}").matches("<number>").count(), 4);
    }

    #[test]
    fn anything_else_is_refused() {
        let error = crate::json::decode::<Values>(br#"{"body_text":[[1,null]]}"#).unwrap_err();
        assert_eq!((error.pointer(), error.expected()), ("/body_text/0/1", "a string or a number"));
    }
}
