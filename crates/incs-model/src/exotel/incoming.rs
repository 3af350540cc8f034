//! Messages of users.

use std::collections::BTreeMap;

use incs_model_derive::WireStruct;
use serde::de::{DeserializeOwned, Error};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::location::Location;
use super::object::{Aliases, Object, Spelled, Spelling, members};
use super::status::{StatusCode, StatusName};
use super::suggested::Suggested;
use super::text::Text;
use crate::address::Address;
use crate::id::{MediaType, MessageId};
use crate::json::{RawJson, is_blank};
use crate::open::{UnknownObject, from_contents, open_text};
use crate::schema_of::schema_of;
use crate::time::WireTime;

open_text! {
    /// The `callback_type` of an element. Do not rely on it: the tables have `dlr` and `icm` for both directions, and every
    /// sampled message of a user has `incoming_message`. [`Item`](super::Item) checks the members as well.
    pub enum CallbackType {
        /// A delivery report.
        Dlr = "dlr",
        /// A message of a user, in the tables (Exotel: receive messages webhook).
        Icm = "icm",
        /// A message of a user, in the samples (Exotel: receive messages webhook; sampled only).
        IncomingMessage = "incoming_message",
    }
}

/// A message of a user (Exotel: receive messages webhook).
///
/// A message does not name the message that it replies to: only the two addresses, the time, and the data that the business
/// put into the postback of a suggestion link them.
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelIncoming", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Incoming {
    /// The user who sent the message.
    ///
    /// On the wire: `from`.
    pub user: Address,
    /// The business that received it: digits in the samples; a bot id is possible.
    ///
    /// On the wire: `to`.
    pub business: Address,
    /// The content: a text, a file, a tap, ….
    pub content: Content,
    /// `incoming_message` in the samples, `icm` in the tables.
    pub callback_type: Option<CallbackType>,
    /// The message's id. Missing from the sample of [`Content::Error`].
    ///
    /// On the wire: `sid` or `message_sid`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MessageId>"))]
    pub sid: Option<MessageId>,
    /// The time of sending. Two forms are sampled: date and time with an offset, and Unix seconds as digits.
    pub timestamp: Option<WireTime>,
    /// The user's own name (Exotel: receive messages webhook; sampled only, with an error).
    pub profile_name: Option<String>,
    /// The custom data of the send call. Its presence in messages of users is **unknown**; it is read in case they have it.
    pub custom_data: Option<String>,
    #[cfg_attr(feature = "schema", schemars(skip))]
    spelling: Spelling,
}

members!(Incoming {
    user: required("from"),
    business: required("to"),
    content: required("content"),
    callback_type: optional("callback_type"),
    sid: optional("sid" | "message_sid"),
    timestamp: optional("timestamp"),
    profile_name: optional("profile_name"),
    custom_data: optional("custom_data"),
});

impl Incoming {
    /// Creates a message in the sampled form: `callback_type` is `incoming_message`.
    pub fn new(
        sid: impl Into<MessageId>,
        user: impl Into<Address>,
        business: impl Into<Address>,
        content: impl Into<Content>,
    ) -> Self {
        let incoming = Self::with_required(user, business, content);
        incoming.with_callback_type(CallbackType::IncomingMessage).with_sid(sid)
    }
}

open_text! {
    /// The `type` of a content. No complete list is published (Exotel: receive messages webhook).
    pub enum ContentType {
        /// A text.
        Text = "text",
        /// A file of any kind: image, video, audio, document.
        File = "file",
        /// A location.
        Location = "location",
        /// A tap on a suggested reply or action.
        Suggested = "suggested",
    }
}

/// The content of a user's message (Exotel: receive messages webhook).
///
/// On the wire `type` names the member that holds it: `{"type": "text", "text": "…"}`. A content with an `error` is an
/// error, whatever `type` says. Without a `type`, the member that is present decides; `type` is then added on writing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// A text.
    Text(Text),
    /// A file of any kind: image, video, audio, document.
    File(File),
    /// A location.
    Location(Location),
    /// A tap on a suggested reply or action.
    Suggested(Suggested),
    /// A message that Exotel does not forward.
    Error {
        /// The reason.
        error: ContentError,
        /// The `type` beside it; absent from the sample.
        kind: Option<ContentType>,
    },
    /// A type that this version does not know, or one whose member is missing; kept whole and written back unchanged.
    /// The kind is empty when there is no `type`.
    Unknown(UnknownObject),
}

