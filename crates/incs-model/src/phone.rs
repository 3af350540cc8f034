//! The phone number that a caller gives.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Unexpected};
use serde::{Serialize, Serializer};

use crate::decode::Key;
use crate::schema_of::schema_of;

/// A phone number in international form: country code and number, digits only.
///
/// [`parse`](str::parse) takes what people write (`+852 5123-0088`) and keeps the digits. JSON is read as the platform
/// would: digits only, nothing else. How many digits is not checked; the platform documents no length
/// (INCS: send messages). `Debug` shows the last two digits.
///
/// ```
/// use incs_model::PhoneNumber;
///
/// let number: PhoneNumber = "+852 5123-0088".parse().unwrap();
/// assert_eq!(number.as_str(), "85251230088");
/// assert_eq!(number.to_e164(), "+85251230088");
/// assert_eq!(format!("{number:?}"), "PhoneNumber(…88)");
/// assert!("call me".parse::<PhoneNumber>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(Box<str>);

/// A text that holds something else than a phone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a phone number: country code and number, digits only")]
pub struct ParsePhoneError(());

impl PhoneNumber {
    /// The digits, as they stand on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `+` and the digits (E.164).
    pub fn to_e164(&self) -> String {
        format!("+{}", self.0)
    }
}

impl FromStr for PhoneNumber {
    type Err = ParsePhoneError;

    fn from_str(text: &str) -> Result<Self, ParsePhoneError> {
        let text = text.trim();
        let number = text.strip_prefix('+').unwrap_or(text);
        let mut digits = String::with_capacity(number.len());
        for character in number.chars() {
            match character {
                '0'..='9' => digits.push(character),
                ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' => {}
                _ => return Err(ParsePhoneError(())),
            }
        }
        if digits.is_empty() { Err(ParsePhoneError(())) } else { Ok(Self(digits.into())) }
    }
}

impl TryFrom<&str> for PhoneNumber {
    type Error = ParsePhoneError;

    fn try_from(text: &str) -> Result<Self, ParsePhoneError> {
        text.parse()
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(")?;
        fmt_masked(&self.0, f)?;
        f.write_str(")")
    }
}

/// The last two characters of a number long enough to hide the rest.
pub(crate) fn fmt_masked(number: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match number.char_indices().rev().nth(1) {
        Some((start, _)) if start >= 5 => write!(f, "…{}", number.get(start..).unwrap_or_default()),
        _ => f.write_str("…"),
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Key(text) = Key::deserialize(deserializer)?;
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.into()))
        } else {
            Err(de::Error::invalid_value(Unexpected::Str(&text), &"a phone number of digits only, with country code"))
        }
    }
}

crate::masked::shown!(PhoneNumber);

schema_of!(PhoneNumber, _generator => {
    schemars::json_schema!({
        "description": "Country code and number, digits only, no plus sign.",
        "type": "string",
        "pattern": crate::limits::common::TO_PATTERN,
    })
});
