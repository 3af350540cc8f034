//! The phone number that a caller gives.

use std::fmt;
use std::str::FromStr;

use incs_model_derive::DisplayText;
use serde::de::{self, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, DisplayText)]
#[serde(transparent)]
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

    fn of_digits(text: String) -> Option<Self> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Self(text.into()))
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
        let is_separator = |letter: char| " -.()/\u{a0}".contains(letter);
        let digits = number.replace(is_separator, "");
        Self::of_digits(digits).ok_or(ParsePhoneError(()))
    }
}

impl TryFrom<&str> for PhoneNumber {
    type Error = ParsePhoneError;

    fn try_from(text: &str) -> Result<Self, ParsePhoneError> {
        text.parse()
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

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let expected = "a phone number of digits only, with country code";
        Self::of_digits(text).ok_or_else(|| de::Error::invalid_value(Unexpected::Str("…"), &expected))
    }
}

impl crate::masked::Masked for PhoneNumber {}

schema_of!(PhoneNumber, _generator => {
    schemars::json_schema!({
        "description": "Country code and number, digits only, no plus sign.",
        "type": "string",
        "pattern": crate::limits::common::TO_PATTERN,
    })
});
