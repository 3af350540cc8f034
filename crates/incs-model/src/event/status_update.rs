//! Events about the state of a sent message.

use std::fmt;

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Deserializer, Serialize};

use super::created::ChannelState;
use crate::address::Address;
use crate::id::{ChannelId, IncsMessageId, MessageId};
use crate::json;
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
    #[serde(default, deserialize_with = "error_or_nothing")]
    pub error: Option<StatusError>,
    /// The sending channel. Absent in the English edition of the page and in older deployments.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::json::optional")]
    pub channel_id: Option<ChannelId>,
    /// The business number. Optional in the English edition.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::json::optional")]
    pub business_phone: Option<Address>,
    /// When the state changed, says one edition of the page; when the webhook was received, says the other.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::json::optional")]
    pub received_at: Option<WireTime>,
}

/// An error that says nothing, `{}`, is none.
fn error_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<StatusError>, D::Error> {
    let error: Option<StatusError> = json::optional(deserializer)?;
    Ok(error.filter(|error| error.code.is_some() || error.title.is_some()))
}

/// Why a message failed, in the provider's words.
#[received]
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
#[received]
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
    /// The reason of a failure.
    pub error: Option<String>,
}

#[derive(Deserialize)]
struct Probe {
    message: ChannelStatusMessage,
}

impl ChannelStatus {
    /// Reads an event of unknown name, if it has the shape.
    pub(super) fn probe(object: &UnknownObject) -> Option<Self> {
        let Probe { message } = object.raw().decode().ok()?;
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
