//! Times in the platform's forms.
//!
//! A point in time is jiff's [`Timestamp`]. A time from the wire keeps its text, and is parsed only when you need the
//! point in time, so an invalid time does not make a body unreadable.

use std::fmt;

use incs_model_derive::{DisplayText, FromText};
pub use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

use crate::json::{Found, Silent, hidden};
use crate::masked::Masked;
use crate::schema_of::schema_of;

/// A time in a webhook: Unix seconds or milliseconds, as a number or as digits in a string, or RFC 3339 with any offset.
///
/// Reading and writing keep the text unchanged. [`instant`](Self::instant) returns `None` for a text that is not a time; use the
/// time of receipt instead.
///
/// ```
/// use incs_model::WireTime;
///
/// let time: WireTime = serde_json::from_str(r#""2025-03-18T09:42:07.318+05:30""#).unwrap();
/// assert_eq!(time.instant().unwrap().to_string(), "2025-03-18T04:12:07.318Z");
/// assert_eq!(time.to_string(), "2025-03-18T09:42:07.318+05:30");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct WireTime(Form);

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
enum Form {
    Number(Number),
    Text(Box<str>),
}

/// The smallest number that counts milliseconds: as seconds it would be in the year 5138. (Exotel: inferred.)
const FIRST_MILLISECOND: u64 = 100_000_000_000;

impl WireTime {
    /// Creates Unix seconds as a JSON number: `received_at` of INCS.
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self(Form::Number(seconds.into()))
    }

    /// Creates Unix seconds as digits in a string: `timestamp` of a WhatsApp message.
    pub fn from_unix_seconds_text(seconds: i64) -> Self {
        Self::from(seconds.to_string())
    }

    /// Creates RFC 3339 in UTC with a fixed number of fraction digits, at most 9.
    pub fn from_rfc3339(instant: Timestamp, fraction_digits: u8) -> Self {
        Self::from(format!("{instant:.0$}", usize::from(fraction_digits.min(9))))
    }

    /// Parses the point in time; `None` when the form is not understood.
    pub fn instant(&self) -> Option<Timestamp> {
        match &self.0 {
            Form::Number(number) => epoch(number.as_i64()?),
            Form::Text(text) => match whole_number(text) {
                Some(number) => epoch(number),
                None => text.parse().ok(),
            },
        }
    }
}

fn epoch(number: i64) -> Option<Timestamp> {
    if number.unsigned_abs() >= FIRST_MILLISECOND {
        Timestamp::from_millisecond(number).ok()
    } else {
        Timestamp::from_second(number).ok()
    }
}

/// Parses a number without a sign or leading zeros.
fn whole_number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| *number >= 0 && number.to_string() == text)
}

impl From<&str> for WireTime {
    fn from(text: &str) -> Self {
        Self(Form::Text(text.into()))
    }
}

impl From<String> for WireTime {
    fn from(text: String) -> Self {
        Self(Form::Text(text.into()))
    }
}

impl From<Timestamp> for WireTime {
    fn from(instant: Timestamp) -> Self {
        Self::from_rfc3339(instant, 6)
    }
}

impl fmt::Display for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Number(number) => number.fmt(f),
            Form::Text(text) => f.write_str(text),
        }
    }
}

/// Shows the point in time, not the text: a text that is not a time may be any content.
impl fmt::Debug for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.instant() {
            Some(instant) => instant.fmt(f),
            None => f.write_str("<not a time>"),
        }
    }
}

// Does not use `Value`, which would follow any depth of nesting.
impl<'de> Deserialize<'de> for WireTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;

        impl Visitor<'_> for TimeVisitor {
            type Value = WireTime;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time")
            }

            fn visit_i64<E>(self, number: i64) -> Result<WireTime, E> {
                Ok(WireTime(Form::Number(number.into())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<WireTime, E> {
                Ok(WireTime(Form::Number(number.into())))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<WireTime, E> {
                let read = Number::from_f64(number).map(|number| WireTime(Form::Number(number)));
                read.ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
            }

            fn visit_str<E>(self, text: &str) -> Result<WireTime, E> {
                Ok(WireTime::from(text))
            }
        }

        deserializer.deserialize_any(Silent(TimeVisitor))
    }
}

schema_of!(WireTime, _generator => {
    schemars::json_schema!({
        "description": "A time: Unix seconds or milliseconds as a number or as digits in a string, or RFC 3339.",
        "type": ["integer", "number", "string"],
    })
});

/// A date and time without a time zone, `YYYY-MM-DD HH:MM:SS`, as in tasks.
///
/// The time zone is **unknown**: no page documents it. So there is no point in time until you pass an offset from UTC
/// to [`at_offset`](Self::at_offset). The text is kept and written back unchanged.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, FromText, DisplayText)]
#[serde(transparent)]
pub struct CivilTime(#[serde(deserialize_with = "crate::json::text")] Box<str>);

impl CivilTime {
    /// Returns true when the text has the documented form.
    pub fn is_parsed(&self) -> bool {
        self.parse().is_some()
    }

    /// Returns the point in time, for a clock that was `seconds` ahead of UTC (28,800 for China).
    pub fn at_offset(&self, seconds: i32) -> Option<Timestamp> {
        Offset::from_seconds(seconds).ok()?.to_timestamp(self.parse()?).ok()
    }

    /// Parses the exact form only: jiff also reads a `T`, fractions, and a leap second as the second before it.
    fn parse(&self) -> Option<DateTime> {
        let time: DateTime = self.0.parse().ok()?;
        (time.strftime("%Y-%m-%d %H:%M:%S").to_string() == *self.0).then_some(time)
    }
}

impl fmt::Debug for CivilTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_parsed() { f.write_str(&self.0) } else { self.0.masked(f) }
    }
}

