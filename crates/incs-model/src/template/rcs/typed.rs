//! Reading `content`, which its sibling `type` types, out of an object with other members.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde_json::value::RawValue;

use super::content::{Content, Kind, UnknownContent};
use crate::decode::{Key, replay};
use crate::open::ReadValue;
use crate::raw::RawJson;

/// Reads an object: `type` and `content` into a [`Content`], all other members into an `M`.
pub(super) fn read<'de, M, D>(deserializer: D) -> Result<(M, Content), D::Error>
where
    M: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(TypedVisitor(PhantomData))
}

/// Writes `type` and `content`.
pub(super) fn write<M: SerializeMap>(content: &Content, map: &mut M) -> Result<(), M::Error> {
    map.serialize_entry("type", content.kind())?;
    match content {
        Content::Text(content) => map.serialize_entry("content", content),
        Content::RichCard(card) => map.serialize_entry("content", card),
        Content::Carousel(carousel) => map.serialize_entry("content", carousel),
        Content::Unknown(unknown) => match unknown.content() {
            Some(content) => map.serialize_entry("content", content),
            None => Ok(()),
        },
    }
}

/// The schema of such an object, one variant for each type; `M` has the schema of the other members.
#[cfg(feature = "schema")]
pub(super) fn schema<M: schemars::JsonSchema>(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let members = M::json_schema(generator);
    let kinds = vec![
        ("text", generator.subschema_for::<super::TextContent>()),
        ("richcard", generator.subschema_for::<super::RichCard>()),
        ("carousel", generator.subschema_for::<super::Carousel>()),
    ];
    crate::schema::shape::typed_member(generator, "type", "content", &members, kinds)
}

struct TypedVisitor<M>(PhantomData<M>);

impl<'de, M: Deserialize<'de>> Visitor<'de> for TypedVisitor<M> {
    type Value = (M, Content);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut slot = Slot::default();
        let members = M::deserialize(MapAccessDeserializer::new(Others { map, slot: &mut slot }))?;
        Ok((members, slot.finish()?))
    }
}

/// What is known of the content so far.
#[derive(Default)]
struct Slot {
    kind: Option<Kind>,
    content: Option<Content>,
    kept: Option<Box<RawValue>>,
}

impl Slot {
    fn take_kind<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        match self.kind.replace(map.next_value()?) {
            None => Ok(()),
            Some(_) => Err(de::Error::duplicate_field("type")),
        }
    }

    fn take_content<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        if self.content.is_some() || self.kept.is_some() {
            return Err(de::Error::duplicate_field("content"));
        }
        match &self.kind {
            Some(kind) if kind.is_known() => self.content = read_content(kind, map)?,
            _ => self.kept = Some(map.next_value()?),
        }
        Ok(())
    }

    fn finish<E: de::Error>(self) -> Result<Content, E> {
        let kind = self.kind.ok_or_else(|| E::missing_field("type"))?;
        if let Kind::Unknown(kind) = &kind {
            let content = self.kept.map(RawJson::from_value);
            return Ok(Content::Unknown(UnknownContent::new(kind.as_str(), content)));
        }
        let content = match (self.content, &self.kept) {
            (None, Some(kept)) => read_content(&kind, Kept(kept, PhantomData))?,
            (content, _) => content,
        };
        content.ok_or_else(|| E::missing_field("content"))
    }
}

/// Reads the content of a type; `None` when the type is not known.
fn read_content<'de, R: ReadValue<'de>>(kind: &Kind, source: R) -> Result<Option<Content>, R::Error> {
    match kind {
        Kind::Text => source.read().map(Content::Text).map(Some),
        Kind::RichCard => source.read().map(Content::RichCard).map(Some),
        Kind::Carousel => source.read().map(Content::Carousel).map(Some),
        Kind::Unknown(_) => Ok(None),
    }
}

/// Content that came before its type.
struct Kept<'a, E>(&'a RawValue, PhantomData<E>);

impl<'de, E: de::Error> ReadValue<'de> for Kept<'_, E> {
    type Error = E;

    fn read<T: Deserialize<'de>>(self) -> Result<T, E> {
        replay(PhantomData::<T>, "content", self.0)
    }
}

/// The members of an object without `type` and `content`, which go to the slot.
struct Others<'s, A> {
    map: A,
    slot: &'s mut Slot,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Others<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(Key(key)) = self.map.next_key()? {
            match &*key {
                "type" => self.slot.take_kind(&mut self.map)?,
                "content" => self.slot.take_content(&mut self.map)?,
                other => return seed.deserialize(StrDeserializer::new(other)).map(Some),
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}
