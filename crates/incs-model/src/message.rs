//! A message to send, on any channel.

use incs_model_derive::{ReadStruct, WireStruct};
use serde::Serialize;

use crate::id::MessageId;
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
/// On the wire it is the body of the channel's route; the channel itself is part of the path
/// (`/external/messages/whatsapp`). To read one use a [`Document`](crate::Document), which takes the channel.
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

/// The result of a successful send: `data` of the reply (INCS: send messages).
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Sent {
    /// The message id that receipts refer to: `wamid.…` on WhatsApp, a UUID on Viber and RCS.
    #[serde(rename = "msg_id")]
    pub message_id: MessageId,
}