impl Content {
    /// Creates a text.
    pub fn text(body: impl Into<String>) -> Self {
        Self::Text(Text::from(body.into()))
    }

    /// The `type`, if there is one. For an unknown content it may be a known type whose member was missing.
    pub fn kind(&self) -> Option<ContentType> {
        match self {
            Self::Text(_) => Some(ContentType::Text),
            Self::File(_) => Some(ContentType::File),
            Self::Location(_) => Some(ContentType::Location),
            Self::Suggested(_) => Some(ContentType::Suggested),
            Self::Error { kind, .. } => kind.clone(),
            Self::Unknown(unknown) => Some(unknown.kind()).filter(|kind| !kind.is_empty()).map(ContentType::from),
        }
    }

    /// Reads the member that holds a content of this kind.
    fn of_kind<E: Error>(kind: &ContentType, object: &mut Object) -> Result<Option<Self>, E> {
        /// Reads the content, with the names of the members around it.
        fn read<T: DeserializeOwned + Spelled, E: Error>(names: Aliases, object: &mut Object) -> Result<Option<T>, E> {
            let content: Option<T> = object.content_or_blank(names)?;
            Ok(content.map(|content| content.within(object.take_spelling())))
        }

        Ok(match kind {
            ContentType::Text => read(&["text"], object)?.map(Self::Text),
            ContentType::File => read(&["file"], object)?.map(Self::File),
            ContentType::Location => read(&["location"], object)?.map(Self::Location),
            ContentType::Suggested => read(&["suggested"], object)?.map(Self::Suggested),
            ContentType::Unknown(_) => None,
        })
    }

