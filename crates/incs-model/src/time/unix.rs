//! Unix seconds where `0` says "not recorded".

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Timestamp;
use crate::schema_of::schema_of;

/// Whole seconds since 1970, where `0` says that nothing was recorded.
///
/// The status query and the template resources write times so. On the wire: a JSON integer (digits in a string are read too).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixSeconds(i64);

impl UnixSeconds {
    /// Nothing recorded: `0`.
    pub const NOT_RECORDED: Self = Self(0);

    /// The number as it stands on the wire.
    pub fn as_i64(self) -> i64 {
        self.0
    }

    /// The instant, if one was recorded.
    pub fn recorded(self) -> Option<Timestamp> {
        if self.0 == 0 { None } else { Timestamp::from_unix_seconds(self.0) }
    }
}

impl From<i64> for UnixSeconds {
    fn from(seconds: i64) -> Self {
        Self(seconds)
    }
}

impl From<Timestamp> for UnixSeconds {
    fn from(time: Timestamp) -> Self {
        Self(time.as_unix_seconds())
    }
}

impl Serialize for UnixSeconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for UnixSeconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::number::read_i64(deserializer).map(Self)
    }
}

impl fmt::Debug for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.recorded() {
            Some(time) => fmt::Debug::fmt(&time, f),
            None => write!(f, "not recorded"),
        }
    }
}

crate::masked::shown!(UnixSeconds);

schema_of!(UnixSeconds, generator => {
    let mut schema = crate::schema::shape::whole_number(generator);
    let description = "Whole seconds since 1970-01-01T00:00:00Z; 0 when nothing was recorded.";
    schema.insert("description".to_owned(), description.into());
    schema
});
