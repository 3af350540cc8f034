//! Customers' preferences about the messages they receive on WhatsApp, in Meta's form (inferred).

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::WhatsAppUserId;
use crate::open::open_text;
use crate::party::Party;
use crate::time::WireTime;

/// A customer's preference about the messages they receive. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UserPreference {
    /// The customer's number.
    pub wa_id: Option<Address>,
    /// Meta's id of the customer.
    pub user_id: Option<WhatsAppUserId>,
    /// Meta's id of the customer for a group of businesses.
    pub parent_user_id: Option<WhatsAppUserId>,
    /// The subject of the preference.
    pub category: Option<PreferenceCategory>,
    /// The choice.
    pub value: Option<PreferenceValue>,
    /// The preference as a sentence.
    pub detail: Option<String>,
    /// The time of the choice.
    pub timestamp: Option<WireTime>,
}

open_text! {
    /// The subject of a preference.
    pub enum PreferenceCategory {
        /// Marketing messages.
        MarketingMessages = "marketing_messages",
    }
}

open_text! {
    /// A customer's choice.
    pub enum PreferenceValue {
        /// The customer wants no more of these messages.
        Stop = "stop",
        /// The customer wants these messages again.
        Resume = "resume",
    }
}

impl UserPreference {
    /// Returns the customer, with every id of the preference.
    pub fn party(&self) -> Party {
        Party::of_ids(&self.wa_id, &self.user_id, &self.parent_user_id)
    }
}
