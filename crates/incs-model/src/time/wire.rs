//! A time of a webhook, in whatever form it came.

use std::fmt;

use jiff::fmt::StdFmtWrite;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Timestamp;
use crate::schema_of::schema_of;

/// A time of a webhook: Unix seconds or milliseconds, as a number or as digits in a string, or RFC 3339 with any offset.
///
/// Reading never fails on a text: a form that is not understood is kept, [`instant`](Self::instant) is then `None`, and
/// the time of receipt must do. Writing gives back exactly what came, down to the number of fraction digits.
///
/// ```
/// use incs_model::WireTime;
///
/// let time: WireTime = serde_json::from_str(r#""2025-03-18T09:42:07.318+05:30""#).unwrap();
/// assert_eq!(time.instant().unwrap().to_string(), "2025-03-18T04:12:07.318Z");
/// assert_eq!(time.to_string(), "2025-03-18T09:42:07.318+05:30");
/// ```
#[derive(Clone, PartialEq)]
pub struct WireTime(Form);

#[derive(Clone, PartialEq)]
enum Form {
    Number(i64),
    Digits(i64),
    Rfc3339(Rfc3339),
    OtherNumber(f64),
    OtherText { text: Box<str>, instant: Option<Timestamp> },
}

#[derive(Clone, Copy, PartialEq)]
struct Rfc3339 {
    instant: Timestamp,
    fraction_digits: u8,
    /// Minutes ahead of UTC; `None` for `Z`.
    offset: Option<i16>,
}

/// From here on a number counts milliseconds: as seconds it would lie in the year 5138. (Exotel: inferred.)
const FIRST_MILLISECOND: u64 = 100_000_000_000;

impl WireTime {
    /// Unix seconds as a JSON number: `received_at` of INCS.
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self(Form::Number(seconds))
    }

    /// Unix seconds as digits in a string: `timestamp` of a WhatsApp message.
    pub fn from_unix_seconds_text(seconds: i64) -> Self {
        Self(Form::Digits(seconds))
    }

    /// RFC 3339 in UTC with a fixed number of fraction digits, at most 9.
    pub fn from_rfc3339(instant: Timestamp, fraction_digits: u8) -> Self {
        Self(Form::Rfc3339(Rfc3339 { instant, fraction_digits: fraction_digits.min(9), offset: None }))
    }

    /// The instant, when the form is understood.
    pub fn instant(&self) -> Option<Timestamp> {
        match &self.0 {
            Form::Number(number) | Form::Digits(number) => epoch(*number),
            Form::Rfc3339(time) => Some(time.instant),
            Form::OtherNumber(_) => None,
            Form::OtherText { instant, .. } => *instant,
        }
    }
}

fn epoch(number: i64) -> Option<Timestamp> {
    if number.unsigned_abs() >= FIRST_MILLISECOND {
        Timestamp::from_unix_millis(number)
    } else {
        Timestamp::from_unix_seconds(number)
    }
}

impl From<&str> for WireTime {
    fn from(text: &str) -> Self {
        if let Some(number) = canonical_number(text) {
            return Self(Form::Digits(number));
        }
        let instant = text.parse::<Timestamp>().ok();
        match (instant, layout(text)) {
            (Some(instant), Some((fraction_digits, offset))) => {
                Self(Form::Rfc3339(Rfc3339 { instant, fraction_digits, offset }))
            }
            _ => Self(Form::OtherText { text: text.into(), instant }),
        }
    }
}

impl From<Timestamp> for WireTime {
    fn from(instant: Timestamp) -> Self {
        Self::from_rfc3339(instant, 6)
    }
}

/// A number written as a machine would write it, so that writing it again gives the same text.
fn canonical_number(text: &str) -> Option<i64> {
    let first = text.bytes().next()?;
    let canonical = text == "0" || (first.is_ascii_digit() && first != b'0' && text.len() <= 18);
    if canonical { text.parse().ok() } else { None }
}

