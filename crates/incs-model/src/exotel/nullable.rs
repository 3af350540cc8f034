//! A member for which null has a meaning.

use std::fmt;

use crate::masked::{Mask, Masked};

/// A member that may be absent, null, or a value, each with its own meaning.
///
/// In a report about the fallback SMS, null means that there is no such SMS; an absent member means nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Nullable<T> {
    /// The member is not there.
    #[default]
    Absent,
    /// The member is null.
    Null,
    /// The member has a value.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Returns true when the member is present and null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Masked> Masked for Nullable<T> {
    fn masked(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::Null => f.write_str("Null"),
            Self::Value(value) => f.debug_tuple("Value").field(&Mask(value)).finish(),
        }
    }
}

#[allow(private_bounds, reason = "what may be shown is decided inside this crate")]
impl<T: Masked> fmt::Debug for Nullable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.masked(f)
    }
}
