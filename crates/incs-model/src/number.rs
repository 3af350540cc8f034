//! Whole numbers as this platform writes them: usually a number, now and then its digits in a string.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, Deserializer, Unexpected, Visitor};

use crate::json::whole_number;

/// Reads a whole number, or a string of its digits.
pub(crate) fn read_i64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    whole_number(deserializer, WholeNumber { expected: "a whole number", number: PhantomData })
}

/// Reads a whole number from 0, or a string of its digits.
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
        // Any: asked for a number, serde_json does not offer a string.
        deserializer.deserialize_any(self)
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
