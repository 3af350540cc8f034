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
    /// What an element calls itself. Not to be relied on: the tables have `dlr` and `icm` for both directions, and every
    /// sampled message of a user has `incoming_message`. [`Item`](super::Item) looks at the members as well.
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
/// It does not say which message it answers: only the two addresses, the time, and what the business put into the
/// postback of a suggestion link it to one.
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelIncoming", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Incoming {
    /// The user who wrote.
    ///
    /// On the wire: `from`.
    pub user: Address,
    /// The business that was written to: digits in the samples; a bot id is to be expected.
    ///
    /// On the wire: `to`.
    pub business: Address,
    /// What the user wrote, sent or tapped.
    pub content: Content,
    /// `incoming_message` in the samples, `icm` in the tables.
    pub callback_type: Option<CallbackType>,
    /// The message. Missing where [`Content::Error`] is sampled.
    ///
    /// On the wire: `sid` or `message_sid`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MessageId>"))]
    pub sid: Option<MessageId>,
    /// The time it was sent. Two forms are sampled: date and time with an offset, and Unix seconds as digits.
    pub timestamp: Option<WireTime>,
    /// The user's name as they gave it (Exotel: receive messages webhook; sampled only, with an error).
    pub profile_name: Option<String>,
    /// Whether messages of users carry it is **unknown**; it is read in case they do.
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
    /// A message as the samples have it: `callback_type` is `incoming_message`.
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
    /// The `type` of a content. No closed list is published (Exotel: receive messages webhook).
    pub enum ContentType {
        /// A text.
        Text = "text",
        /// A file of any kind: picture, film, sound, document.
        File = "file",
        /// A place.
        Location = "location",
        /// A tap on a suggested reply or action.
        Suggested = "suggested",
    }
}

/// What a user wrote, sent or tapped (Exotel: receive messages webhook).
///
/// On the wire `type` names the member that holds it: `{"type": "text", "text": "…"}`. A content with an `error` is an
/// error, whatever `type` says. Where `type` is missing the member that is there decides; `type` is then added on writing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// A text.
    Text(Text),
    /// A file of any kind: picture, film, sound, document.
    File(File),
    /// A place.
    Location(Location),
    /// A tap on a suggested reply or action.
    Suggested(Suggested),
    /// A message that Exotel does not pass on.
    Error {
        /// Why.
        error: ContentError,
        /// The `type` beside it; none in the sample.
        kind: Option<ContentType>,
    },
    /// A type that this version does not know, or one whose member is missing; kept whole and written back as it came.
    /// The kind is empty when there is no `type`.
    Unknown(UnknownObject),
}

impl Content {
    /// A text.
    pub fn text(body: impl Into<String>) -> Self {
        Self::Text(Text::from(body.into()))
    }

    /// The `type`, if there is one. Of an unknown content it may be a known one, when its member was missing.
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
        /// The content, with the names of the members around it.
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

    /// The names of the members around the content, where they are not written back as a whole.
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
        // The type names a member, and the names of members are compared without case.
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

/// A file of any kind that a user sent: picture, film, sound, document (Exotel: receive messages webhook).
///
/// Whether fetching it needs a login, how long the link lives and in what unit sizes are is **unknown**; the sampled sizes
/// are plausible as bytes.
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelFile", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct File {
    /// Where to fetch it.
    pub url: String,
    /// Its name. Said to be for documents only, sampled with a picture.
    pub name: Option<String>,
    /// Its media type. (`mime_type` is the newer page's word: Exotel: send RCS message.)
    ///
    /// On the wire: `type` or `mime_type`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MediaType>"))]
    pub media_type: Option<MediaType>,
    /// Its size.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::number_or_null"))]
    pub size: Option<u64>,
    /// Where to fetch a small picture of it.
    pub thumbnail_url: Option<String>,
    /// The media type of that picture.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::or_null::<MediaType>"))]
    pub thumbnail_type: Option<MediaType>,
    /// The size of that picture.
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
    /// A file with the members that the tables call mandatory. The media type is written as `type`.
    pub fn new(url: impl Into<String>, media_type: impl Into<MediaType>, size: u64) -> Self {
        Self::with_required(url).with_media_type(media_type).with_size(size)
    }
}

/// Why a message of a user is not passed on (Exotel: receive messages webhook; sampled only).
///
/// The object is named in the tables and never described. The one sample tells of a kind of media that is not supported;
/// whether other errors come is **unknown**.
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
    /// Text for people.
    pub description: Option<String>,
    /// Members that no page names, kept as they came.
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
    /// An error with a code that is a number.
    pub fn new(code: impl Into<StatusCode>, name: impl Into<StatusName>) -> Self {
        Self::with_required().with_code(code).with_name(name)
    }
}
