//! Phone numbers that a caller passes.

use std::fmt;
use std::str::FromStr;

use incs_model_derive::DisplayText;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::json::{Found, hidden, text};
use crate::limits::common::{TO_DIGITS_MAX, TO_DIGITS_MIN};
use crate::schema_of::schema_of;

/// A phone number in international form: country code and number, 7 to 15 digits that do not begin with 0.
///
/// [`parse`](str::parse) accepts common notations: spaces, dots and dashes between the digits, parentheses around an area code,
/// and one `+` at the beginning. It refuses texts whose digits alone could be another person's number, such as
/// `+44 (0) 20 7946 0958` or two numbers with a slash between them; [`ParsePhoneError`] has the reason. It does not know the
/// numbering plans of countries. JSON is read as the platform would read it, digits only; [`lenient`] reads JSON with common
/// notations.
///
/// The rules apply to recipients of messages. Addresses in a webhook are of type [`Address`](crate::Address). `Debug`
/// shows the last two digits.
///
/// ```
/// use incs_model::{ParsePhoneError, PhoneNumber};
///
/// let number: PhoneNumber = "+852 5123-0088".parse().unwrap();
/// assert_eq!(number.as_str(), "85251230088");
/// assert_eq!(number.to_e164(), "+85251230088");
/// assert_eq!(format!("{number:?}"), "PhoneNumber(…88)");
/// assert_eq!("+44 (0) 20 7946 0958".parse::<PhoneNumber>(), Err(ParsePhoneError::TrunkPrefix));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, DisplayText)]
#[serde(transparent)]
pub struct PhoneNumber(Box<str>);

/// The reason why a text is not a phone number. It does not show the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePhoneError {
    /// Fewer than 7 digits, or none.
    #[error("expected a phone number of at least {min} digits, with its country code", min = TO_DIGITS_MIN)]
    TooShort,
    /// More than 15 digits, which no number has (ITU-T E.164): often two numbers.
    #[error("expected one phone number of at most {max} digits", max = TO_DIGITS_MAX)]
    TooLong,
    /// 0 or 00 at the beginning: a national number, or an international call prefix.
    #[error("expected a phone number that begins with its country code, without 0 or 00 before it")]
    LeadingZero,
    /// 0 at the beginning of parentheses: a national trunk prefix.
    #[error("expected a phone number without a trunk prefix such as (0)")]
    TrunkPrefix,
    /// A slash, comma, line break or another character that separates two numbers.
    #[error("expected one phone number, without another one after it")]
    SecondNumber,
    /// A plus sign after a digit or after another plus sign.
    #[error("expected a phone number with at most one +, before its first digit")]
    Plus,
    /// Parentheses that are empty, nested, not closed, or not around an area code.
    #[error("expected a phone number with parentheses around an area code only")]
    Parentheses,
    /// Any other character than digits and their separators.
    #[error("expected a phone number of digits, without words or an extension")]
    Character,
}

impl PhoneNumber {
    /// Creates a number in the platform's form: digits only.
    ///
    /// # Errors
    ///
    /// Returns the reason why it is not one.
    pub fn from_digits(digits: impl Into<Box<str>>) -> Result<Self, ParsePhoneError> {
        let digits = digits.into();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParsePhoneError::Character);
        }
        match digits.len() {
            _ if digits.starts_with('0') => Err(ParsePhoneError::LeadingZero),
            ..TO_DIGITS_MIN => Err(ParsePhoneError::TooShort),
            TO_DIGITS_MIN..=TO_DIGITS_MAX => Ok(Self(digits)),
            _ => Err(ParsePhoneError::TooLong),
        }
    }

    /// The digits, as written on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `+` and the digits (E.164).
    pub fn to_e164(&self) -> String {
        format!("+{}", self.0)
    }
}

/// The maximum number of digits before an area code: a country code of three, and the digit that some countries put before
/// mobile numbers.
const BEFORE_AREA_CODE_MAX: usize = 4;

impl FromStr for PhoneNumber {
    type Err = ParsePhoneError;

