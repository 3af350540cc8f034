//! One element of what was posted.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::entry::Entry;
use super::incoming::Incoming;
use super::members::Members;
use super::report::Report;
use super::sms::SmsReport;
use crate::address::Address;
use crate::decode::DecodeError;
use crate::raw::RawJson;

/// An element of `rcs.messages[]`: a message of a user or a delivery report. Both come to the same URL.
///
/// `callback_type` `dlr` makes it a report. Otherwise `content` makes it a message, and `exo_status_code` beside `sid` or
/// `to` a report, whatever `callback_type` says. Reading never fails, so that no element can cost its neighbours.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Item {
    /// A message of a user.
    Incoming(Incoming),
    /// What became of a message to a user.
    Report(Report),
    /// An object that is neither; kept whole and written back as it came.
    Unknown(RawJson),
    /// A message or a report with a fault in it; kept whole and written back as it came.
    Malformed(Malformed),
}

/// An element of `sms.messages[]`: a delivery report about the SMS sent instead. Reading never fails.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SmsItem {
    /// What became of the SMS.
    Report(SmsReport),
    /// An object that is no report; kept whole and written back as it came.
    Unknown(RawJson),
    /// A report with a fault in it; kept whole and written back as it came.
    Malformed(Malformed),
}

/// An element that could not be read, kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    raw: RawJson,
    error: DecodeError,
}

impl Malformed {
    /// The element as it came.
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// Why it could not be read. Pointer, line and column count from the beginning of the element.
    pub fn error(&self) -> &DecodeError {
        &self.error
    }

    pub(super) fn new(raw: RawJson, error: DecodeError) -> Self {
        Self { raw, error }
    }
}

/// What an element is, by its members.
enum Shape {
    Incoming,
    Report,
    Other,
}

impl Shape {
    fn of(raw: &RawJson) -> Result<Self, DecodeError> {
        let members: Members = raw.decode()?;
        let has_party = members.has("sid") || members.has("message_sid") || members.has("to");
        Ok(if members.is_text("callback_type", "dlr") {
            Self::Report
        } else if members.has("content") {
            Self::Incoming
        } else if members.has("exo_status_code") && has_party {
            Self::Report
        } else {
            Self::Other
        })
    }
}

impl Item {
    /// The user's address: `from` of a message, `to` of a report.
    pub fn user(&self) -> Option<&Address> {
        Entry::from(self).user()
    }

    /// The business's address: `to` of a message; reports have none.
    pub fn business(&self) -> Option<&Address> {
        Entry::from(self).business()
    }

    pub(super) fn read(raw: RawJson) -> Self {
        let item = match Shape::of(&raw) {
            Ok(Shape::Incoming) => raw.decode().map(Self::Incoming),
            Ok(Shape::Report) => raw.decode().map(Self::Report),
            Ok(Shape::Other) => return Self::Unknown(raw),
            Err(error) => Err(error),
        };
        item.unwrap_or_else(|error| Self::Malformed(Malformed::new(raw, error)))
    }
}

impl SmsItem {
    /// The user's address: `to` of a report.
    pub fn user(&self) -> Option<&Address> {
        Entry::from(self).user()
    }

    fn read(raw: RawJson) -> Self {
        let item = match Shape::of(&raw) {
            Ok(Shape::Report) => raw.decode().map(Self::Report),
            Ok(Shape::Incoming | Shape::Other) => return Self::Unknown(raw),
            Err(error) => Err(error),
        };
        item.unwrap_or_else(|error| Self::Malformed(Malformed::new(raw, error)))
    }
}

impl From<Incoming> for Item {
    fn from(incoming: Incoming) -> Self {
        Self::Incoming(incoming)
    }
}

impl From<Report> for Item {
    fn from(report: Report) -> Self {
        Self::Report(report)
    }
}

impl From<SmsReport> for SmsItem {
    fn from(report: SmsReport) -> Self {
        Self::Report(report)
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Incoming(incoming) => incoming.serialize(serializer),
            Self::Report(report) => report.serialize(serializer),
            Self::Unknown(raw) => raw.serialize(serializer),
            Self::Malformed(malformed) => malformed.serialize(serializer),
        }
    }
}

impl Serialize for SmsItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Report(report) => report.serialize(serializer),
            Self::Unknown(raw) => raw.serialize(serializer),
            Self::Malformed(malformed) => malformed.serialize(serializer),
        }
    }
}

/// As it came.
impl Serialize for Malformed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawJson::deserialize(deserializer).map(Self::read)
    }
}

impl<'de> Deserialize<'de> for SmsItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawJson::deserialize(deserializer).map(Self::read)
    }
}

crate::masked::shown!(Item, SmsItem, Malformed);

#[cfg(feature = "schema")]
mod schema {
    //! What an element may look like; anything else is kept.

    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{Incoming, Item, Report, SmsItem, SmsReport};

    impl JsonSchema for Item {
        fn schema_name() -> Cow<'static, str> {
            "ExotelItem".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let incoming = generator.subschema_for::<Incoming>();
            let report = generator.subschema_for::<Report>();
            json_schema!({
                "description": "A message of a user, a delivery report, or something that this version does not know.",
                "anyOf": [incoming, report, { "type": "object" }],
            })
        }
    }

    impl JsonSchema for SmsItem {
        fn schema_name() -> Cow<'static, str> {
            "ExotelSmsItem".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let report = generator.subschema_for::<SmsReport>();
            json_schema!({
                "description": "A report about the SMS sent instead, or something that this version does not know.",
                "anyOf": [report, { "type": "object" }],
            })
        }
    }
}
