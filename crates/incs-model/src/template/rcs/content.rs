//! What an RCS template shows.

use std::collections::BTreeSet;
use std::fmt;

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use super::card::{Card, Carousel, RichCard};
use super::suggestion::Suggestion;
use crate::limits::template as limits;
use crate::open::{fmt_token, open_text};
use crate::raw::RawJson;
use crate::template::placeholder;
use crate::validate::{At, Validate, Violations};

/// What an RCS template shows: `type`, and `content` of that type.
#[derive(Clone, Debug, PartialEq)]
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
    /// Cards in a row.
    ///
    /// On the wire: `"type": "carousel"`.
    Carousel(Carousel),
    /// A type that this version does not know; kept and written back as it came.
    Unknown(UnknownContent),
}

/// A text with suggestions below it.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
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
        /// Cards in a row.
        Carousel = "carousel",
    }
}

/// The content of a type that this version of the crate does not know.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownContent {
    kind: Box<str>,
    content: Option<RawJson>,
}

impl UnknownContent {
    /// Content of a type of your own, for a platform that learned it before this crate did.
    ///
    /// `validate` reports it; send it with validation off.
    pub fn new(kind: impl Into<Box<str>>, content: Option<RawJson>) -> Self {
        Self { kind: kind.into(), content }
    }

    /// The value of `type`, as it came.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The value of `content`, if it was there.
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

impl Content {
    /// The known types, as they stand on the wire.
    pub const KNOWN: &'static [&'static str] = Kind::KNOWN;

    /// The type as it stands on the wire.
    pub fn kind(&self) -> &str {
        match self {
            Self::Text(_) => "text",
            Self::RichCard(_) => "richcard",
            Self::Carousel(_) => "carousel",
            Self::Unknown(unknown) => unknown.kind(),
        }
    }

    /// The variables, each once: the names in `[…]` inside texts, titles, descriptions, links, postback data and numbers.
    ///
    /// A name is letters, digits and underscores; `[not a name!]` is plain text. Parts of an unknown kind are not searched.
    pub fn variables(&self) -> BTreeSet<&str> {
        let mut variables = BTreeSet::new();
        let mut see = |text| variables.extend(placeholder::names(text, "[", "]"));
        if let Self::Text(content) = self {
            see(&content.text_message);
        }
        for card in self.cards() {
            card.each_text(&mut see);
        }
        for suggestion in self.text_suggestions() {
            suggestion.each_text(&mut see);
        }
        variables
    }

    /// Whether no part is of an unknown kind.
    pub(super) fn is_understood(&self) -> bool {
        let known = |suggestion: &Suggestion| !matches!(suggestion, Suggestion::Unknown(_));
        !matches!(self, Self::Unknown(_))
            && self.text_suggestions().iter().all(known)
            && self.cards().iter().all(|card| card.suggestions.iter().all(known))
    }

    fn cards(&self) -> &[Card] {
        match self {
            Self::RichCard(card) => card.cards(),
            Self::Carousel(carousel) => &carousel.carousel_card,
            Self::Text(_) | Self::Unknown(_) => &[],
        }
    }

    fn text_suggestions(&self) -> &[Suggestion] {
        match self {
            Self::Text(content) => &content.suggestions,
            _ => &[],
        }
    }
}

impl From<TextContent> for Content {
    fn from(content: TextContent) -> Self {
        Self::Text(content)
    }
}

impl From<RichCard> for Content {
    fn from(content: RichCard) -> Self {
        Self::RichCard(content)
    }
}

impl From<Carousel> for Content {
    fn from(content: Carousel) -> Self {
        Self::Carousel(content)
    }
}

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
        for (index, suggestion) in self.suggestions.iter().enumerate() {
            suggestion.check(&suggestions.index(index), found);
        }
    }
}
