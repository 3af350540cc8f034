//! `message_status_update`.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::{ChannelId, MessageId};
use crate::status::State;
use crate::time::WireTime;

/// A sent message has a new state (INCS: message status webhook).
///
/// Order is not promised: a `sent` may come after a `read`. [`delivery`](crate::delivery) puts them together.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MessageStatusUpdate {
    /// The id that the send gave back. (That both are one is inferred.)
    pub message_id: MessageId,
    /// The new state.
    pub message_status: State,
    /// Why the message failed; `null` on the wire when there is nothing to say.
    #[serde(default)]
    pub error: Option<StatusError>,
    /// The sending channel. Absent in the English edition of the page and in older deployments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// The business number. Optional in the English edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_phone: Option<Address>,
    /// When the state changed, says one edition of the page; when the webhook was received, says the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<WireTime>,
}

/// Why a message failed, in the provider's words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StatusError {
    /// The provider's number; Meta's on WhatsApp, like 131049.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// The provider's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}
