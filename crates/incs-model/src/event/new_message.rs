//! `new_message`.

use incs_model_derive::{MaskedDebug, WireStruct, received};
use serde::de::MapAccess;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize};

use super::{rcs, whatsapp};
use crate::address::Address;
use crate::id::ChannelId;
use crate::json::{self, Entries, RawJson, ReadMembers};
use crate::open::from_contents;
use crate::schema_of::schema_of;

/// A customer wrote (INCS: new message webhook).
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NewMessage {
    /// What came, in the form of its provider.
    pub message: NewMessageBody,
    /// The channel. Absent in older deployments and, so far as seen, on RCS.
    pub channel_id: Option<ChannelId>,
    /// The business number; `""` on RCS.
    pub business_phone: Option<Address>,
}

/// What came, in the form of its provider. The provider is told by the members; there is no tag.
#[derive(Clone, PartialEq, Serialize, MaskedDebug)]
#[serde(untagged)]
#[non_exhaustive]
pub enum NewMessageBody {
    /// WhatsApp: what Meta posts.
    WhatsApp(whatsapp::Value),
    /// RCS: what Google posts of a message.
    Rcs(rcs::UserMessage),
    /// RCS: what Google posts when a customer reads, types or subscribes. That INCS passes it on is **unknown**.
    RcsEvent(rcs::UserEvent),
    /// A form that this version does not know; kept and written back as it came.
    Unknown(RawJson),
}

from_contents! {
    NewMessageBody: WhatsApp(whatsapp::Value), Rcs(rcs::UserMessage), RcsEvent(rcs::UserEvent)
}

enum Provider {
    WhatsApp,
    Rcs,
}

impl<'de> ReadMembers<'de> for NewMessageBody {
    fn read_members<A: MapAccess<'de>>(members: A) -> Result<Self, A::Error> {
        let (provider, entries) = Entries::until_key(members, |name| match name {
            "messaging_product" | "metadata" | "contacts" | "messages" | "statuses" | "calls" | "message_echoes"
            | "user_preferences" => Some(Provider::WhatsApp),
            "senderPhoneNumber" | "messageId" | "sendTime" | "agentId" | "eventType" | "eventId" => Some(Provider::Rcs),
            _ => None,
        })?;
        match provider {
            Some(Provider::WhatsApp) => {
                Deserialize::deserialize(MapAccessDeserializer::new(entries)).map(Self::WhatsApp)
            }
            Some(Provider::Rcs) => Ok(match rcs::Body::read_members(entries)? {
                rcs::Body::Message(message) => Self::Rcs(message),
                rcs::Body::Event(event) => Self::RcsEvent(event),
            }),
            None => entries.into_raw(None).map(Self::Unknown),
        }
    }
}

impl<'de> Deserialize<'de> for NewMessageBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::from_object(deserializer)
    }
}

schema_of!(NewMessageBody, generator => {
    let whatsapp = generator.subschema_for::<whatsapp::Value>();
    let rcs = generator.subschema_for::<rcs::UserMessage>();
    let event = generator.subschema_for::<rcs::UserEvent>();
    schemars::json_schema!({
        "anyOf": [whatsapp, rcs, event, { "description": "A form that this version does not know.", "type": "object" }],
    })
});
