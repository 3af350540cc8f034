//! What a message of a user holds.

mod error;
mod file;
mod location;
mod suggested;
mod text;

pub use self::error::ContentError;
pub use self::file::File;
pub use self::location::{Coordinate, Location};
pub use self::suggested::{Suggested, Suggestion, Tap};
pub use self::text::{Postback, Text};

use std::marker::PhantomData;

use serde::de::{self, MapAccess};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::members::{Members, member};
use super::slot::Maybe;
use crate::decode::{Key, read_object, replay};
use crate::open::{UnknownObject, open_text};
use crate::schema_of::schema_of;

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
}

impl From<Text> for Content {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<File> for Content {
    fn from(file: File) -> Self {
        Self::File(file)
    }
}

impl From<Location> for Content {
    fn from(location: Location) -> Self {
        Self::Location(location)
    }
}

impl From<Suggested> for Content {
    fn from(suggested: Suggested) -> Self {
        Self::Suggested(suggested)
    }
}

impl From<ContentError> for Content {
    fn from(error: ContentError) -> Self {
        Self::Error { error, kind: None }
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self::Unknown(unknown) = self {
            return unknown.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        if let Some(kind) = self.kind() {
            map.serialize_entry("type", &kind)?;
        }
        match self {
            Self::Text(text) => map.serialize_entry("text", text)?,
            Self::File(file) => map.serialize_entry("file", file)?,
            Self::Location(location) => map.serialize_entry("location", location)?,
            Self::Suggested(suggested) => map.serialize_entry(suggested.key(), suggested)?,
            Self::Error { error, .. } => map.serialize_entry("error", error)?,
            Self::Unknown(_) => {}
        }
        map.end()
    }
}

read_object!(Content, map => read(map));

/// The member that `type` names is read at once when it comes after `type`, as in every sample; all others are kept unread.
fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Content, A::Error> {
    let mut tag: Option<Tag> = None;
    let mut found = None;
    let mut members = Members::default();
    while let Some(Key(name)) = map.next_key()? {
        let kind = tag.as_ref().and_then(|tag| tag.kind.as_ref());
        if name == "type" && kind.is_none() {
            tag = Some(Tag { kind: map.next_value_seed(Maybe(PhantomData))?, index: members.len() });
        } else if found.is_none() && kind.is_some_and(|kind| kind.as_str() == name) {
            found = match kind {
                Some(ContentType::Text) => map.next_value_seed(Maybe(PhantomData))?.map(Content::Text),
                Some(ContentType::File) => map.next_value_seed(Maybe(PhantomData))?.map(Content::File),
                Some(ContentType::Location) => map.next_value_seed(Maybe(PhantomData))?.map(Content::Location),
                _ => {
                    members.push(name, map.next_value()?);
                    continue;
                }
            };
            if found.is_none() {
                members.push(name, RawValue::NULL.to_owned());
            }
        } else {
            members.push(name, map.next_value()?);
        }
    }
    if let Some(error) = members.read("error")? {
        return Ok(Content::Error { error, kind: tag.and_then(|tag| tag.kind) });
    }
    match found {
        Some(content) => Ok(content),
        None => Content::of_type(tag, members),
    }
}

/// The `type`, which may be null, and how many members stood before it.
struct Tag {
    kind: Option<ContentType>,
    index: usize,
}

impl Content {
    /// Reads the member of this type, or the first that is there when no type is named.
    fn of_type<E: de::Error>(tag: Option<Tag>, mut members: Members) -> Result<Self, E> {
        let named = tag.as_ref().and_then(|tag| tag.kind.as_ref());
        let may_be = |kind| named.is_none_or(|named| *named == kind);
        if may_be(ContentType::Text)
            && let Some(text) = members.read("text")?
        {
            return Ok(Self::Text(text));
        }
        if may_be(ContentType::File)
            && let Some(file) = members.read("file")?
        {
            return Ok(Self::File(file));
        }
        if may_be(ContentType::Location)
            && let Some(location) = members.read("location")?
        {
            return Ok(Self::Location(location));
        }
        if may_be(ContentType::Suggested)
            && let Some((key, raw)) = members.take_any_case("suggested")
        {
            let suggested: Suggested = replay(PhantomData, &key, &raw)?;
            return Ok(Self::Suggested(suggested.under_key(key)));
        }
        let kind = named.map(ToString::to_string);
        if let Some(tag) = tag {
            let text = serde_json::Value::from(kind.as_deref()).to_string();
            members.insert(tag.index, "type", RawValue::from_string(text).map_err(E::custom)?);
        }
        Ok(Self::Unknown(UnknownObject::new(kind.unwrap_or_default(), members.into_raw()?)))
    }
}

crate::masked::shown!(Content);
member!(Content, ContentType);

schema_of!(Content as "ExotelContent", generator => {
    use schemars::Schema;
    use serde_json::{Value, json};

    let suggested = generator.subschema_for::<Suggested>();
    let kinds: [(&str, &str, Schema); 6] = [
        ("text", "text", generator.subschema_for::<Text>()),
        ("file", "file", generator.subschema_for::<File>()),
        ("location", "location", generator.subschema_for::<Location>()),
        ("suggested", "suggested", suggested.clone()),
        ("suggested", "Suggested", suggested),
        ("", "error", generator.subschema_for::<ContentError>()),
    ];
    let mut forms: Vec<Value> = Vec::new();
    for (kind, member, schema) in kinds {
        let tag = if kind.is_empty() { json!({ "type": "string" }) } else { json!({ "const": kind }) };
        let mut properties = serde_json::Map::from_iter([(member.to_owned(), schema.to_value())]);
        properties.insert("type".to_owned(), tag);
        forms.push(json!({ "type": "object", "properties": properties, "required": [member] }));
    }
    forms.push(json!({ "description": "A type that this version does not know.", "type": "object" }));
    schemars::json_schema!({ "anyOf": forms })
});
