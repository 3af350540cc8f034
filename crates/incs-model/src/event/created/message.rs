//! A message of the workbench.

use std::borrow::Cow;
use std::fmt;

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeSeed, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::content::{Content, code};
use super::{ChannelState, CustomType, Origin, SessionType};
use crate::id::{ChannelId, ConversationId, CustomId, IncsMessageId, MessageId, ParticipantId};
use crate::json::{
    self, Key, RawJson, ReadMembers, Silent, Tracked, is_blank, object_or_text, once, optional_value, replay,
};
use crate::masked::Masked;
use crate::party::Party;
use crate::schema_of::schema_of;
use crate::time::WireTime;

/// A message of the workbench (INCS: message created webhook).
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[wire(private_new)]
#[non_exhaustive]
pub struct Message {
    /// The INCS id of the message.
    pub id: IncsMessageId,
    #[serde(flatten)]
    content: WireContent,
    /// The channel's id.
    pub auth_id: Option<ChannelId>,
    /// The conversation's id.
    pub conversation_id: Option<ConversationId>,
    /// One customer or a group.
    pub session_type: Option<SessionType>,
    /// The sender: `staff_<n>`, or the customer's side as `<channel>_<phone>` or `<channel>_<user id>`. (The pattern is inferred.)
    pub send_id: Option<ParticipantId>,
    /// The recipient.
    pub recv_id: Option<ParticipantId>,
    /// The kind of a custom message; `0` for all others.
    pub custom_type: Option<CustomType>,
    /// The entity that a custom message refers to; `0` for all others.
    pub custom_id: Option<CustomId>,
    /// The provider's id of the message; empty until the provider accepts it.
    pub channel_msg_id: Option<MessageId>,
    /// The state of an outgoing message; inbound messages hold `0`.
    pub channel_status: Option<ChannelState>,
    /// The reason of a failure; empty otherwise. A string here, not an object.
    pub error: Option<String>,
    /// The origin of the message.
    pub source: Option<Origin>,
    /// The time of creation.
    pub created_at: Option<WireTime>,
    /// The time of the last change.
    pub updated_at: Option<WireTime>,
}

impl Message {
    /// Creates a message with this content; the other members are unset.
    pub fn new(id: impl Into<IncsMessageId>, content: Content) -> Self {
        let mut message = Self::with_required(id);
        message.content.content = content;
        message
    }

    /// The content of the message.
    pub fn content(&self) -> &Content {
        &self.content.content
    }

    /// Returns true when the customer wrote it: the sender is the customer's side. `None` when the sides are inconclusive.
    ///
    /// (Inferred from samples: staff are `staff_<n>`, customers `<channel>_<phone>` or `<channel>_<user id>`.)
    pub fn is_inbound(&self) -> Option<bool> {
        let is_staff = |side: &ParticipantId| side.as_str().starts_with("staff_");
        match (&self.send_id, &self.recv_id) {
            (Some(sender), _) if is_staff(sender) => Some(false),
            (_, Some(receiver)) if is_staff(receiver) => Some(true),
            (Some(sender), _) => Party::of_participant(sender).map(|_| true),
            _ => None,
        }
    }

    /// Returns the customer, from the customer's side.
    pub fn customer(&self) -> Option<Party> {
        [&self.send_id, &self.recv_id].into_iter().flatten().find_map(Party::of_participant)
    }

    /// Returns the kind of a custom message, like `rcs_suggested_reply`; a number if this version has no name for it, and
    /// empty when the message has no kind.
    pub fn custom_kind(&self) -> Cow<'static, str> {
        match self.custom_type {
            None | Some(CustomType::None) => Cow::Borrowed(""),
            Some(CustomType::WhatsAppTemplate) => Cow::Borrowed("whatsapp_template"),
            Some(CustomType::WhatsAppReplyButton) => Cow::Borrowed("whatsapp_reply_button"),
            Some(CustomType::ViberOtp) => Cow::Borrowed("viber_otp"),
            Some(CustomType::RcsTemplate) => Cow::Borrowed("rcs_template"),
            Some(CustomType::RcsSuggestedReply) => Cow::Borrowed("rcs_suggested_reply"),
            Some(CustomType::Unknown(code)) => Cow::Owned(code.as_i64().to_string()),
        }
    }

    /// The provider's id of the message, once it has one.
    pub fn provider_id(&self) -> Option<&MessageId> {
        self.channel_msg_id.as_ref().filter(|id| !id.as_str().is_empty())
    }
}

