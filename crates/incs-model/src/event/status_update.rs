//! Events about the state of a sent message.

use std::fmt;

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use super::created::ChannelState;
use crate::address::Address;
use crate::id::{ChannelId, IncsMessageId, MessageId};
use crate::masked::Mask;
use crate::open::{UnknownObject, fmt_token};
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
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StatusError {
    /// The provider's number; Meta's on WhatsApp, like 131049.
    pub code: Option<i64>,
    /// The provider's text.
    pub title: Option<String>,
}

/// A message of the INCS workbench has a new state.
///
/// A page says that this event exists; its name and members are **unknown**. Any event with a `message` that holds `id`
/// and `channel_status` is taken for one (inferred). It is written back whole, as it came.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct ChannelStatus {
    /// The part that is understood.
    #[serde(skip)]
    pub message: ChannelStatusMessage,
    object: UnknownObject,
}

/// What is understood of the update.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ChannelStatusMessage {
    /// The message.
    pub id: IncsMessageId,
    /// Its new state.
    pub channel_status: ChannelState,
    /// The provider's id of the message.
    pub channel_msg_id: Option<MessageId>,
    /// The channel.
    pub auth_id: Option<ChannelId>,
    /// Why it failed.
    pub error: Option<String>,
}

#[derive(Deserialize)]
struct Probe {
    message: ChannelStatusMessage,
}

impl ChannelStatus {
    /// Reads an event of unknown name, if it has the shape.
    pub(super) fn probe(object: &UnknownObject) -> Option<Self> {
        let Probe { message } = serde_json::from_str(object.raw().get()).ok()?;
        Some(Self { message, object: object.clone() })
    }

    /// The event's name, as it came.
    pub fn kind(&self) -> &str {
        self.object.kind()
    }

    /// The whole event.
    pub fn object(&self) -> &UnknownObject {
        &self.object
    }
}

impl fmt::Debug for ChannelStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelStatus(")?;
        fmt_token(self.kind(), f)?;
        write!(f, ", {:?})", Mask(&self.message))
    }
}
