//! An instant.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::{self, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::decode::Key;

/// An instant, to the nanosecond. This crate never asks a clock: times come from the wire or from you.
///
/// ```
/// use incs_model::Timestamp;
///
/// let sent = Timestamp::from_unix_seconds(1_775_540_117).unwrap();
/// assert_eq!(sent.to_string(), "2026-04-07T05:35:17Z");
/// assert_eq!("2026-04-07T13:35:17+08:00".parse::<Timestamp>().unwrap(), sent);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// A text that is not an RFC 3339 time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a time like 2026-04-07T05:35:17Z")]
pub struct ParseTimeError(());

impl Timestamp {
    /// The instant `seconds` after 1970-01-01T00:00:00Z; `None` outside the years -9999 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(Self)
    }

    /// The instant `millis` milliseconds after 1970-01-01T00:00:00Z; `None` outside the years -9999 to 9999.
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(millis).ok().map(Self)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded towards zero.
    pub fn as_unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z, rounded towards zero.
    pub fn as_unix_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The time from `earlier` to this instant; zero when `earlier` is later.
    pub fn saturating_since(self, earlier: Self) -> Duration {
        Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or(Duration::ZERO)
    }

    /// This instant plus a span; the last representable instant when that lies beyond it.
    pub fn saturating_add(self, span: Duration) -> Self {
        let sum = jiff::SignedDuration::try_from(span).ok().and_then(|span| self.0.checked_add(span).ok());
        Self(sum.unwrap_or(jiff::Timestamp::MAX))
    }

    pub(crate) fn from_jiff(inner: jiff::Timestamp) -> Self {
        Self(inner)
    }

    pub(crate) fn into_jiff(self) -> jiff::Timestamp {
        self.0
    }
}

impl From<SystemTime> for Timestamp {
    /// Saturates at the years -9999 and 9999.
    fn from(time: SystemTime) -> Self {
        let epoch = Self(jiff::Timestamp::UNIX_EPOCH);
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => epoch.saturating_add(since),
            Err(before) => {
                let span = jiff::SignedDuration::try_from(before.duration()).ok();
                let instant = span.and_then(|span| epoch.0.checked_sub(span).ok());
                Self(instant.unwrap_or(jiff::Timestamp::MIN))
            }
        }
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, ParseTimeError> {
        text.parse().map(Self).map_err(|_| ParseTimeError(()))
    }
}

/// RFC 3339 in UTC, with as many fraction digits as needed.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

crate::masked::shown!(Timestamp);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Key(text) = Key::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::invalid_value(Unexpected::Str(&text), &"an RFC 3339 time"))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}
