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

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

use super::members::{Members, member};
use crate::decode::{Tracked, replay};
use crate::open::{UnknownObject, open_text};
use crate::raw::RawJson;
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

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let mut members = Members::deserialize(Tracked::new(&raw)).map_err(de::Error::custom)?;
        let named: Option<String> = members.take_one("type")?;
        if let Some(error) = members.take_one("error")? {
            return Ok(Self::Error { error, kind: named.map(ContentType::from) });
        }
        match Self::of_type(named.as_deref().map(ContentType::from).as_ref(), &mut members)? {
            Some(content) => Ok(content),
            None => Ok(Self::Unknown(UnknownObject::new(named.unwrap_or_default(), RawJson::from_value(raw)))),
        }
    }
}

impl Content {
    /// Reads the member of this type, or the first that is there when no type is named.
    fn of_type<E: de::Error>(named: Option<&ContentType>, members: &mut Members) -> Result<Option<Self>, E> {
        let may_be = |kind| named.is_none_or(|named| *named == kind);
        if may_be(ContentType::Text)
            && let Some(text) = members.take_one("text")?
        {
            return Ok(Some(Self::Text(text)));
        }
        if may_be(ContentType::File)
            && let Some(file) = members.take_one("file")?
        {
            return Ok(Some(Self::File(file)));
        }
        if may_be(ContentType::Location)
            && let Some(location) = members.take_one("location")?
        {
            return Ok(Some(Self::Location(location)));
        }
        if may_be(ContentType::Suggested)
            && let Some((key, raw)) = members.take_any_case("suggested")
        {
            let suggested: Suggested = replay(std::marker::PhantomData, &key, &raw)?;
            return Ok(Some(Self::Suggested(suggested.under_key(key))));
        }
        Ok(None)
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
