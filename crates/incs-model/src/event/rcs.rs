//! What a customer writes on RCS, in Google's form with the tracking data of INCS (INCS: new message webhook, RCS).

use incs_model_derive::{MaskedDebug, WireStruct, received};
use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::address::Address;
use crate::id::{AgentId, EventId, MediaType, MessageId, TemplateId};
use crate::json::{self, Key, ReadMembers, Tried, content_value, keep, once, optional_value, tried_value};
use crate::open::{UnknownMember, open_text};
use crate::schema_of::schema_of;
use crate::time::WireTime;

/// A message from a customer. Exactly one content stands beside the members that all have.
#[received]
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserMessage {
    /// The customer, `+` and digits.
    pub sender_phone_number: Address,
    /// The message. Made by the customer's phone, so unique only together with the sender (inferred).
    pub message_id: MessageId,
    /// The time it was sent.
    pub send_time: Option<WireTime>,
    /// The agent it was sent to.
    pub agent_id: Option<AgentId>,
    /// What it holds.
    #[serde(flatten)]
    pub content: Content,
}

/// A customer did something other than write, in Google's form. Whether INCS passes these on is **unknown**.
///
/// It is no message of the customer. [`Delivered`](UserEventKind::Delivered) and [`Read`](UserEventKind::Read) are receipts
/// of a message that the business sent.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RcsUserEvent"))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserEvent {
    /// The kind of event.
    pub event_type: UserEventKind,
    /// The customer, `+` and digits.
    pub sender_phone_number: Option<Address>,
    /// The event.
    pub event_id: Option<EventId>,
    /// The message that the receipt is for.
    pub message_id: Option<MessageId>,
    /// The time of the event.
    pub send_time: Option<WireTime>,
    /// The agent it is meant for.
    pub agent_id: Option<AgentId>,
}

open_text! {
    /// The kind of an RCS user event.
    pub enum UserEventKind {
        /// A message of the business arrived.
        Delivered = "DELIVERED",
        /// The customer opened a message of the business.
        Read = "READ",
        /// The customer is typing.
        IsTyping = "IS_TYPING",
        /// The customer wants to receive messages again.
        Subscribe = "SUBSCRIBE",
        /// The customer wants to receive no more messages.
        Unsubscribe = "UNSUBSCRIBE",
    }
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
#[received]
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
#[received]
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
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[wire(private_new)]
#[non_exhaustive]
pub struct SuggestionResponse {
    /// What the business set on the suggestion.
    pub postback_data: Option<String>,
    /// The label that the customer saw.
    pub text: Option<String>,
    /// Reply or action.
    pub r#type: Option<SuggestionKind>,
    /// Which suggestion of which message it was.
    #[serde(rename = "trackdata")]
    pub trackdata: Option<TrackData>,
}

impl SuggestionResponse {
    /// A tap on a suggestion that the business sent with these data.
    pub fn new(postback_data: impl Into<String>) -> Self {
        Self::with_required().with_postback_data(postback_data)
    }
}

open_text! {
    /// The kind of thing that was tapped.
    pub enum SuggestionKind {
        /// A suggested reply.
        Reply = "REPLY",
        /// A suggested action: a link, a call, ….
        Action = "ACTION",
    }
}

/// Which suggestion of which message was tapped. Only sampled, so every member is optional.
#[received]
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
    #[serde(deserialize_with = "crate::json::float")]
    pub latitude: f64,
    /// East is positive.
    #[serde(deserialize_with = "crate::json::float")]
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

/// The members of a message and of an event.
#[derive(Default)]
struct Parts {
    sender: Option<Tried<Address>>,
    message_id: Option<Tried<MessageId>>,
    send_time: Option<WireTime>,
    agent_id: Option<AgentId>,
    event_type: Option<UserEventKind>,
    event_id: Option<EventId>,
    content: Option<Content>,
    kept: Vec<(Box<str>, Box<RawValue>)>,
}

impl Parts {
    fn into_message<E: de::Error>(self) -> Result<UserMessage, E> {
        Ok(UserMessage {
            sender_phone_number: required(self.sender, "senderPhoneNumber")?,
            message_id: required(self.message_id, "messageId")?,
            send_time: self.send_time,
            agent_id: self.agent_id,
            content: self.content.unwrap_or_else(|| Content::Unknown(UnknownMember::from_members(self.kept))),
        })
    }

    fn into_event(self, event_type: UserEventKind) -> UserEvent {
        let Self { sender, message_id, send_time, agent_id, event_id, .. } = self;
        let (sender_phone_number, message_id) = (optional(sender), optional(message_id));
        UserEvent { event_type, sender_phone_number, event_id, message_id, send_time, agent_id }
    }
}

/// A member that a message must have.
fn required<T, E: de::Error>(found: Option<Tried<T>>, name: &'static str) -> Result<T, E> {
    match found {
        Some(Ok(Some(value))) => Ok(value),
        Some(Err(fault)) => Err(E::custom(fault)),
        Some(Ok(None)) | None => Err(E::missing_field(name)),
    }
}

/// A member that an event may have.
fn optional<T>(found: Option<Tried<T>>) -> Option<T> {
    found?.ok()?
}

impl<'de> ReadMembers<'de> for Parts {
    fn read_members<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut parts = Self::default();
        let content = &mut parts.content;
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "senderPhoneNumber" => once(&mut parts.sender, tried_value(&mut map, &key)?, "senderPhoneNumber")?,
                "messageId" => once(&mut parts.message_id, tried_value(&mut map, &key)?, "messageId")?,
                "sendTime" => keep(&mut parts.send_time, optional_value(&mut map)?),
                "agentId" => keep(&mut parts.agent_id, optional_value(&mut map)?),
                "eventType" => keep(&mut parts.event_type, optional_value(&mut map)?),
                "eventId" => keep(&mut parts.event_id, optional_value(&mut map)?),
                "text" => keep(content, content_value(&mut map)?.map(Content::Text)),
                "userFile" => keep(content, content_value(&mut map)?.map(Content::File)),
                "suggestionResponse" => keep(content, content_value(&mut map)?.map(Content::Suggestion)),
                "location" => keep(content, content_value(&mut map)?.map(Content::Location)),
                _ if content.is_some() => drop(map.next_value::<de::IgnoredAny>()?),
                other => parts.kept.push((other.into(), map.next_value()?)),
            }
        }
        Ok(parts)
    }
}

/// A body of RCS: an event if it names the type of one, otherwise a message.
pub(super) enum Body {
    Message(UserMessage),
    Event(UserEvent),
}

impl<'de> ReadMembers<'de> for Body {
    fn read_members<A: MapAccess<'de>>(members: A) -> Result<Self, A::Error> {
        let mut parts = Parts::read_members(members)?;
        match parts.event_type.take() {
            Some(kind) => Ok(Self::Event(parts.into_event(kind))),
            None => parts.into_message().map(Self::Message),
        }
    }
}

impl<'de> ReadMembers<'de> for UserMessage {
    fn read_members<A: MapAccess<'de>>(members: A) -> Result<Self, A::Error> {
        Parts::read_members(members)?.into_message()
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
