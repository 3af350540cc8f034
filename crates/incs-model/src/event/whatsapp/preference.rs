//! Choices of customers about what they receive on WhatsApp, in Meta's form (inferred).

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::WhatsAppUserId;
use crate::open::open_text;
use crate::party::Party;
use crate::time::WireTime;

/// A customer's choice about what they receive. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UserPreference {
    /// The customer's number.
    pub wa_id: Option<Address>,
    /// The customer, as Meta numbers them.
    pub user_id: Option<WhatsAppUserId>,
    /// The customer, as Meta numbers them for a group of businesses.
    pub parent_user_id: Option<WhatsAppUserId>,
    /// The subject of the preference.
    pub category: Option<PreferenceCategory>,
    /// The choice.
    pub value: Option<PreferenceValue>,
    /// The same as a sentence.
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
        /// To receive no more of them.
        Stop = "stop",
        /// To receive them again.
        Resume = "resume",
    }
}

impl UserPreference {
    /// Returns the customer, by every id that the preference has.
    pub fn party(&self) -> Party {
        Party {
            phone: self.wa_id.clone(),
            user_id: self.user_id.clone(),
            parent_user_id: self.parent_user_id.clone(),
            username: None,
            group_id: None,
        }
    }
}