/// Fraction digits and offset of `YYYY-MM-DDTHH:MM:SS[.f](Z|±HH:MM)`; `None` for any other spelling.
fn layout(text: &str) -> Option<(u8, Option<i16>)> {
    let form = b"dddd-dd-ddTdd:dd:";
    let (date, rest) = text.as_bytes().split_at_checked(form.len())?;
    let fits =
        date.iter().zip(form).all(|(&byte, &want)| if want == b'd' { byte.is_ascii_digit() } else { byte == want });
    // A leap second is read as the second before it, so it would not come back as it was.
    let ([b'0'..=b'5', b'0'..=b'9', rest @ ..], true) = (rest, fits) else { return None };
    let (digits, zone) = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (Some(digits).filter(|digits| (1..=9).contains(digits))?, fraction.get(digits..)?)
        }
        zone => (0, zone),
    };
    let offset = match zone {
        b"Z" => None,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let number = |tens: &u8, ones: &u8| {
                let digit = |byte: &u8| byte.is_ascii_digit().then(|| i16::from(byte - b'0'));
                Some(digit(tens)? * 10 + digit(ones)?)
            };
            let minutes = number(h1, h2)? * 60 + number(m1, m2)?;
            // "-00:00" says "offset unknown" and would be written as "+00:00".
            Some(if *sign == b'-' { Some(-minutes).filter(|&minutes| minutes != 0)? } else { minutes })
        }
        _ => return None,
    };
    u8::try_from(digits).ok().map(|digits| (digits, offset))
}

impl fmt::Display for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Number(number) | Form::Digits(number) => number.fmt(f),
            Form::Rfc3339(time) => time.fmt(f),
            Form::OtherNumber(number) => number.fmt(f),
            Form::OtherText { text, .. } => f.write_str(text),
        }
    }
}

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printer = DateTimePrinter::new().precision(Some(self.fraction_digits));
        let instant = self.instant.into_jiff();
        let mut out = StdFmtWrite(f);
        match self.offset {
            None => printer.print_timestamp(&instant, &mut out),
            Some(minutes) => {
                let offset = Offset::from_seconds(i32::from(minutes) * 60).map_err(|_| fmt::Error)?;
                printer.print_timestamp_with_offset(&instant, offset, &mut out)
            }
        }
        .map_err(|_| fmt::Error)
    }
}

/// Shows the instant, not the text: a text that is no time may be anything.
impl fmt::Debug for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.instant() {
            Some(instant) => fmt::Debug::fmt(&instant, f),
            None => f.write_str("<not a time>"),
        }
    }
}

impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Number(number) => serializer.serialize_i64(*number),
            Form::OtherNumber(number) => serializer.serialize_f64(*number),
            _ => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for WireTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimeVisitor)
    }
}

struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = WireTime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time")
    }

    fn visit_i64<E>(self, number: i64) -> Result<WireTime, E> {
        Ok(WireTime(Form::Number(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<WireTime, E> {
        #[allow(clippy::cast_precision_loss, reason = "no time lies there")]
        Ok(WireTime(i64::try_from(number).map_or(Form::OtherNumber(number as f64), Form::Number)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<WireTime, E> {
        Ok(WireTime(Form::OtherNumber(number)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<WireTime, E> {
        Ok(WireTime::from(text))
    }
}

crate::masked::shown!(WireTime);

schema_of!(WireTime, _generator => {
    schemars::json_schema!({
        "description": "A time: Unix seconds or milliseconds as a number or as digits in a string, or RFC 3339.",
        "type": ["integer", "number", "string"],
    })
});

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> WireTime {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_form_of_the_reference_is_understood_and_written_back() {
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
    fn a_form_that_is_not_understood_is_kept() {
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
            let again = serde_json::to_string(&read(json)).unwrap();
            let same: (serde_json::Value, serde_json::Value) =
                (serde_json::from_str(json).unwrap(), serde_json::from_str(&again).unwrap());
            assert!(same.0 == same.1 || json.starts_with("1844"), "{json} became {again}");
        }
        assert_eq!(read("\"soon\"").instant(), None);
    }
}
