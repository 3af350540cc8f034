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

/// A message from a customer (INCS: new message webhook).
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NewMessage {
    /// The message, in the form of its provider.
    pub message: NewMessageBody,
    /// The channel's id. Absent in older deployments and, in all known samples, on RCS.
    pub channel_id: Option<ChannelId>,
    /// The business number; `""` on RCS.
    pub business_phone: Option<Address>,
}

/// The message, in the form of its provider. The members identify the provider; there is no tag.
#[derive(Clone, PartialEq, Serialize, MaskedDebug)]
#[serde(untagged)]
#[non_exhaustive]
pub enum NewMessageBody {
    /// WhatsApp: the value that Meta posts.
    WhatsApp(whatsapp::Value),
    /// RCS: a message in Google's form.
    Rcs(rcs::UserMessage),
    /// RCS: an event in Google's form, when a customer reads, types or subscribes. It is **unknown** whether INCS forwards it.
    RcsEvent(rcs::UserEvent),
    /// A form that this version does not know; kept and written back unchanged.
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
