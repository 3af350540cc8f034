//! A message of the workbench.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::content::Content;
use super::wire_content::{ContentSeed, WireContent};
use super::{ChannelState, CustomType, Origin, SessionType};
use crate::address::Address;
use crate::decode::{once, replay};
use crate::id::{ChannelId, ConversationId, CustomId, IncsMessageId, MessageId, ParticipantId};
use crate::masked::Mask;
use crate::schema_of::schema_of;
use crate::time::WireTime;

/// Declares the message: its members are named once, for the struct, both directions and `Debug`.
macro_rules! message {
    ($( $(#[$meta:meta])* $set:ident => $field:ident ($wire:literal): $type:ty, )+) => {
        /// A message of the workbench (INCS: message created webhook).
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct Message {
            /// The message, as INCS numbers it.
            pub id: IncsMessageId,
            content: WireContent,
            $( $(#[$meta])* pub $field: Option<$type>, )+
        }

        impl Message {
            /// A message with this content; the other members are unset.
            pub fn new(id: impl Into<IncsMessageId>, content: Content) -> Self {
                Self { id: id.into(), content: WireContent { content, is_text: false }, $( $field: None, )+ }
            }

            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
                #[must_use]
                pub fn $set(mut self, $field: impl Into<$type>) -> Self {
                    self.$field = Some($field.into());
                    self
                }
            )+
        }

        #[derive(serde::Deserialize)]
        #[serde(field_identifier)]
        #[allow(non_camel_case_types, reason = "named after the members")]
        enum Member {
            id,
            r#type,
            content,
            $( #[serde(rename = $wire)] $field, )+
            #[serde(other)]
            other,
        }

        impl<'de> Visitor<'de> for MessageVisitor {
            type Value = Message;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Message, A::Error> {
                let mut id: Option<IncsMessageId> = None;
                let mut body = Body::default();
                $( let mut $field: Option<$type> = None; )+
                while let Some(member) = map.next_key()? {
                    match member {
                        Member::id => once(&mut id, map.next_value()?, "id")?,
                        Member::r#type => body.take_type(&mut map)?,
                        Member::content => body.take_content(&mut map)?,
                        $( Member::$field => {
                            if $field.is_some() {
                                return Err(de::Error::duplicate_field($wire));
                            }
                            $field = map.next_value()?;
                        } )+
                        Member::other => drop(map.next_value::<de::IgnoredAny>()?),
                    }
                }
                let id = id.ok_or_else(|| de::Error::missing_field("id"))?;
                Ok(Message { id, content: body.finish()?, $( $field, )+ })
            }
        }

        impl Serialize for Message {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut out = serializer.serialize_struct("Message", 16)?;
                out.serialize_field("id", &self.id)?;
                out.serialize_field("type", &self.content.content.type_code())?;
                out.serialize_field("content", &self.content)?;
                $( if let Some(value) = &self.$field { out.serialize_field($wire, value)?; } )+
                out.end()
            }
        }

        impl fmt::Debug for Message {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct("Message")
                    .field("id", &self.id)
                    .field("content", &self.content.content)
                    $( .field(stringify!($field), &Mask(&self.$field)) )+
                    .finish()
            }
        }

        #[cfg(feature = "schema")]
        fn member_schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
            vec![
                ("id", generator.subschema_for::<IncsMessageId>()),
                $( ($wire, generator.subschema_for::<Option<$type>>()), )+
            ]
        }
    };
}

message! {
    /// The channel.
    with_auth_id => auth_id ("auth_id"): ChannelId,
    /// The conversation.
    with_conversation_id => conversation_id ("conversation_id"): ConversationId,
    /// One customer or a group.
    with_session_type => session_type ("session_type"): SessionType,
    /// Who sent it: `staff_<n>`, or the customer's side `<channel>_<phone>`. (The pattern is inferred.)
    with_send_id => send_id ("send_id"): ParticipantId,
    /// Who gets it.
    with_recv_id => recv_id ("recv_id"): ParticipantId,
    /// What a custom message is; `0` for all others.
    with_custom_type => custom_type ("custom_type"): CustomType,
    /// The entity behind a custom message; `0` for all others.
    with_custom_id => custom_id ("custom_id"): CustomId,
    /// The provider's id; empty until the provider took the message.
    with_channel_msg_id => channel_msg_id ("channel_msg_id"): MessageId,
    /// How far an outgoing message got; inbound ones hold `0`.
    with_channel_status => channel_status ("channel_status"): ChannelState,
    /// Why it failed; empty when it did not. A string here, not an object.
    with_error => error ("error"): String,
    /// Where it came from.
    with_source => source ("source"): Origin,
    /// When it was made.
    with_created_at => created_at ("created_at"): WireTime,
    /// When it last changed.
    with_updated_at => updated_at ("updated_at"): WireTime,
}

impl Message {
    /// What the message holds.
    pub fn content(&self) -> &Content {
        &self.content.content
    }

    /// Whether the customer wrote it: the sender is the customer's side. `None` when the sides do not tell.
    ///
    /// (Inferred from samples: staff are `staff_<n>`, customers `<channel>_<phone>`.)
    pub fn is_inbound(&self) -> Option<bool> {
        let is_staff = |side: &ParticipantId| side.as_str().starts_with("staff_");
        match (&self.send_id, &self.recv_id) {
            (Some(sender), _) if is_staff(sender) => Some(false),
            (_, Some(receiver)) if is_staff(receiver) => Some(true),
            (Some(sender), _) => customer(sender).map(|_| true),
            _ => None,
        }
    }

    /// The customer's number, out of the customer's side.
    pub fn customer(&self) -> Option<Address> {
        [&self.send_id, &self.recv_id].into_iter().flatten().find_map(customer)
    }

    /// The provider's id of the message, once there is one.
    pub fn provider_id(&self) -> Option<&MessageId> {
        self.channel_msg_id.as_ref().filter(|id| !id.as_str().is_empty())
    }
}

/// The number in `<channel>_<phone>`.
fn customer(side: &ParticipantId) -> Option<Address> {
    let (channel, number) = side.as_str().split_once('_')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(channel) && digits(number.strip_prefix('+').unwrap_or(number))).then(|| Address::from(number))
}

