//! What a customer writes on RCS, in Google's form with the tracking data of INCS (INCS: new message webhook, RCS).

use incs_model_derive::{MaskedDebug, WireStruct, skip_serializing_none};
use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::address::Address;
use crate::id::{AgentId, MediaType, MessageId, TemplateId};
use crate::json::{self, Key, ReadMembers, once};
use crate::open::{UnknownMember, open_text};
use crate::schema_of::schema_of;
use crate::time::WireTime;

/// A message from a customer. Exactly one content stands beside the members that all have.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserMessage {
    /// The customer, `+` and digits.
    pub sender_phone_number: Address,
    /// The message. Made by the customer's phone, so unique only together with the sender (inferred).
    pub message_id: MessageId,
    /// When it was sent.
    pub send_time: Option<WireTime>,
    /// The agent it was sent to.
    pub agent_id: Option<AgentId>,
    /// What it holds.
    #[serde(flatten)]
    pub content: Content,
}

/// What an RCS message holds; told by which member is there.
#[derive(Clone, PartialEq, Serialize, MaskedDebug)]
#[non_exhaustive]
pub enum Content {
    /// A text. (The member's name is inferred from Google's API.)
    #[serde(rename = "text")]
    Text(String),
    /// A file.
    #[serde(rename = "userFile")]
    File(UserFile),
    /// A tap on a suggestion.
    #[serde(rename = "suggestionResponse")]
    Suggestion(SuggestionResponse),
    /// A place.
    #[serde(rename = "location")]
    Location(Location),
    /// Members that this version does not know; kept and written back as they came. The kind is the first one's name.
    #[serde(untagged)]
    Unknown(UnknownMember),
}

/// A file that the customer sent.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UserFile {
    /// The file.
    pub payload: FileReference,
    /// A small picture of it. It has no name.
    pub thumbnail: Option<FileReference>,
}

/// Where a file is and what it is.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FileReference {
    /// Where to get it. For how long is **unknown**.
    pub file_uri: String,
    /// The media type.
    pub mime_type: Option<MediaType>,
    /// Bytes.
    pub file_size_bytes: Option<u64>,
    /// Its name on the customer's phone.
    pub file_name: Option<String>,
}

/// A tap on a suggested reply or action.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SuggestionResponse {
    /// What the business set on the suggestion.
    pub postback_data: String,
    /// The label that the customer saw.
    pub text: Option<String>,
    /// Reply or action.
    pub r#type: Option<SuggestionKind>,
    /// Which suggestion of which message it was.
    #[serde(rename = "trackdata")]
    pub trackdata: Option<TrackData>,
}

open_text! {
    /// What was tapped.
    pub enum SuggestionKind {
        /// A suggested reply.
        Reply = "REPLY",
        /// A suggested action: a link, a call, ….
        Action = "ACTION",
    }
}

/// Which suggestion of which message was tapped. Only sampled, so every member is optional.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TrackData {
    /// The suggestion's type, as in the template: `reply`, `url_action`, ….
    pub suggestion_type: Option<crate::template::rcs::SuggestionType>,
    /// What the message was, like `richcard`.
    pub msg_type: Option<crate::template::rcs::Kind>,
    /// The card, from 0.
    pub card_index: Option<u32>,
    /// The suggestion on the card, from 0.
    pub suggestion_index: Option<u32>,
    /// The message: the id that its send gave back (inferred).
    pub msg_id: Option<MessageId>,
    /// When the message was sent.
    pub msg_date: Option<WireTime>,
    /// The template it was made from.
    pub template: Option<TemplateId>,
}

/// A place, in degrees.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RcsLocation"))]
#[non_exhaustive]
pub struct Location {
    /// North is positive.
    pub latitude: f64,
    /// East is positive.
    pub longitude: f64,
}

impl Content {
    /// The kind in a word: `text`, `file`, `suggestion`, `location`, or the name of the unknown member.
    pub fn kind(&self) -> &str {
        match self {
            Self::Text(_) => "text",
            Self::File(_) => "file",
            Self::Suggestion(_) => "suggestion",
            Self::Location(_) => "location",
            Self::Unknown(unknown) => unknown.kind(),
        }
    }
}

impl<'de> ReadMembers<'de> for UserMessage {
    fn read_members<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let (mut sender, mut id, mut send_time, mut agent_id) = (None, None, None, None);
        let mut content = None;
        let mut kept: Vec<(Box<str>, Box<RawValue>)> = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "senderPhoneNumber" => once(&mut sender, map.next_value()?, "senderPhoneNumber")?,
                "messageId" => once(&mut id, map.next_value()?, "messageId")?,
                "sendTime" => send_time = map.next_value()?,
                "agentId" => agent_id = map.next_value()?,
                "text" => content = map.next_value::<Option<_>>()?.map(Content::Text).or(content),
                "userFile" => content = map.next_value::<Option<_>>()?.map(Content::File).or(content),
                "suggestionResponse" => content = map.next_value::<Option<_>>()?.map(Content::Suggestion).or(content),
                "location" => content = map.next_value::<Option<_>>()?.map(Content::Location).or(content),
                _ if content.is_some() => drop(map.next_value::<de::IgnoredAny>()?),
                other => kept.push((other.into(), map.next_value()?)),
            }
        }
        Ok(Self {
            sender_phone_number: sender.ok_or_else(|| de::Error::missing_field("senderPhoneNumber"))?,
            message_id: id.ok_or_else(|| de::Error::missing_field("messageId"))?,
            send_time,
            agent_id,
            content: content.unwrap_or_else(|| Content::Unknown(UnknownMember::from_members(kept))),
        })
    }
}

impl<'de> Deserialize<'de> for UserMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::from_object(deserializer)
    }
}

schema_of!(UserMessage as "RcsUserMessage", generator => {
    schemars::json_schema!({
        "description": "A message from a customer on RCS. One of the contents stands beside the members that all have.",
        "type": "object",
        "properties": {
            "senderPhoneNumber": generator.subschema_for::<Address>(),
            "messageId": generator.subschema_for::<MessageId>(),
            "sendTime": generator.subschema_for::<Option<WireTime>>(),
            "agentId": generator.subschema_for::<Option<AgentId>>(),
            "text": { "type": ["string", "null"] },
            "userFile": generator.subschema_for::<Option<UserFile>>(),
            "suggestionResponse": generator.subschema_for::<Option<SuggestionResponse>>(),
            "location": generator.subschema_for::<Option<Location>>(),
        },
        "required": ["senderPhoneNumber", "messageId"],
    })
});
