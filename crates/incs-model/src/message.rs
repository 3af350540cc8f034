//! A message to send, on any channel.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::decode::{DecodeError, decode};
use crate::id::MessageId;
use crate::open::open_text;
use crate::phone::PhoneNumber;
use crate::validate::{At, Validate, Violations};
use crate::{rcs, viber, whatsapp};

/// Declares the message of a channel: a recipient and a content, in one object on the wire.
macro_rules! channel_message {
    ($(#[$meta:meta])* pub struct Message { $content:ident }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct Message {
            /// Who gets it: country code and number, digits only.
            pub to: $crate::PhoneNumber,
            /// What they get: `type` and the member named after it.
            pub content: $content,
        }

        impl Message {
            /// A message of any kind.
            pub fn new(to: $crate::PhoneNumber, content: impl Into<$content>) -> Self {
                Self { to, content: content.into() }
            }
        }

        impl ::serde::Serialize for Message {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("to", &self.to)?;
                $crate::open::MemberUnion::write(&self.content, &mut map)?;
                map.end()
            }
        }

        $crate::decode::read_object!(Message, map => {
            let (to, content) = $crate::message::read_addressed(map)?;
            Ok(Message { to, content })
        });

        impl $crate::validate::Validate for Message {
            fn check(&self, at: &$crate::validate::At<'_>, found: &mut $crate::validate::Violations) {
                self.content.check(at, found);
            }
        }

        impl crate::masked::Masked for Message {}

        $crate::schema_of::schema_of!(Message, generator => {
            let to = generator.subschema_for::<$crate::PhoneNumber>();
            let kinds = $content::content_schemas(generator);
            let shared = $crate::schema::shape::Shared { members: vec![("to", to)], required: &["to"] };
            $crate::schema::shape::member_union(generator, "type", kinds, &shared)
        });
    };
}
pub(crate) use channel_message;

/// Reads `to` and a union from one object.
pub(crate) fn read_addressed<'de, U, A>(mut map: A) -> Result<(PhoneNumber, U), A::Error>
where
    U: crate::open::MemberUnion,
    A: serde::de::MapAccess<'de>,
{
    use serde::de::Error as _;

    let mut to = None;
    let mut slot = crate::open::Slot::<U>::new();
    while let Some(crate::decode::Key(key)) = map.next_key()? {
        if key == "to" {
            crate::decode::once(&mut to, map.next_value()?, "to")?;
        } else {
            slot.take(&key, &mut map)?;
        }
    }
    let to = to.ok_or_else(|| A::Error::missing_field("to"))?;
    Ok((to, slot.finish()?))
}

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

impl From<whatsapp::Message> for OutboundMessage {
    fn from(message: whatsapp::Message) -> Self {
        Self::WhatsApp(message)
    }
}

impl From<viber::Message> for OutboundMessage {
    fn from(message: viber::Message) -> Self {
        Self::Viber(message)
    }
}

impl From<rcs::Message> for OutboundMessage {
    fn from(message: rcs::Message) -> Self {
        Self::Rcs(message)
    }
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