struct MessageVisitor;

/// Type and content, in either order.
#[derive(Default)]
struct Body {
    type_code: Option<i64>,
    content: Option<WireContent>,
    early: Option<Box<RawValue>>,
}

/// A number that may be written as its digits.
struct TypeCode;

impl<'de> de::DeserializeSeed<'de> for TypeCode {
    type Value = i64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<i64, D::Error> {
        crate::number::read_i64(deserializer)
    }
}

impl Body {
    fn take_type<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        once(&mut self.type_code, map.next_value_seed(TypeCode)?, "type")
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
            (None, None) => Err(E::missing_field("content")),
        }
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MessageVisitor)
    }
}

impl crate::masked::Masked for Message {}

schema_of!(Message as "WorkbenchMessage", generator => {
    use serde_json::{Map, Value, json};

    use super::content::{Audio, File, Image, Text, Video, code};

    let kinds = [
        ("Text", code::TEXT, generator.subschema_for::<Text>()),
        ("Image", code::IMAGE, generator.subschema_for::<Image>()),
        ("Audio", code::AUDIO, generator.subschema_for::<Audio>()),
        ("Video", code::VIDEO, generator.subschema_for::<Video>()),
        ("File", code::FILE, generator.subschema_for::<File>()),
    ];
    let members: Map<_, _> =
        member_schemas(generator).into_iter().map(|(name, schema)| (name.to_owned(), schema.to_value())).collect();
    let variant = |kind: &str, r#type: Value, content: Option<Value>| {
        let mut properties = members.clone();
        properties.insert("type".to_owned(), r#type);
        properties.extend(content.map(|content| ("content".to_owned(), content)));
        json!({ "title": kind, "type": "object", "properties": properties, "required": ["id", "type", "content"] })
    };
    let codes = kinds.each_ref().map(|(_, code, _)| *code);
    let in_a_string = json!({ "type": "string", "contentMediaType": "application/json" });
    let mut variants = Vec::from(kinds.map(|(kind, code, content)| {
        variant(kind, json!({ "const": code }), Some(json!({ "anyOf": [content, in_a_string] })))
    }));
    let mut other = crate::schema::shape::whole_number(generator);
    other.insert("not".to_owned(), json!({ "enum": codes }));
    let mut unknown = variant("Unknown", other.to_value(), None);
    if let Value::Object(keywords) = &mut unknown {
        keywords.insert("description".to_owned(), json!("A kind that this version does not know."));
    }
    variants.push(unknown);
    schemars::json_schema!({
        "description": "A message of the workbench. `content` depends on `type`; it may also be a string that holds JSON.",
        "oneOf": variants,
    })
});
