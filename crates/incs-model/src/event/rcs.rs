//! Messages of customers on RCS, in Google's form with the tracking data of INCS (INCS: new message webhook, RCS).

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

/// A message from a customer. It has exactly one content, beside the members common to all messages.
#[received]
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserMessage {
    /// The customer, `+` and digits.
    pub sender_phone_number: Address,
    /// The message's id. The customer's phone creates it, so it is unique only together with the sender (inferred).
    pub message_id: MessageId,
    /// The time it was sent.
    pub send_time: Option<WireTime>,
    /// The agent it was sent to.
    pub agent_id: Option<AgentId>,
    /// The content.
    #[serde(flatten)]
    pub content: Content,
}

/// An action of a customer other than a message, in Google's form. It is **unknown** whether INCS forwards these events.
///
/// It is not a message of the customer. [`Delivered`](UserEventKind::Delivered) and [`Read`](UserEventKind::Read) are receipts
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
    /// The event's id.
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
        /// A message of the business was delivered.
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

/// The content of an RCS message. The member that is present decides the kind.
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
    /// A location.
    #[serde(rename = "location")]
    Location(Location),
    /// Members that this version does not know; kept and written back unchanged. The kind is the name of the first one.
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
    /// A thumbnail of it. It has no name.
    pub thumbnail: Option<FileReference>,
}

/// A link to a file, and its metadata.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FileReference {
    /// Link to the file. Its lifetime is **unknown**.
    pub file_uri: String,
    /// The media type.
    pub mime_type: Option<MediaType>,
    /// The size in bytes.
    pub file_size_bytes: Option<u64>,
    /// The file's name on the customer's phone.
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
    /// The data that the business set on the suggestion.
    pub postback_data: Option<String>,
    /// The label that the customer saw.
    pub text: Option<String>,
    /// Reply or action.
    pub r#type: Option<SuggestionKind>,
    /// The suggestion and message that were tapped.
    #[serde(rename = "trackdata")]
    pub trackdata: Option<TrackData>,
}

impl SuggestionResponse {
    /// Creates a tap on a suggestion that the business sent with this data.
    pub fn new(postback_data: impl Into<String>) -> Self {
        Self::with_required().with_postback_data(postback_data)
    }
}

open_text! {
    /// The kind of suggestion that was tapped.
    pub enum SuggestionKind {
        /// A suggested reply.
        Reply = "REPLY",
        /// A suggested action: a link, a call, ….
        Action = "ACTION",
    }
}

/// The suggestion and message that were tapped. Only sampled, so every member is optional.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TrackData {
    /// The suggestion's type, as in the template: `reply`, `url_action`, ….
    pub suggestion_type: Option<crate::template::rcs::SuggestionType>,
    /// The kind of message, like `richcard`.
    pub msg_type: Option<crate::template::rcs::Kind>,
    /// The card, from 0.
    pub card_index: Option<u32>,
    /// The suggestion on the card, from 0.
    pub suggestion_index: Option<u32>,
    /// The message: the id that its send returned (inferred).
    pub msg_id: Option<MessageId>,
    /// The time at which the message was sent.
    pub msg_date: Option<WireTime>,
    /// The template of the message.
    pub template: Option<TemplateId>,
}

/// A location, in degrees.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RcsLocation"))]
#[non_exhaustive]
pub struct Location {
    /// The latitude; north is positive.
    #[serde(deserialize_with = "crate::json::float")]
    pub latitude: f64,
    /// The longitude; east is positive.
    #[serde(deserialize_with = "crate::json::float")]
    pub longitude: f64,
}

impl Content {
    /// The name of the kind: `text`, `file`, `suggestion`, `location`, or the name of the unknown member.
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

/// An RCS body: an event if it has an event type, otherwise a message.
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
        "description": "A message from a customer on RCS. It has one of the contents, beside the members common to all messages.",
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
