//! A time of day without a zone.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Timestamp;
use crate::decode::Key;
use crate::schema_of::schema_of;

/// A date and time without a zone, `YYYY-MM-DD HH:MM:SS`, as tasks carry it.
///
/// Which zone INCS means is **unknown**: no page says it. So this is no instant until you name an offset from UTC with
/// [`at_offset`](Self::at_offset). A text of another form is kept and written back as it came.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CivilTime(Form);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Form {
    Parsed(DateTime),
    Other(Box<str>),
}

impl CivilTime {
    /// Whether the text has the documented form.
    pub fn is_parsed(&self) -> bool {
        matches!(self.0, Form::Parsed(_))
    }

    /// The instant, if the clock that wrote this ran `seconds` ahead of UTC (28,800 for China).
    pub fn at_offset(&self, seconds: i32) -> Option<Timestamp> {
        match &self.0 {
            Form::Parsed(time) => {
                let offset = Offset::from_seconds(seconds).ok()?;
                offset.to_timestamp(*time).ok().map(Timestamp::from_jiff)
            }
            Form::Other(_) => None,
        }
    }
}

impl From<&str> for CivilTime {
    fn from(text: &str) -> Self {
        match parse(text) {
            Some(time) => Self(Form::Parsed(time)),
            None => Self(Form::Other(text.into())),
        }
    }
}

impl From<String> for CivilTime {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

/// Only the exact form, so that it can be written back as it came.
fn parse(text: &str) -> Option<DateTime> {
    let form = b"dddd-dd-dd dd:dd:dd";
    let fits = text.len() == form.len()
        && text.bytes().zip(form).all(|(byte, &want)| if want == b'd' { byte.is_ascii_digit() } else { byte == want });
    let time = if fits { DateTime::from_str(text).ok()? } else { return None };
    // A leap second is read as the second before it, so it would not come back as it was.
    (!text.ends_with(":60")).then_some(time)
}

impl fmt::Display for CivilTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Parsed(time) => write!(
                f,
                "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
                time.year(),
                time.month(),
                time.day(),
                time.hour(),
                time.minute(),
                time.second()
            ),
            Form::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for CivilTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Parsed(_) => write!(f, "{self}"),
            Form::Other(text) => crate::masked::Masked::masked(&**text, f),
        }
    }
}

impl Serialize for CivilTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CivilTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Key::deserialize(deserializer).map(|text| Self::from(&*text.0))
    }
}

crate::masked::shown!(CivilTime);

schema_of!(CivilTime, _generator => {
    schemars::json_schema!({
        "description": "A date and time without a zone: YYYY-MM-DD HH:MM:SS. Which zone is meant is not documented.",
        "type": "string",
    })
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_turns_it_into_an_instant() {
        let time = CivilTime::from("2026-05-04 10:02:31");
        assert_eq!(time.at_offset(8 * 3600).unwrap().to_string(), "2026-05-04T02:02:31Z");
        assert_eq!(time.at_offset(i32::MAX), None);
    }

    #[test]
    fn any_text_is_written_back_as_it_came() {
        for text in
            ["2026-05-04 10:02:31", "2026-05-04T10:02:31", "2026-02-30 10:02:31", "2026-05-04 10:02:60", "", "soon"]
        {
            assert_eq!(CivilTime::from(text).to_string(), text);
        }
        assert!(!CivilTime::from("2026-02-30 10:02:31").is_parsed());
    }
}