impl<'de> ReadMembers<'de> for Message {
    fn read_members<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut id = None;
        let mut body = Body::default();
        let mut found = Self::with_required(0);
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "id" => once(&mut id, map.next_value()?, "id")?,
                "type" => body.take_type(&mut map)?,
                "content" => body.take_content(&mut map)?,
                "auth_id" => take(&mut found.auth_id, "auth_id", &mut map)?,
                "conversation_id" => take(&mut found.conversation_id, "conversation_id", &mut map)?,
                "session_type" => take(&mut found.session_type, "session_type", &mut map)?,
                "send_id" => take(&mut found.send_id, "send_id", &mut map)?,
                "recv_id" => take(&mut found.recv_id, "recv_id", &mut map)?,
                "custom_type" => take(&mut found.custom_type, "custom_type", &mut map)?,
                "custom_id" => take(&mut found.custom_id, "custom_id", &mut map)?,
                "channel_msg_id" => take(&mut found.channel_msg_id, "channel_msg_id", &mut map)?,
                "channel_status" => take(&mut found.channel_status, "channel_status", &mut map)?,
                "error" => take(&mut found.error, "error", &mut map)?,
                "source" => take(&mut found.source, "source", &mut map)?,
                "created_at" => take(&mut found.created_at, "created_at", &mut map)?,
                "updated_at" => take(&mut found.updated_at, "updated_at", &mut map)?,
                _ => drop(map.next_value::<de::IgnoredAny>()?),
            }
        }
        found.id = id.ok_or_else(|| de::Error::missing_field("id"))?;
        found.content = body.finish()?;
        Ok(found)
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::from_object(deserializer)
    }
}

/// Reads a member that may be absent; a second one is refused.
fn take<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    if slot.is_some() {
        return Err(de::Error::duplicate_field(name));
    }
    *slot = optional_value(map)?;
    Ok(())
}

/// Type and content, in either order.
#[derive(Default)]
struct Body {
    type_code: Option<i64>,
    content: Option<WireContent>,
    early: Option<Box<RawValue>>,
}

/// A number that may be written as its digits.
#[derive(Deserialize)]
struct TypeCode(#[serde(deserialize_with = "crate::number::read_i64")] i64);

impl Body {
    fn take_type<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        let TypeCode(code) = map.next_value()?;
        once(&mut self.type_code, code, "type")
    }

    fn take_content<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        match self.type_code {
            Some(code) => once(&mut self.content, map.next_value_seed(ContentSeed(code))?, "content"),
            None => once(&mut self.early, map.next_value()?, "content"),
        }
    }

    fn finish<E: de::Error>(self) -> Result<WireContent, E> {
        let code = self.type_code.ok_or_else(|| E::missing_field("type"))?;
        match (self.content, self.early) {
            (Some(content), None) => Ok(content),
            (None, Some(raw)) => replay(ContentSeed(code), "content", &raw),
            (Some(_), Some(_)) => Err(E::duplicate_field("content")),
            (None, None) => Ok(WireContent::new(Content::absent(code))),
        }
    }
}

/// Content as written on the wire: an object in every sample, a string that holds JSON in the table. Keeps the form.
#[derive(Clone, PartialEq)]
struct WireContent {
    content: Content,
    is_text: bool,
}

impl Default for WireContent {
    fn default() -> Self {
        Self::new(Content::Custom(RawJson::null()))
    }
}

impl WireContent {
    fn new(content: Content) -> Self {
        Self { content, is_text: false }
    }
}

/// Reads the content of a known type.
struct ContentSeed(i64);

impl<'de> DeserializeSeed<'de> for ContentSeed {
    type Value = WireContent;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<WireContent, D::Error> {
        if (code::TEXT..=code::FILE).contains(&self.0) {
            return object_or_text(deserializer, self);
        }
        let content = Content::read(self.0, deserializer)?;
        Ok(open_raw_text(content))
    }
}