    fn from_str(text: &str) -> Result<Self, ParsePhoneError> {
        let text = text.trim();
        let mut digits = String::new();
        let mut has_plus = false;
        // The number of digits before the open parenthesis.
        let mut opened_at = None;
        for letter in text.chars() {
            match letter {
                '0' if opened_at == Some(digits.len()) && opened_at != Some(0) => {
                    return Err(ParsePhoneError::TrunkPrefix);
                }
                '0'..='9' => digits.push(letter),
                '+' if !has_plus && digits.is_empty() => has_plus = true,
                '+' => return Err(ParsePhoneError::Plus),
                '(' if opened_at.is_none() && digits.len() <= BEFORE_AREA_CODE_MAX => opened_at = Some(digits.len()),
                ')' if opened_at.is_some_and(|before| before < digits.len()) => opened_at = None,
                '(' | ')' => return Err(ParsePhoneError::Parentheses),
                '.' | '-' | '\u{2010}'..='\u{2013}' if !digits.is_empty() => {}
                '/' | '\\' | ',' | ';' | '|' | '&' => return Err(ParsePhoneError::SecondNumber),
                letter if is_line_break_or_tab(letter) => return Err(ParsePhoneError::SecondNumber),
                letter if letter.is_whitespace() => {}
                _ => return Err(ParsePhoneError::Character),
            }
        }
        // An area code has a number after it.
        if opened_at.is_some() || text.ends_with(')') {
            return Err(ParsePhoneError::Parentheses);
        }
        let is_cut_off = !digits.is_empty() && !text.ends_with(|last: char| last.is_ascii_digit());
        if is_cut_off { Err(ParsePhoneError::Character) } else { Self::from_digits(digits) }
    }
}

/// Returns true for white space that separates lines or columns.
fn is_line_break_or_tab(letter: char) -> bool {
    matches!(letter, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
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

/// Shows the last two characters of a number that is long enough to hide the rest.
pub(crate) fn fmt_masked(number: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match number.char_indices().rev().nth(1) {
        Some((start, _)) if start >= 5 => write!(f, "…{}", number.get(start..).unwrap_or_default()),
        _ => f.write_str("…"),
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_digits(text::<Box<str>, D>(deserializer)?).map_err(|error| match error {
            ParsePhoneError::Character => invalid("a phone number of digits only, with country code"),
            error => error.into_serde(),
        })
    }
}

impl ParsePhoneError {
    /// Converts to an error of serde, which adds "expected" itself.
    fn into_serde<E: de::Error>(self) -> E {
        let sentence = self.to_string();
        invalid(sentence.strip_prefix("expected ").unwrap_or(&sentence))
    }
}

fn invalid<E: de::Error>(expected: &str) -> E {
    E::invalid_value(hidden(Found::String), &expected)
}

impl crate::masked::Masked for PhoneNumber {}

schema_of!(PhoneNumber, _generator => {
    schemars::json_schema!({
        "description": "Country code and number, digits only, no plus sign.",
        "type": "string",
        "pattern": crate::limits::common::TO_PATTERN,
    })
});

/// Reads phone numbers in common notations from JSON, for a form or a file of your own. Writes digits only.
///
/// A JSON number is refused: it would lose a leading 0, which shows that the country code is missing.
///
/// ```
/// use incs_model::PhoneNumber;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Booking {
///     #[serde(with = "incs_model::phone::lenient")]
///     phone: PhoneNumber,
///     #[serde(default, with = "incs_model::phone::lenient::option")]
///     second_phone: Option<PhoneNumber>,
/// }
///
/// let booking: Booking = serde_json::from_str(r#"{"phone": "+1 (415) 555-0100"}"#)?;
/// assert_eq!(booking.phone.as_str(), "14155550100");
/// let error = serde_json::from_str::<Booking>(r#"{"phone": "+44 (0) 20 7946 0958"}"#).err().unwrap();
/// assert!(error.to_string().contains("expected a phone number without a trunk prefix such as (0)"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub mod lenient {
    use super::{Deserializer, PhoneNumber, Serialize, text};

    /// Reads a number as [`str::parse`] does.
    ///
    /// # Errors
    ///
    /// Fails when the value is not a string, or the text is not a phone number. The error does not show the value.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PhoneNumber, D::Error> {
        let text: Box<str> = text(deserializer)?;
        text.parse().map_err(super::ParsePhoneError::into_serde)
    }

    /// Writes the digits.
    ///
    /// # Errors
    ///
    /// Fails when the serializer does.
    pub fn serialize<S: serde::Serializer>(number: &PhoneNumber, serializer: S) -> Result<S::Ok, S::Error> {
        number.serialize(serializer)
    }

    /// Does the same for a number that may be null; with `#[serde(default)]` it may be absent too.
    pub mod option {
        use super::{Deserializer, PhoneNumber, Serialize};
        use serde::Deserialize;

        #[derive(Deserialize)]
        struct Lenient(#[serde(with = "super")] PhoneNumber);

        /// Reads null, or a number as [`str::parse`] does.
        ///
        /// # Errors
        ///
        /// Fails as [`lenient::deserialize`](super::deserialize) does.
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PhoneNumber>, D::Error> {
            Ok(Option::<Lenient>::deserialize(deserializer)?.map(|Lenient(number)| number))
        }

        /// Writes null, or the digits.
        ///
        /// # Errors
        ///
        /// Fails when the serializer does.
        #[allow(clippy::ref_option, reason = "serde hands over the field by reference")]
        pub fn serialize<S: serde::Serializer>(number: &Option<PhoneNumber>, serializer: S) -> Result<S::Ok, S::Error> {
            number.serialize(serializer)
        }
    }
}
