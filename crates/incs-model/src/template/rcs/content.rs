//! The content of an RCS template, and reading it beside other members.

use std::collections::BTreeSet;
use std::fmt;
use std::slice;

use incs_model_derive::{ReadStruct, WireStruct, skip_serializing_none};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::card::{Card, Carousel, RichCard};
use super::suggestion::Suggestion;
use crate::json::{Key, RawJson, ReadMembers, from_object, once, replay};
use crate::limits::template as limits;
use crate::open::{fmt_token, from_contents, from_text, open_text};
use crate::template::placeholders;
use crate::validate::{At, Validate, Violations};

/// The content of an RCS template: `type`, and `content` of that type.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "content", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Content {
    /// A text.
    ///
    /// On the wire: `"type": "text"`.
    Text(TextContent),
    /// One card.
    ///
    /// On the wire: `"type": "richcard"`.
    RichCard(RichCard),
    /// Cards side by side.
    ///
    /// On the wire: `"type": "carousel"`.
    Carousel(Carousel),
    /// A type that this version does not know; kept and written back unchanged.
    #[serde(untagged)]
    Unknown(UnknownContent),
}

/// A text with suggestions below it.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TextContent {
    /// At most [`RCS_TEXT_MAX`](crate::limits::template::RCS_TEXT_MAX) characters; may hold variables.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::RCS_TEXT_MAX)))]
    pub text_message: String,
    /// At most [`RCS_TEXT_SUGGESTIONS_MAX`](crate::limits::template::RCS_TEXT_SUGGESTIONS_MAX).
    #[cfg_attr(feature = "schema", schemars(length(max = limits::RCS_TEXT_SUGGESTIONS_MAX)))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<Suggestion>,
}

open_text! {
    /// The type of an RCS template.
    pub enum Kind {
        /// A text.
        Text = "text",
        /// One card.
        RichCard = "richcard",
        /// Cards side by side.
        Carousel = "carousel",
    }
}

/// The content of a type that this version of the crate does not know.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct UnknownContent {
    #[serde(rename = "type")]
    kind: Box<str>,
    content: Option<RawJson>,
}

impl UnknownContent {
    /// Creates content of a type that this version of the crate does not know yet.
    ///
    /// `validate` reports it; send it without validation.
    pub fn new(kind: impl Into<Box<str>>, content: Option<RawJson>) -> Self {
        Self { kind: kind.into(), content }
    }

    /// The value of `type`, unchanged.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The value of `content`, if it was present.
    pub fn content(&self) -> Option<&RawJson> {
        self.content.as_ref()
    }
}

impl fmt::Debug for UnknownContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnknownContent(")?;
        fmt_token(&self.kind, f)?;
        write!(f, ", {:?})", self.content)
    }
}

impl crate::masked::Masked for Content {}

impl Content {
    /// Creates a text without suggestions.
    fn text(text: String) -> Self {
        Self::Text(TextContent::new(text))
    }

    /// The known types, as written on the wire.
    pub const KNOWN: &'static [&'static str] = Kind::KNOWN;

    /// The type as written on the wire.
    pub fn kind(&self) -> &str {
        match self {
            Self::Text(_) => "text",
            Self::RichCard(_) => "richcard",
            Self::Carousel(_) => "carousel",
            Self::Unknown(unknown) => unknown.kind(),
        }
    }

    /// Returns the variables, each once: the names in `[…]` in texts, titles, descriptions, links, postback data and numbers.
    ///
    /// A name is letters, digits and underscores; `[not a name!]` is plain text. Parts of an unknown kind are not searched.
    pub fn variables(&self) -> BTreeSet<&str> {
        let text = match self {
            Self::Text(content) => Some(&*content.text_message),
            _ => None,
        };
        let of_cards = self.cards().iter().flat_map(Card::texts);
        let texts = text.into_iter().chain(of_cards).chain(self.suggestions().flat_map(Suggestion::texts));
        texts.flat_map(|text| placeholders(text, "[", "]")).collect()
    }

    /// Reports whether every part is of a known kind.
    pub(super) fn is_understood(&self) -> bool {
        !matches!(self, Self::Unknown(_))
            && !self.suggestions().any(|suggestion| matches!(suggestion, Suggestion::Unknown(_)))
    }

    fn cards(&self) -> &[Card] {
        match self {
            Self::RichCard(card) => slice::from_ref(&card.standalone_card),
            Self::Carousel(carousel) => &carousel.carousel_card,
            Self::Text(_) | Self::Unknown(_) => &[],
        }
    }

    /// Returns the suggestions below the text or on the cards.
    fn suggestions(&self) -> impl Iterator<Item = &Suggestion> {
        let below_text: &[Suggestion] = match self {
            Self::Text(content) => &content.suggestions,
            _ => &[],
        };
        below_text.iter().chain(self.cards().iter().flat_map(|card| &card.suggestions))
    }
}

