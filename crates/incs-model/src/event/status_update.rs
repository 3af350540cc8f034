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
/// The order of events is not guaranteed: a `sent` may come after a `read`. [`delivery`](crate::delivery) merges them.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MessageStatusUpdate {
    /// The id that the send returned. (Inferred: both are the same id.)
    pub message_id: MessageId,
    /// The new state.
    pub message_status: State,
    /// The reason of a failure; `null` on the wire when there is none.
    #[serde(default, deserialize_with = "error_or_nothing")]
    pub error: Option<StatusError>,
    /// The sending channel. Absent from the English version of the page and in older deployments.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::json::optional")]
    pub channel_id: Option<ChannelId>,
    /// The business number. Optional in the English version.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::json::optional")]
    pub business_phone: Option<Address>,
    /// The time at which the state changed, in one version of the page; the time at which the webhook was received, in the other.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::json::optional")]
    pub received_at: Option<WireTime>,
}

/// Reads an empty error, `{}`, as no error.
fn error_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<StatusError>, D::Error> {
    let error: Option<StatusError> = json::optional(deserializer)?;
    Ok(error.filter(|error| error.code.is_some() || error.title.is_some()))
}

/// The reason of a failed message, in the provider's words.
#[received]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StatusError {
    /// The provider's error number; Meta's on WhatsApp, like 131049.
    pub code: Option<i64>,
    /// The provider's text.
    pub title: Option<String>,
}

/// A message of the INCS workbench has a new state.
///
/// A page mentions this event; its name and members are **unknown**. Any event with a `message` that holds `id`
/// and `channel_status` is read as one (inferred). It is written back whole and unchanged.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct ChannelStatus {
    /// The known part of the event.
    #[serde(skip)]
    pub message: ChannelStatusMessage,
    object: UnknownObject,
}

/// The known part of the update.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ChannelStatusMessage {
    /// The message's id.
    pub id: IncsMessageId,
    /// Its new state.
    pub channel_status: ChannelState,
    /// The provider's id of the message.
    pub channel_msg_id: Option<MessageId>,
    /// The channel's id.
    pub auth_id: Option<ChannelId>,
    /// The reason of a failure.
    pub error: Option<String>,
}

#[derive(Deserialize)]
struct Probe {
    message: ChannelStatusMessage,
}

impl ChannelStatus {
    /// Reads an event of unknown name, if it has this shape.
    pub(super) fn probe(object: &UnknownObject) -> Option<Self> {
        let Probe { message } = object.raw().decode().ok()?;
        Some(Self { message, object: object.clone() })
    }

    /// The event's name on the wire.
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