schema_of!(CivilTime, _generator => {
    schemars::json_schema!({
        "description": "A date and time without a zone: YYYY-MM-DD HH:MM:SS. The time zone is not documented.",
        "type": "string",
    })
});

/// Whole seconds since 1970, where `0` means that nothing was recorded.
///
/// The status query and the template resources use this form. On the wire: a JSON integer (digits in a string are read too).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixSeconds(#[serde(deserialize_with = "crate::number::read_i64")] i64);

impl UnixSeconds {
    /// Nothing recorded: `0`.
    pub const NOT_RECORDED: Self = Self(0);

    /// Returns the number as written on the wire.
    pub fn as_i64(self) -> i64 {
        self.0
    }

    /// Returns the point in time, if one was recorded.
    pub fn recorded(self) -> Option<Timestamp> {
        if self.0 == 0 { None } else { Timestamp::from_second(self.0).ok() }
    }
}

impl From<i64> for UnixSeconds {
    fn from(seconds: i64) -> Self {
        Self(seconds)
    }
}

impl From<Timestamp> for UnixSeconds {
    fn from(time: Timestamp) -> Self {
        Self(time.as_second())
    }
}

impl fmt::Debug for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.recorded() {
            Some(time) => time.fmt(f),
            None => f.write_str("not recorded"),
        }
    }
}

schema_of!(UnixSeconds, generator => {
    let mut schema = crate::schema::shape::whole_number(generator);
    let description = "Whole seconds since 1970-01-01T00:00:00Z; 0 when nothing was recorded.";
    schema.insert("description".to_owned(), description.into());
    schema
});

impl Masked for Timestamp {}
impl Masked for WireTime {}
impl Masked for CivilTime {}
impl Masked for UnixSeconds {}

/// Reads a [`Timestamp`]; unlike with jiff's own reader, the error holds no value.
pub(crate) fn read_timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text: String = crate::json::text(deserializer)?;
    text.parse().map_err(|_| de::Error::invalid_value(hidden(Found::String), &"an RFC 3339 time"))
}

/// Describes a [`Timestamp`] in a JSON Schema: `#[schemars(with = "TimestampSchema")]`.
#[cfg(feature = "schema")]
#[derive(Debug)]
pub struct TimestampSchema(());

schema_of!(inline TimestampSchema, _generator => schemars::json_schema!({ "type": "string", "format": "date-time" }));

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> WireTime {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_sampled_time_round_trips() {
        for (json, instant) in [
            ("1775540117", "2026-04-07T05:35:17Z"),
            ("\"1775540190\"", "2026-04-07T05:36:30Z"),
            ("\"1742271127318\"", "2025-03-18T04:12:07.318Z"),
            ("\"2026-04-07T05:41:55.903112Z\"", "2026-04-07T05:41:55.903112Z"),
            ("\"2026-04-07T05:36:40.118Z\"", "2026-04-07T05:36:40.118Z"),
            ("\"2026-05-04T02:11:09.000000Z\"", "2026-05-04T02:11:09Z"),
            ("\"2025-03-18T09:42:07.318+05:30\"", "2025-03-18T04:12:07.318Z"),
            ("\"2025-03-18T09:42:07-03:00\"", "2025-03-18T12:42:07Z"),
        ] {
            let time = read(json);
            assert_eq!(time.instant().unwrap().to_string(), instant, "{json}");
            assert_eq!(serde_json::to_string(&time).unwrap(), json);
        }
    }

    #[test]
    fn unknown_time_form_is_kept() {
        for json in [
            "\"soon\"",
            "\"\"",
            "\"007\"",
            "\"+5\"",
            "\"2026-04-07\"",
            "\"2026-04-07T05:41:60Z\"",
            "1.5",
            "-1",
            "18446744073709551615",
            "\"2026-04-07T05:41:55-00:00\"",
            "\"2026-04-07t05:41:55z\"",
            "\"99999999999999999999999\"",
            "\"2026-04-07T05:41:55.1234567890Z\"",
            "\"2026-04-07T05:41:55+25:61\"",
        ] {
            assert_eq!(serde_json::to_string(&read(json)).unwrap(), json);
        }
        assert_eq!(read("\"soon\"").instant(), None);
        assert_eq!(read("\"007\"").instant(), None);
        assert_eq!(read("\"-5\"").instant(), None);
    }

    #[test]
    fn fraction_digits_are_written_as_asked() {
        let instant: Timestamp = "2026-04-07T05:36:40.118Z".parse().unwrap();
        for (digits, text) in
            [(0, "2026-04-07T05:36:40Z"), (3, "2026-04-07T05:36:40.118Z"), (6, "2026-04-07T05:36:40.118000Z")]
        {
            assert_eq!(WireTime::from_rfc3339(instant, digits).to_string(), text);
        }
        assert_eq!(WireTime::from_rfc3339(instant, 200), WireTime::from("2026-04-07T05:36:40.118000000Z"));
    }

    #[test]
    fn civil_time_needs_an_offset() {
        let time = CivilTime::from("2026-05-04 10:02:31");
        assert_eq!(time.at_offset(8 * 3600).unwrap().to_string(), "2026-05-04T02:02:31Z");
        assert_eq!(time.at_offset(i32::MAX), None);
    }

    #[test]
    fn any_text_round_trips() {
        for text in
            ["2026-05-04 10:02:31", "2026-05-04T10:02:31", "2026-02-30 10:02:31", "2026-05-04 10:02:60", "", "soon"]
        {
            let time = CivilTime::from(text);
            assert_eq!(time.to_string(), text);
            assert_eq!(time.is_parsed(), text == "2026-05-04 10:02:31", "{text}");
        }
    }
}
