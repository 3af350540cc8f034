//! `message_created`: every message that passes through the INCS workbench, in either direction (INCS: message created webhook).

pub mod content;
mod message;

pub use self::content::Content;
pub use self::message::Message;

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::open::open_code;

/// A message was received or sent in the INCS workbench (INCS: message created webhook).
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MessageCreated {
    /// The message.
    pub message: Message,
}

open_code! {
    /// The kind of a conversation, by its number of participants.
    pub enum SessionType {
        /// One customer.
        Single = 1,
        /// A group.
        Group = 2,
    }
}

open_code! {
    /// The kind of a message of type 110. The content of each kind is **unknown**: it is kept as raw JSON.
    pub enum CustomType {
        /// Not a custom message.
        None = 0,
        /// A WhatsApp template.
        WhatsAppTemplate = 11002,
        /// WhatsApp reply buttons.
        WhatsAppReplyButton = 11006,
        /// A Viber one-time password.
        ViberOtp = 11008,
        /// An RCS template.
        RcsTemplate = 11009,
        /// An RCS suggested reply.
        RcsSuggestedReply = 11010,
    }
}

open_code! {
    /// The state of an outgoing message. Inbound messages hold `0`. The order differs from other providers: 2 is a
    /// failure.
    pub enum ChannelState {
        /// Created, not yet sent.
        Created = 0,
        /// Sent.
        Sent = 1,
        /// Failed.
        Failed = 2,
        /// Delivered.
        Delivered = 3,
        /// Read.
        Read = 4,
    }
}

open_code! {
    /// The origin of a message.
    pub enum Origin {
        /// The INCS workbench.
        Incs = 0,
        /// The API.
        Api = 1,
    }
}
