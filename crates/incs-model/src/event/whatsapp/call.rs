//! Calls on WhatsApp, in Meta's form (inferred).

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use super::value::ErrorItem;
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
    /// The call.
    pub id: CallId,
    /// What happened to it.
    pub event: Option<CallEvent>,
    /// When.
    pub timestamp: Option<WireTime>,
    /// Who called whom.
    pub direction: Option<CallDirection>,
    /// Who called.
    pub from: Option<Address>,
    /// Who called, as Meta numbers them.
    pub from_user_id: Option<WhatsAppUserId>,
    /// Who called, as Meta numbers them for a group of businesses.
    pub from_parent_user_id: Option<WhatsAppUserId>,
    /// Who was called.
    pub to: Option<Address>,
    /// Who was called, as Meta numbers them.
    pub to_user_id: Option<WhatsAppUserId>,
    /// Who was called, as Meta numbers them for a group of businesses.
    pub to_parent_user_id: Option<WhatsAppUserId>,
    /// The offer or answer of the media connection.
    pub session: Option<CallSession>,
    /// How the call ended.
    pub status: Option<CallOutcome>,
    /// When the other side answered.
    pub start_time: Option<WireTime>,
    /// When the call ended.
    pub end_time: Option<WireTime>,
    /// Seconds.
    pub duration: Option<u64>,
    /// What the business put on the call.
    pub biz_opaque_callback_data: Option<String>,
    /// Why it failed.
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
    /// What happened to a call.
    pub enum CallEvent {
        /// It rings.
        Connect = "connect",
        /// It ended.
        Terminate = "terminate",
    }
}

open_text! {
    /// Who called whom.
    pub enum CallDirection {
        /// The customer called.
        UserInitiated = "USER_INITIATED",
        /// The business called.
        BusinessInitiated = "BUSINESS_INITIATED",
    }
}

open_text! {
    /// How a call ended.
    pub enum CallOutcome {
        /// It was answered.
        Completed = "COMPLETED",
        /// It was not.
        Failed = "FAILED",
    }
}

impl Call {
    /// Returns the customer: the side that called, or that was called where the business called.
    pub fn party(&self) -> Party {
        let caller = || Party {
            phone: self.from.clone(),
            user_id: self.from_user_id.clone(),
            parent_user_id: self.from_parent_user_id.clone(),
            username: None,
            group_id: None,
        };
        if self.direction != Some(CallDirection::BusinessInitiated) {
            return caller();
        }
        Party {
            phone: self.to.clone(),
            user_id: self.to_user_id.clone(),
            parent_user_id: self.to_parent_user_id.clone(),
            username: None,
            group_id: None,
        }
    }
}