from_contents! {
    Content: Text(TextContent), RichCard(RichCard), Carousel(Carousel)
}

from_text!(TextContent: TextContent::new, Content: Content::text);

impl Content {
    /// Checks the content of the template at `at`.
    pub(super) fn check(&self, at: &At<'_>, found: &mut Violations) {
        let here = at.key("content");
        match self {
            Self::Text(content) => content.check(&here, found),
            Self::RichCard(card) => card.check(&here, found),
            Self::Carousel(carousel) => carousel.check(&here, found),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}

impl Validate for TextContent {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.text(&at.key("textMessage"), &self.text_message, &limits::RCS_TEXT);
        let suggestions = at.key("suggestions");
        found.items(&suggestions, self.suggestions.len(), &limits::RCS_TEXT_SUGGESTIONS);
        self.suggestions.check(&suggestions, found);
    }
}

/// Reads an object: `type` and `content` into a [`Content`], all other members into an `M`.
pub(super) fn read<'de, M, D>(deserializer: D) -> Result<(M, Content), D::Error>
where
    M: Deserialize<'de>,
    D: Deserializer<'de>,
{
    from_object(deserializer).map(|Typed(members, content)| (members, content))
}

/// Returns the schema of such an object, one variant for each type; `M` has the schema of the other members.
#[cfg(feature = "schema")]
pub(super) fn schema<M: schemars::JsonSchema>(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let members = M::json_schema(generator);
    let kinds = vec![
        ("text", generator.subschema_for::<TextContent>()),
        ("richcard", generator.subschema_for::<RichCard>()),
        ("carousel", generator.subschema_for::<Carousel>()),
    ];
    crate::schema::shape::typed_member(generator, "type", "content", &members, kinds)
}

struct Typed<M>(M, Content);

impl<'de, M: Deserialize<'de>> ReadMembers<'de> for Typed<M> {
    fn read_members<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let mut slot = Slot::default();
        let members = M::deserialize(MapAccessDeserializer::new(Others { map, slot: &mut slot }))?;
        Ok(Self(members, slot.finish()?))
    }
}

/// The parts of the content that were read so far.
#[derive(Default)]
struct Slot {
    kind: Option<Kind>,
    content: Option<Content>,
    kept: Option<Box<RawValue>>,
}

impl Slot {
    fn take_kind<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        once(&mut self.kind, map.next_value()?, "type")
    }

    fn take_content<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        if self.content.is_some() || self.kept.is_some() {
            return Err(de::Error::duplicate_field("content"));
        }
        match &self.kind {
            Some(kind) if kind.is_known() => self.content = map.next_value_seed(kind)?,
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
            (None, Some(kept)) => replay(&kind, "content", kept)?,
            (content, _) => content,
        };
        content.ok_or_else(|| E::missing_field("content"))
    }
}

/// Reads the content of a type; `None` when the type is not known.
impl<'de> DeserializeSeed<'de> for &Kind {
    type Value = Option<Content>;

    fn deserialize<D: Deserializer<'de>>(self, content: D) -> Result<Option<Content>, D::Error> {
        match self {
            Kind::Text => Deserialize::deserialize(content).map(Content::Text).map(Some),
            Kind::RichCard => Deserialize::deserialize(content).map(Content::RichCard).map(Some),
            Kind::Carousel => Deserialize::deserialize(content).map(Content::Carousel).map(Some),
            Kind::Unknown(_) => Ok(None),
        }
    }
}

/// The members of an object without `type` and `content`, which are put into the slot.
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
