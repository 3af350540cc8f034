//! A message to send, on any channel.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::id::MessageId;
use crate::json::{DecodeError, decode};
use crate::open::{from_contents, open_text};
use crate::phone::PhoneNumber;
use crate::validate::{At, Validate, Violations};
use crate::{rcs, viber, whatsapp};

open_text! {
    /// A channel of INCS.
    pub enum Channel {
        /// WhatsApp.
        WhatsApp = "whatsapp",
        /// Viber.
        Viber = "viber",
        /// RCS.
        Rcs = "rcs",
    }
}

/// A message to send, on one of the three channels.
///
/// On the wire it is the body of the channel's route; the channel itself stands in the path
/// (`/external/messages/whatsapp`). So reading one takes the channel: [`decode`](Self::decode).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum OutboundMessage {
    /// A WhatsApp message.
    WhatsApp(whatsapp::Message),
    /// A Viber message.
    Viber(viber::Message),
    /// An RCS message.
    Rcs(rcs::Message),
}

impl OutboundMessage {
    /// Reads the body of a send on the given channel.
    ///
    /// # Errors
    ///
    /// When the body is not a message of that channel, or the channel is not one of the three.
    pub fn decode(channel: &Channel, body: &[u8]) -> Result<Self, DecodeError> {
        match channel {
            Channel::WhatsApp => decode(body).map(Self::WhatsApp),
            Channel::Viber => decode(body).map(Self::Viber),
            Channel::Rcs => decode(body).map(Self::Rcs),
            Channel::Unknown(_) => Err(DecodeError::refused("a message of the channel whatsapp, viber or rcs")),
        }
    }

    /// The channel.
    pub fn channel(&self) -> Channel {
        match self {
            Self::WhatsApp(_) => Channel::WhatsApp,
            Self::Viber(_) => Channel::Viber,
            Self::Rcs(_) => Channel::Rcs,
        }
    }

    /// The recipient.
    pub fn to(&self) -> &PhoneNumber {
        match self {
            Self::WhatsApp(message) => &message.to,
            Self::Viber(message) => &message.to,
            Self::Rcs(message) => &message.to,
        }
    }

    /// The kind of content: `text`, `template`, ….
    pub fn kind(&self) -> &str {
        match self {
            Self::WhatsApp(message) => message.content.kind(),
            Self::Viber(message) => message.content.kind(),
            Self::Rcs(message) => message.content.kind(),
        }
    }
}

from_contents! {
    OutboundMessage: WhatsApp(whatsapp::Message), Viber(viber::Message), Rcs(rcs::Message)
}

impl Validate for OutboundMessage {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match self {
            Self::WhatsApp(message) => message.check(at, found),
            Self::Viber(message) => message.check(at, found),
            Self::Rcs(message) => message.check(at, found),
        }
    }
}

/// What a successful send gives back: `data` of the reply (INCS: send messages).
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Sent {
    /// The id by which receipts name the message: `wamid.…` on WhatsApp, a UUID on Viber and RCS.
    pub msg_id: MessageId,
}
