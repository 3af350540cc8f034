//! The status update of the INCS workbench, whose name no page available gives.

use std::fmt;

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::created::ChannelState;
use crate::id::{ChannelId, IncsMessageId, MessageId};
use crate::masked::Mask;
use crate::open::{UnknownObject, fmt_token};

/// A message of the INCS workbench has a new state.
///
/// A page says that this event exists; its name and members are **unknown**. Any event with a `message` that holds `id`
/// and `channel_status` is taken for one (inferred). It is written back whole, as it came.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ChannelStatus {
    /// The part that is understood.
    pub message: ChannelStatusMessage,
    object: UnknownObject,
}

/// What is understood of the update.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ChannelStatusMessage {
    /// The message.
    pub id: IncsMessageId,
    /// Its new state.
    pub channel_status: ChannelState,
    /// The provider's id of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_msg_id: Option<MessageId>,
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_id: Option<ChannelId>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
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

impl Serialize for ChannelStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.object.serialize(serializer)
    }
}
