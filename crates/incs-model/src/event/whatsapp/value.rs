//! One delivery: who wrote what to which number.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use super::message::Message;
use super::status::Status;
use crate::address::Address;
use crate::id::{PhoneNumberId, WhatsAppUserId};

/// One delivery. It may hold several messages, receipts and errors; each stands for itself.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WhatsAppValue"))]
#[non_exhaustive]
pub struct Value {
    /// `whatsapp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messaging_product: Option<String>,
    /// The business number that was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// Who wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// What they wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    /// Receipts of messages sent earlier, in Meta's form. (Inferred: INCS has `message_status_update` for these.)
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<Status>,
    /// What went wrong outside any one message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}

/// The business number that was written to.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Metadata {
    /// The number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_phone_number: Option<Address>,
    /// The number, as Meta numbers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number_id: Option<PhoneNumberId>,
}

/// Someone who wrote.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Contact {
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Their number; matches `from` of their messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<Address>,
    /// `ID.<digits>`; in newer samples only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<WhatsAppUserId>,
}

/// What someone calls themselves.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Profile {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What went wrong, in Meta's words.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorItem {
    /// Meta's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// A short text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A longer text; newer versions only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// More; newer versions only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_data: Option<ErrorDetails>,
}

/// More about what went wrong.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorDetails {
    /// A text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

impl Value {
    /// The contact behind a message, by number; the only contact there is, if none has the number.
    pub fn contact_of(&self, message: &Message) -> Option<&Contact> {
        let same = |contact: &&Contact| match (&contact.wa_id, &message.from) {
            (Some(number), Some(from)) => number.same_party(from),
            _ => false,
        };
        self.contacts.iter().find(same).or(match self.contacts.as_slice() {
            [only] => Some(only),
            _ => None,
        })
    }
}
