//! What a customer writes on RCS, in Google's form with the tracking data of INCS (INCS: new message webhook, RCS).

use incs_model_derive::WireStruct;
use serde::de::{self, MapAccess};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::address::Address;
use crate::decode::{Key, once, read_object};
use crate::id::{AgentId, MediaType, MessageId, TemplateId};
use crate::masked::Mask;
use crate::open::{UnknownMember, open_text};
use crate::schema_of::schema_of;
use crate::time::WireTime;

/// A message from a customer. Exactly one content stands beside the members that all have.
#[derive(Clone, PartialEq)]
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
    pub content: Content,
}

/// What an RCS message holds; told by which member is there.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// A text. (The member's name is inferred from Google's API.)
    Text(String),
    /// A file.
    File(UserFile),
    /// A tap on a suggestion.
    Suggestion(SuggestionResponse),
    /// A place.
    Location(Location),
    /// Members that this version does not know; kept and written back as they came. The kind is the first one's name.
    Unknown(UnknownMember),
}

/// A file that the customer sent.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UserFile {
    /// The file.
    pub payload: FileReference,
    /// A small picture of it. It has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<FileReference>,
}

/// Where a file is and what it is.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FileReference {
    /// Where to get it. For how long is **unknown**.
    pub file_uri: String,
    /// The media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<MediaType>,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size_bytes: Option<u64>,
    /// Its name on the customer's phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
}

/// A tap on a suggested reply or action.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SuggestionResponse {
    /// What the business set on the suggestion.
    pub postback_data: String,
    /// The label that the customer saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Reply or action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<SuggestionKind>,
    /// Which suggestion of which message it was.
    #[serde(rename = "trackdata", skip_serializing_if = "Option::is_none")]
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
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TrackData {
    /// The suggestion's type, as in the template: `reply`, `url_action`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion_type: Option<crate::template::rcs::SuggestionType>,
    /// What the message was, like `richcard`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg_type: Option<crate::template::rcs::Kind>,
    /// The card, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_index: Option<u32>,
    /// The suggestion on the card, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion_index: Option<u32>,
    /// The message: the id that its send gave back (inferred).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg_id: Option<MessageId>,
    /// When the message was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg_date: Option<WireTime>,
    /// The template it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
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

impl UserMessage {
    /// A message from this customer.
    pub fn new(sender: impl Into<Address>, id: impl Into<MessageId>, content: Content) -> Self {
        Self { sender_phone_number: sender.into(), message_id: id.into(), send_time: None, agent_id: None, content }
    }

    /// Sets [`send_time`](Self::send_time).
    #[must_use]
    pub fn with_send_time(mut self, time: impl Into<WireTime>) -> Self {
        self.send_time = Some(time.into());
        self
    }

    /// Sets [`agent_id`](Self::agent_id).
    #[must_use]
    pub fn with_agent_id(mut self, agent: impl Into<AgentId>) -> Self {
        self.agent_id = Some(agent.into());
        self
    }
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

impl Serialize for UserMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("senderPhoneNumber", &self.sender_phone_number)?;
        map.serialize_entry("messageId", &self.message_id)?;
        if let Some(time) = &self.send_time {
            map.serialize_entry("sendTime", time)?;
        }
        if let Some(agent) = &self.agent_id {
            map.serialize_entry("agentId", agent)?;
        }
        match &self.content {
            Content::Text(text) => map.serialize_entry("text", text)?,
            Content::File(file) => map.serialize_entry("userFile", file)?,
            Content::Suggestion(suggestion) => map.serialize_entry("suggestionResponse", suggestion)?,
            Content::Location(location) => map.serialize_entry("location", location)?,
            Content::Unknown(unknown) => unknown.write(&mut map)?,
        }
        map.end()
    }
}

read_object!(UserMessage, map => read(map));

fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<UserMessage, A::Error> {
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
    Ok(UserMessage {
        sender_phone_number: sender.ok_or_else(|| de::Error::missing_field("senderPhoneNumber"))?,
        message_id: id.ok_or_else(|| de::Error::missing_field("messageId"))?,
        send_time,
        agent_id,
        content: content.unwrap_or_else(|| Content::Unknown(UnknownMember::from_members(kept))),
    })
}

impl std::fmt::Debug for UserMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserMessage")
            .field("sender_phone_number", &self.sender_phone_number)
            .field("message_id", &self.message_id)
            .field("send_time", &self.send_time)
            .field("agent_id", &self.agent_id)
            .field("content", &self.content)
            .finish()
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.debug_tuple("Text").field(&Mask(text)).finish(),
            Self::File(file) => Mask(file).fmt(f),
            Self::Suggestion(suggestion) => Mask(suggestion).fmt(f),
            Self::Location(location) => Mask(location).fmt(f),
            Self::Unknown(unknown) => unknown.fmt(f),
        }
    }
}

impl crate::masked::Masked for UserMessage {}
impl crate::masked::Masked for Content {}

schema_of!(UserMessage as "RcsUserMessage", generator => {
    let [sender, id] = [generator.subschema_for::<Address>(), generator.subschema_for::<MessageId>()];
    let time = generator.subschema_for::<Option<WireTime>>();
    let agent = generator.subschema_for::<Option<AgentId>>();
    let file = generator.subschema_for::<Option<UserFile>>();
    let suggestion = generator.subschema_for::<Option<SuggestionResponse>>();
    let location = generator.subschema_for::<Option<Location>>();
    schemars::json_schema!({
        "description": "A message from a customer on RCS. One of the contents stands beside the members that all have.",
        "type": "object",
        "properties": {
            "senderPhoneNumber": sender,
            "messageId": id,
            "sendTime": time,
            "agentId": agent,
            "text": { "type": ["string", "null"] },
            "userFile": file,
            "suggestionResponse": suggestion,
            "location": location,
        },
        "required": ["senderPhoneNumber", "messageId"],
    })
});
