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
    /// The call.
    pub id: CallId,
    /// The event.
    pub event: Option<CallEvent>,
    /// The time.
    pub timestamp: Option<WireTime>,
    /// The side that called.
    pub direction: Option<CallDirection>,
    /// The caller.
    pub from: Option<Address>,
    /// The caller, as Meta numbers them.
    pub from_user_id: Option<WhatsAppUserId>,
    /// The caller, as Meta numbers them for a group of businesses.
    pub from_parent_user_id: Option<WhatsAppUserId>,
    /// The side that was called.
    pub to: Option<Address>,
    /// The side that was called, as Meta numbers it.
    pub to_user_id: Option<WhatsAppUserId>,
    /// The side that was called, as Meta numbers it for a group of businesses.
    pub to_parent_user_id: Option<WhatsAppUserId>,
    /// The offer or answer of the media connection.
    pub session: Option<CallSession>,
    /// The outcome.
    pub status: Option<CallOutcome>,
    /// The time of the answer.
    pub start_time: Option<WireTime>,
    /// The end of the call.
    pub end_time: Option<WireTime>,
    /// Seconds.
    pub duration: Option<u64>,
    /// The business's own data, given with the call.
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
        /// It rings.
        Connect = "connect",
        /// It ended.
        Terminate = "terminate",
    }
}

open_text! {
    /// The side that called.
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
