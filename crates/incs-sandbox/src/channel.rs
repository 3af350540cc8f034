//! The three sending channels of the sandbox.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A sending channel. The sandbox has one of each, with one certification code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// WhatsApp.
    WhatsApp,
    /// Viber.
    Viber,
    /// RCS.
    Rcs,
}

impl Channel {
    /// All three.
    pub const ALL: [Self; 3] = [Self::WhatsApp, Self::Viber, Self::Rcs];

    /// The name on the wire, as in the path of a send.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Viber => "viber",
            Self::Rcs => "rcs",
        }
    }

    /// The channel id in webhooks and tasks.
    pub fn id(self) -> u64 {
        match self {
            Self::WhatsApp => 30112,
            Self::Viber => 30113,
            Self::Rcs => 30114,
        }
    }

    /// The business number of the channel; RCS has none, so its webhooks contain `""`.
    pub fn business_phone(self) -> &'static str {
        match self {
            Self::WhatsApp => "6281100099001",
            Self::Viber => "6281100099002",
            Self::Rcs => "",
        }
    }

    /// Converts to the model's channel.
    pub fn model(self) -> incs_model::Channel {
        match self {
            Self::WhatsApp => incs_model::Channel::WhatsApp,
            Self::Viber => incs_model::Channel::Viber,
            Self::Rcs => incs_model::Channel::Rcs,
        }
    }
}
