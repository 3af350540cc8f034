//! Calls on WhatsApp, in Meta's form (inferred).

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use super::error::ErrorItem;
use crate::address::Address;
use crate::id::{CallId, WhatsAppUserId};
use crate::open::open_text;
use crate::party::Party;
use crate::time::WireTime;

/// A call began or ended. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WhatsAppCall"))]
#[non_exhaustive]
pub struct Call {
    /// The call's id.
    pub id: CallId,
    /// The event.
    pub event: Option<CallEvent>,
    /// The time of the event.
    pub timestamp: Option<WireTime>,
    /// The direction of the call.
    pub direction: Option<CallDirection>,
    /// The caller's number.
    pub from: Option<Address>,
    /// Meta's id of the caller.
    pub from_user_id: Option<WhatsAppUserId>,
    /// Meta's id of the caller for a group of businesses.
    pub from_parent_user_id: Option<WhatsAppUserId>,
    /// The number of the called party.
    pub to: Option<Address>,
    /// Meta's id of the called party.
    pub to_user_id: Option<WhatsAppUserId>,
    /// Meta's id of the called party for a group of businesses.
    pub to_parent_user_id: Option<WhatsAppUserId>,
    /// The offer or answer of the media connection.
    pub session: Option<CallSession>,
    /// The outcome.
    pub status: Option<CallOutcome>,
    /// The time at which the call was answered.
    pub start_time: Option<WireTime>,
    /// The time at which the call ended.
    pub end_time: Option<WireTime>,
    /// The duration in seconds.
    pub duration: Option<u64>,
    /// The data that the business passed with the call.
    pub biz_opaque_callback_data: Option<String>,
    /// The reason of a failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}

/// The offer or answer of a media connection. (Inferred from Meta's API.)
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CallSession {
    /// `offer` or `answer`.
    pub sdp_type: Option<String>,
    /// The session description (RFC 8866).
    pub sdp: Option<String>,
}

open_text! {
    /// An event of a call.
    pub enum CallEvent {
        /// The call rings.
        Connect = "connect",
        /// The call ended.
        Terminate = "terminate",
    }
}

open_text! {
    /// The direction of a call.
    pub enum CallDirection {
        /// The customer called.
        UserInitiated = "USER_INITIATED",
        /// The business called.
        BusinessInitiated = "BUSINESS_INITIATED",
    }
}

open_text! {
    /// The outcome of a call.
    pub enum CallOutcome {
        /// The call was answered.
        Completed = "COMPLETED",
        /// The call was not answered.
        Failed = "FAILED",
    }
}

impl Call {
    /// Returns the customer: the caller, or the called party when the business called.
    pub fn party(&self) -> Party {
        if self.direction == Some(CallDirection::BusinessInitiated) {
            Party::of_ids(&self.to, &self.to_user_id, &self.to_parent_user_id)
        } else {
            Party::of_ids(&self.from, &self.from_user_id, &self.from_parent_user_id)
        }
    }
}