impl<'de> Visitor<'de> for ContentSeed {
    type Value = WireContent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, or a string that holds one")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<WireContent, D::Error> {
        deserializer.deserialize_any(Silent(self))
    }

    fn visit_unit<E>(self) -> Result<WireContent, E> {
        Ok(WireContent::new(Content::absent(self.0)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WireContent, A::Error> {
        Content::read(self.0, MapAccessDeserializer::new(map)).map(WireContent::new)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<WireContent, E> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let quick = Content::read(self.0, &mut reader).and_then(|content| reader.end().map(|()| content));
        let content = match quick {
            Ok(content) => content,
            Err(_) => match serde_json::from_str::<&RawValue>(text) {
                Ok(raw) if raw.get().starts_with('{') && !is_blank(raw) => {
                    Content::read(self.0, Tracked::new(raw)).map_err(E::custom)?
                }
                _ => return self.visit_unit(),
            },
        };
        Ok(WireContent { content, is_text: true })
    }
}

/// Parses raw content that came as a string, if it holds JSON.
fn open_raw_text(mut content: Content) -> WireContent {
    let mut is_text = false;
    if let Content::Custom(raw) | Content::Unknown(_, raw) = &mut content
        && let Ok(text) = serde_json::from_str::<String>(raw.get())
        && let Ok(inner) = RawJson::parse(text)
    {
        *raw = inner;
        is_text = true;
    }
    WireContent { content, is_text }
}

/// Writes `type` and `content`.
impl Serialize for WireContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("WireContent", 2)?;
        members.serialize_field("type", &self.content.type_code())?;
        if matches!(self.content, Content::Missing(_)) {
            return members.end();
        }
        if self.is_text {
            let text = serde_json::to_string(&self.content).map_err(S::Error::custom)?;
            members.serialize_field("content", &text)?;
        } else {
            members.serialize_field("content", &self.content)?;
        }
        members.end()
    }
}

impl fmt::Debug for WireContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.content.fmt(f)
    }
}

impl Masked for WireContent {}

schema_of!(Message as "WorkbenchMessage", generator => {
    use serde_json::{Map, Value, json};

    use super::content::{Audio, File, Image, Text, Video};

    let kinds = [
        ("Text", code::TEXT, generator.subschema_for::<Text>()),
        ("Image", code::IMAGE, generator.subschema_for::<Image>()),
        ("Audio", code::AUDIO, generator.subschema_for::<Audio>()),
        ("Video", code::VIDEO, generator.subschema_for::<Video>()),
        ("File", code::FILE, generator.subschema_for::<File>()),
    ];
    let members = [
        ("id", generator.subschema_for::<IncsMessageId>()),
        ("auth_id", generator.subschema_for::<Option<ChannelId>>()),
        ("conversation_id", generator.subschema_for::<Option<ConversationId>>()),
        ("session_type", generator.subschema_for::<Option<SessionType>>()),
        ("send_id", generator.subschema_for::<Option<ParticipantId>>()),
        ("recv_id", generator.subschema_for::<Option<ParticipantId>>()),
        ("custom_type", generator.subschema_for::<Option<CustomType>>()),
        ("custom_id", generator.subschema_for::<Option<CustomId>>()),
        ("channel_msg_id", generator.subschema_for::<Option<MessageId>>()),
        ("channel_status", generator.subschema_for::<Option<ChannelState>>()),
        ("error", generator.subschema_for::<Option<String>>()),
        ("source", generator.subschema_for::<Option<Origin>>()),
        ("created_at", generator.subschema_for::<Option<WireTime>>()),
        ("updated_at", generator.subschema_for::<Option<WireTime>>()),
    ];
    let members: Map<_, _> = members.into_iter().map(|(name, schema)| (name.to_owned(), schema.to_value())).collect();
    let variant = |kind: &str, r#type: Value, content: Option<Value>| {
        let mut properties = members.clone();
        properties.insert("type".to_owned(), r#type);
        properties.extend(content.map(|content| ("content".to_owned(), content)));
        json!({ "title": kind, "type": "object", "properties": properties, "required": ["id", "type"] })
    };
    let codes = kinds.each_ref().map(|(_, code, _)| *code);
    let in_a_string = json!({ "type": "string", "contentMediaType": "application/json" });
    let variants = Vec::from(kinds.map(|(kind, code, content)| {
        variant(kind, json!({ "const": code }), Some(json!({ "anyOf": [content, in_a_string] })))
    }));
    let mut other = crate::schema::shape::whole_number(generator);
    other.insert("not".to_owned(), json!({ "enum": codes }));
    let mut unknown = variant("Unknown", other.to_value(), None);
    if let Value::Object(keywords) = &mut unknown {
        keywords.insert("description".to_owned(), json!("A kind that this version does not know."));
    }
    // Without a discriminator, which is a text.
    schemars::json_schema!({
        "description": "A message of the workbench. `content` depends on `type`; it may also be a string that holds JSON.",
        "anyOf": [{ "oneOf": variants }, unknown],
    })
});
