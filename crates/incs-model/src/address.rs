//! The address of a party in a webhook.

use std::fmt;

use incs_model_derive::{DisplayText, FromText};
use serde::{Deserialize, Serialize};

use crate::phone::{PhoneNumber, fmt_masked};

/// The address of a party in a webhook: a number with or without `+`, a bot id, or a masked number. Opaque.
///
/// Equality compares the text. To recognize a customer use [`same_party`](Self::same_party), which ignores one leading
/// `+`. `Debug` shows the last two characters.
///
/// ```
/// use incs_model::Address;
///
/// let address = Address::from("+6281200045678");
/// assert!(address.same_party(&Address::from("6281200045678")));
/// assert_eq!(address.as_phone().unwrap().as_str(), "6281200045678");
/// assert_eq!(Address::from("Qm7tYHXc210LPRBV").as_phone(), None);
/// assert_eq!(format!("{address:?}"), "Address(…78)");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, FromText, DisplayText)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Address(#[serde(deserialize_with = "crate::json::text")] String);

impl Address {
    /// The address as written on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The phone number, if the address is one that accepts messages: 7 to 15 digits, after at most one `+`.
    pub fn as_phone(&self) -> Option<PhoneNumber> {
        PhoneNumber::from_digits(self.key()).ok()
    }

    /// Returns true when both are the same party, with or without a leading `+`.
    pub fn same_party(&self, other: &Self) -> bool {
        self.key() == other.key()
    }

    /// The address without a leading `+`: the same for both spellings, so it can be the key of a lookup.
    pub fn key(&self) -> &str {
        self.0.strip_prefix('+').unwrap_or(&self.0)
    }
}

impl From<&PhoneNumber> for Address {
    fn from(number: &PhoneNumber) -> Self {
        Self(number.as_str().to_owned())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(")?;
        fmt_masked(&self.0, f)?;
        f.write_str(")")
    }
}

impl crate::masked::Masked for Address {}
