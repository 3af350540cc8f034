//! Receipts in Meta's form (inferred).

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use super::value::ErrorItem;
use crate::address::Address;
use crate::id::MessageId;
use crate::raw::RawJson;
use crate::status::State;
use crate::time::WireTime;

/// A sent message has a new state.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WhatsAppStatus"))]
#[non_exhaustive]
pub struct Status {
    /// The message.
    pub id: MessageId,
    /// Its new state.
    pub status: State,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<WireTime>,
    /// Who it was sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_id: Option<Address>,
    /// The conversation that Meta bills; kept as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<RawJson>,
    /// What Meta bills; kept as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pricing: Option<RawJson>,
    /// What the business put on the send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_opaque_callback_data: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
}
