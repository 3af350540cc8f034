//! The body of one WhatsApp webhook: its lists, and the business number that received them (mostly inferred).

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::contact::Contact;
use super::error::ErrorItem;
use super::message::Message;
use super::preference::UserPreference;
use super::status::Status;
use crate::address::Address;
use crate::id::PhoneNumberId;

/// The body of one webhook. It may hold several lists; each of their elements is independent, except `contacts`.
///
/// Lists that this version does not know are skipped here. The webhook parser of `incs-webhook` makes an item of each of
/// their elements.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WhatsAppValue"))]
#[non_exhaustive]
pub struct Value {
    /// `whatsapp`.
    pub messaging_product: Option<String>,
    /// The business number that received the messages.
    pub metadata: Option<Metadata>,
    /// The senders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// The messages.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub messages: Vec<Message>,
    /// Receipts of messages sent earlier, in Meta's form. (Inferred: INCS has `message_status_update` for these.)
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub statuses: Vec<Status>,
    /// Errors that belong to no single message.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub errors: Vec<ErrorItem>,
    /// Calls that began or ended. (Inferred from Meta's API.)
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub calls: Vec<Call>,
    /// Messages that the business sent from a phone and not by the API. (Inferred from Meta's API.)
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub message_echoes: Vec<Message>,
    /// Customers' preferences about the messages they receive. (Inferred from Meta's API.)
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::json::items")]
    pub user_preferences: Vec<UserPreference>,
}

/// The business number that received the messages.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Metadata {
    /// The number.
    pub display_phone_number: Option<Address>,
    /// Meta's id of the number.
    pub phone_number_id: Option<PhoneNumberId>,
}

impl Value {
    /// Returns the contact of a message: the first one that is the same party. A message has no contact if none has an id
    /// in common with it, even if there is only one contact.
    ///
    /// Compares the message with all contacts. For all messages of a webhook use a [`ContactIndex`](super::ContactIndex).
    pub fn contact_of(&self, message: &Message) -> Option<&Contact> {
        let sender = message.party();
        self.contacts.iter().find(|contact| contact.party().same_party(&sender))
    }
}
