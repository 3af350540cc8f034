//! Exotel's numbers of what became of a message.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::members::member;
use crate::schema_of::schema_of;

/// Exotel's number of a status. On the wire a JSON integer, or its digits in a string; written back as it came.
///
/// Numbers mean different things in different channels and in different versions of Exotel's pages: decide by
/// [`StatusName`](super::StatusName) where there is one. Two codes are equal when their numbers are, whichever way they were written.
#[derive(Clone, Copy)]
pub struct StatusCode {
    number: i64,
    quoted: bool,
}

impl StatusCode {
    /// `EX_MESSAGE_SENT` in RCS (Exotel: send RCS message).
    pub const MESSAGE_SENT: Self = Self { number: 40001, quoted: false };
    /// `EX_MESSAGE_DELIVERED` in RCS (Exotel: send RCS message).
    pub const MESSAGE_DELIVERED: Self = Self { number: 40002, quoted: false };
    /// `EX_MESSAGE_SEEN` in RCS (Exotel: send RCS message).
    pub const MESSAGE_SEEN: Self = Self { number: 40003, quoted: false };
    /// `EX_SYSTEM_ERROR` in RCS (Exotel: send RCS message).
    pub const SYSTEM_ERROR: Self = Self { number: 40004, quoted: false };
    /// `EX_UNSUPPORTED_MEDIA_TYPE` (Exotel: receive messages webhook; sampled only).
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self { number: 24501, quoted: false };

    /// The number.
    pub fn as_i64(self) -> i64 {
        self.number
    }
}

impl From<i64> for StatusCode {
    fn from(number: i64) -> Self {
        Self { number, quoted: false }
    }
}

impl PartialEq for StatusCode {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for StatusCode {}

impl PartialOrd for StatusCode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StatusCode {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl Hash for StatusCode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl fmt::Debug for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusCode({})", self.number)
    }
}

impl Serialize for StatusCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.quoted { serializer.collect_str(&self.number) } else { serializer.serialize_i64(self.number) }
    }
}

impl<'de> Deserialize<'de> for StatusCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CodeVisitor)
    }
}

struct CodeVisitor;

impl de::Visitor<'_> for CodeVisitor {
    type Value = StatusCode;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E>(self, number: i64) -> Result<StatusCode, E> {
        Ok(StatusCode { number, quoted: false })
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<StatusCode, E> {
        let unexpected = de::Unexpected::Unsigned(number);
        i64::try_from(number).map(StatusCode::from).map_err(|_| E::invalid_value(unexpected, &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<StatusCode, E> {
        let quoted = |number| StatusCode { number, quoted: true };
        text.trim().parse().map(quoted).map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

crate::masked::shown!(StatusCode);
member!(StatusCode);

schema_of!(StatusCode as "ExotelStatusCode", _generator => {
    schemars::json_schema!({
        "description": "Exotel's number of a status, as a number or as digits in a string.",
        "anyOf": [{ "type": "integer" }, { "type": "string", "pattern": "^\\s*[+-]?[0-9]+\\s*$" }],
    })
});
