//! Receipts of messages, and states of calls and payments, in Meta's form (inferred).

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use super::error::ErrorItem;
use crate::address::Address;
use crate::id::{GroupId, MessageId, WhatsAppUserId};
use crate::json::RawJson;
use crate::open::open_text;
use crate::party::Party;
use crate::status::State;
use crate::time::WireTime;

/// A new state of a sent message. Calls and payments report their states in the same list.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WhatsAppStatus"))]
#[non_exhaustive]
pub struct Status {
    /// The id of the message or call.
    pub id: MessageId,
    /// The new state.
    pub status: State,
    /// The kind of object that has the new state. Absent for a message.
    pub r#type: Option<StatusKind>,
    /// The time of the change.
    pub timestamp: Option<WireTime>,
    /// The recipient: a person, or a group according to `recipient_type`.
    pub recipient_id: Option<Address>,
    /// A person or a group. (Inferred from Meta's API.)
    pub recipient_type: Option<RecipientKind>,
    /// Meta's id of the recipient. (Inferred from Meta's API.)
    pub recipient_user_id: Option<WhatsAppUserId>,
    /// Meta's id of the recipient for a group of businesses. (Inferred from Meta's API.)
    pub recipient_parent_user_id: Option<WhatsAppUserId>,
    /// The group member that sent the receipt. The receipts of one group message differ only in this member. (Inferred from
    /// Meta's API.)
    pub recipient_participant_id: Option<Address>,
    /// Meta's id of the same group member. (Inferred from Meta's API.)
    pub recipient_participant_user_id: Option<WhatsAppUserId>,
    /// The conversation that Meta bills; kept unchanged.
    pub conversation: Option<RawJson>,
    /// The billing of the message. (Inferred from Meta's API.)
    pub pricing: Option<Pricing>,
    /// The payment, for the kind `payment`; kept unchanged.
    pub payment: Option<RawJson>,
    /// The data that the business passed with the send.
    pub biz_opaque_callback_data: Option<String>,
    /// The reason of a failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}

open_text! {
    /// The kind of object that has a new state.
    pub enum StatusKind {
        /// A message. In all known samples a message has no kind.
        Message = "message",
        /// A call.
        Call = "call",
        /// A payment.
        Payment = "payment",
    }
}

open_text! {
    /// The kind of recipient.
    pub enum RecipientKind {
        /// A person.
        Individual = "individual",
        /// A group.
        Group = "group",
    }
}

/// The billing of the message. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Pricing {
    /// True when Meta bills the message.
    pub billable: Option<bool>,
    /// The model, like `PMP`.
    pub pricing_model: Option<String>,
    /// `regular`, `free_customer_service`, ….
    pub r#type: Option<String>,
    /// `marketing`, `utility`, `service`, ….
    pub category: Option<String>,
}

impl Status {
    /// Returns true for the receipt of a message, false for the state of a call, a payment or an unknown kind.
    pub fn is_receipt(&self) -> bool {
        matches!(self.r#type, None | Some(StatusKind::Message))
    }

    /// Returns the recipient of the message, with every id of the status. For a group message that is the group member
    /// that sent the receipt, within the group.
    pub fn recipient(&self) -> Party {
        let is_group = self.recipient_type == Some(RecipientKind::Group)
            || self.recipient_participant_id.is_some()
            || self.recipient_participant_user_id.is_some();
        let mut party = Party::new();
        party.parent_user_id.clone_from(&self.recipient_parent_user_id);
        if is_group {
            party.phone.clone_from(&self.recipient_participant_id);
            party.user_id = self.recipient_participant_user_id.as_ref().or(self.recipient_user_id.as_ref()).cloned();
            party.group_id = self.recipient_id.as_ref().map(|id| GroupId::from(id.as_str()));
        } else {
            party.phone.clone_from(&self.recipient_id);
            party.user_id.clone_from(&self.recipient_user_id);
        }
        // For a person who hides their number the user id can be in its place.
        if let Some(id) = party.phone.take_if(|id| WhatsAppUserId::has_form(id.as_str())) {
            party.user_id.get_or_insert_with(|| WhatsAppUserId::from(id.as_str()));
        }
        party
    }
}