    /// The names of the members around the content, unless they are written back as a whole.
    fn spelling(&self) -> Option<&Spelling> {
        match self {
            Self::Text(text) => Some(text.spelling()),
            Self::File(file) => Some(file.spelling()),
            Self::Location(location) => Some(location.spelling()),
            Self::Suggested(suggested) => Some(suggested.spelling()),
            Self::Error { error, .. } => Some(error.spelling()),
            Self::Unknown(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut object = Object::deserialize(deserializer)?;
        let kind: Option<ContentType> = object.readable(&["type"], |_| true);
        if let Some(error) = object.readable::<ContentError>(&["error"], |raw| !is_blank(raw)) {
            return Ok(Self::Error { error: error.within(object.take_spelling()), kind });
        }
        let any = [ContentType::Text, ContentType::File, ContentType::Location, ContentType::Suggested];
        // The type names a member, and member names ignore case.
        let known = kind.as_ref().map(|kind| ContentType::from(kind.as_str().to_ascii_lowercase()));
        for kind in known.as_ref().map_or(any.as_slice(), std::slice::from_ref) {
            if let Some(content) = Self::of_kind(kind, &mut object)? {
                return Ok(content);
            }
        }
        let kind = kind.as_ref().map_or("", ContentType::as_str);
        Ok(Self::Unknown(UnknownObject::new(kind, object.to_raw()?)))
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self::Unknown(unknown) = self {
            return unknown.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        let name = |documented| self.spelling().map_or(documented, |spelling| spelling.of_outer(documented));
        if let Some(kind) = self.kind() {
            map.serialize_entry(name("type"), &kind)?;
        }
        match self {
            Self::Text(text) => map.serialize_entry(name("text"), text)?,
            Self::File(file) => map.serialize_entry(name("file"), file)?,
            Self::Location(location) => map.serialize_entry(name("location"), location)?,
            Self::Suggested(suggested) => map.serialize_entry(name("suggested"), suggested)?,
            Self::Error { error, .. } => map.serialize_entry(name("error"), error)?,
            Self::Unknown(_) => {}
        }
        map.end()
    }
}

impl crate::masked::Masked for Content {}

schema_of!(Content as "ExotelContent", generator => {
    use serde_json::{Value, json};

    let suggested = generator.subschema_for::<Suggested>();
    let mut forms: Vec<Value> = [
        ("text", "text", generator.subschema_for::<Text>()),
        ("file", "file", generator.subschema_for::<File>()),
        ("location", "location", generator.subschema_for::<Location>()),
        ("suggested", "suggested", suggested.clone()),
        ("suggested", "Suggested", suggested),
    ].map(|(kind, member, schema)| {
        let tag = json!({ "const": kind });
        json!({ "type": "object", "properties": { "type": tag, member: schema }, "required": [member] })
    }).to_vec();
    let properties = json!({ "type": { "type": "string" }, "error": generator.subschema_for::<ContentError>() });
    forms.push(json!({ "type": "object", "properties": properties, "required": ["error"] }));
    forms.push(json!({ "description": "A type that this version does not know.", "type": "object" }));
    schemars::json_schema!({ "anyOf": forms })
});

from_contents!(Content: Text(Text), File(File), Location(Location), Suggested(Suggested));

impl From<ContentError> for Content {
    fn from(error: ContentError) -> Self {
        Self::Error { error, kind: None }
    }
}

/// A file of any kind from a user: image, video, audio, document (Exotel: receive messages webhook).
///
/// The access it needs, the lifetime of the link and the unit of sizes are **unknown**; the sampled sizes
/// are plausible as bytes.
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelFile", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct File {
    /// Link to the file.
    pub url: String,
    /// The file's name. Documented for documents only, sampled with an image.
    pub name: Option<String>,
    /// The media type. (`mime_type` is the newer page's word: Exotel: send RCS message.)
    ///
    /// On the wire: `type` or `mime_type`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MediaType>"))]
    pub media_type: Option<MediaType>,
    /// The size.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::number_or_null"))]
    pub size: Option<u64>,
    /// Link to a thumbnail.
    pub thumbnail_url: Option<String>,
    /// The media type of the thumbnail.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MediaType>"))]
    pub thumbnail_type: Option<MediaType>,
    /// The size of the thumbnail.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::number_or_null"))]
    pub thumbnail_size: Option<u64>,
    #[cfg_attr(feature = "schema", schemars(skip))]
    spelling: Spelling,
}

members!(File {
    url: required("url"),
    name: optional("name"),
    media_type: optional("type" | "mime_type"),
    size: number("size"),
    thumbnail_url: optional("thumbnail_url"),
    thumbnail_type: optional("thumbnail_type"),
    thumbnail_size: number("thumbnail_size"),
});

impl File {
    /// Creates a file with the members that the tables call mandatory. The media type is written as `type`.
    pub fn new(url: impl Into<String>, media_type: impl Into<MediaType>, size: u64) -> Self {
        Self::with_required(url).with_media_type(media_type).with_size(size)
    }
}

/// The reason why a user's message is not forwarded (Exotel: receive messages webhook; sampled only).
///
/// The tables name the object and never describe it. The one sample is about a kind of media that is not supported;
/// other errors are **unknown**.
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelContentError", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct ContentError {
    /// The number of the error.
    ///
    /// On the wire: `exo_status_code`.
    pub code: Option<StatusCode>,
    /// The name of the error.
    ///
    /// On the wire: `exo_detailed_status` or `status`.
    pub name: Option<StatusName>,
    /// A description for people.
    pub description: Option<String>,
    /// Members that no page documents, kept unchanged.
    #[wire(entries)]
    pub extra: BTreeMap<String, RawJson>,
    #[cfg_attr(feature = "schema", schemars(skip))]
    spelling: Spelling,
}

members!(ContentError {
    code: optional("exo_status_code"),
    name: optional("exo_detailed_status" | "status"),
    description: optional("description"),
    extra: extra(),
});

impl ContentError {
    /// Creates an error with a numeric code.
    pub fn new(code: impl Into<StatusCode>, name: impl Into<StatusName>) -> Self {
        Self::with_required().with_code(code).with_name(name)
    }
}
