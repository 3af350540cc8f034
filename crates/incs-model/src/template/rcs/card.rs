//! Cards of RCS templates, single or in a carousel.

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use super::suggestion::Suggestion;
use crate::limits::{common, template as limits};
use crate::link;
use crate::open::open_text;
use crate::validate::{At, Measured, Validate, Violations};

/// One card. (Sampled only: the page's table was not available. It is **unknown** whether `orientation` and `height` may be omitted;
/// every sample has both.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RichCardContent"))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichCard {
    /// The card.
    pub standalone_card: Card,
    /// The arrangement of image and text.
    #[cfg_attr(feature = "schema", schemars(schema_with = "orientation_schema"))]
    pub orientation: Option<Orientation>,
    /// The height of the image.
    #[cfg_attr(feature = "schema", schemars(schema_with = "height_schema"))]
    pub height: Option<Height>,
}

/// 2 to 10 cards side by side. (Sampled only, like [`RichCard`].)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CarouselContent"))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Carousel {
    /// [`RCS_CARDS_MIN`](crate::limits::template::RCS_CARDS_MIN) to
    /// [`RCS_CARDS_MAX`](crate::limits::template::RCS_CARDS_MAX) cards, from left to right.
    #[cfg_attr(feature = "schema", schemars(length(min = limits::RCS_CARDS_MIN, max = limits::RCS_CARDS_MAX)))]
    pub carousel_card: Vec<Card>,
    /// The height of the images.
    #[cfg_attr(feature = "schema", schemars(schema_with = "height_schema"))]
    pub height: Option<Height>,
    /// The width of the cards.
    #[cfg_attr(feature = "schema", schemars(schema_with = "width_schema"))]
    pub width: Option<Width>,
}

/// A card. (Sampled only: the optional members and the maximum lengths of the texts are **unknown**.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Card {
    /// The title; may hold variables.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub card_title: Option<String>,
    /// The text below it; may hold variables.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub card_description: Option<String>,
    /// A link to an image, gif or video; may hold variables. Kinds and sizes are **unknown**.
    #[cfg_attr(feature = "schema", schemars(schema_with = "media_schema"))]
    pub media_url: Option<String>,
    /// A link to a preview image for a video; may be empty, and is absent from the cards of a carousel.
    #[cfg_attr(feature = "schema", schemars(schema_with = "thumbnail_schema"))]
    pub thumbnail_url: Option<String>,
    /// At most [`RCS_CARD_SUGGESTIONS_MAX`](crate::limits::template::RCS_CARD_SUGGESTIONS_MAX).
    #[cfg_attr(feature = "schema", schemars(length(max = limits::RCS_CARD_SUGGESTIONS_MAX)))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<Suggestion>,
}

open_text! {
    /// The arrangement of image and text on a card. The full set is **unknown**, so `validate` accepts any value.
    pub enum Orientation {
        /// The image above the text.
        Vertical = "VERTICAL",
        /// The image beside the text. (Usual in RCS, not confirmed for INCS.)
        Horizontal = "HORIZONTAL",
    }
}

open_text! {
    /// The height of a card's image. The full set is **unknown**, so `validate` accepts any value.
    pub enum Height {
        /// Low.
        Short = "SHORT",
        /// Medium. (Usual in RCS, not confirmed for INCS.)
        Medium = "MEDIUM",
        /// High. (Usual in RCS, not confirmed for INCS.)
        Tall = "TALL",
    }
}

open_text! {
    /// The width of the cards in a carousel. The full set is **unknown**, so `validate` accepts any value.
    pub enum Width {
        /// Narrow. (Usual in RCS, not confirmed for INCS.)
        Small = "SMALL",
        /// Wide.
        Medium = "MEDIUM",
    }
}

impl Card {
    /// Returns the card's own texts that may contain variables.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let texts = [&self.card_title, &self.card_description, &self.media_url, &self.thumbnail_url];
        texts.into_iter().flatten().map(String::as_str)
    }
}

impl Validate for RichCard {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        self.standalone_card.check(&at.key("standaloneCard"), found);
    }
}

impl Validate for Carousel {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let cards = at.key("carouselCard");
        found.items(&cards, self.carousel_card.len(), &limits::RCS_CARDS);
        self.carousel_card.check(&cards, found);
    }
}

impl Validate for Card {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        for (name, text) in [("cardTitle", &self.card_title), ("cardDescription", &self.card_description)] {
            if let Some(text) = text {
                found.not_empty(&at.key(name), text);
            }
        }
        let thumbnail = self.thumbnail_url.as_ref().filter(|link| !link.is_empty());
        for (name, link) in [("mediaUrl", self.media_url.as_ref()), ("thumbnailUrl", thumbnail)] {
            if link.is_some_and(|link| !link::is_absolute_template(link)) {
                found.add(&at.key(name), &common::LINK_ABSOLUTE, Measured::Nothing);
            }
        }
        let suggestions = at.key("suggestions");
        found.items(&suggestions, self.suggestions.len(), &limits::RCS_CARD_SUGGESTIONS);
        self.suggestions.check(&suggestions, found);
    }
}

#[cfg(feature = "schema")]
use self::schema::{height_schema, media_schema, orientation_schema, thumbnail_schema, width_schema};

#[cfg(feature = "schema")]
mod schema {
    //! Schemas that `derive` cannot generate.

    use schemars::{Schema, SchemaGenerator, json_schema};

    use super::{Height, Orientation, Width};
    use crate::schema::shape;

    pub(super) fn orientation_schema(generator: &mut SchemaGenerator) -> Schema {
        shape::nullable(generator, &shape::any_text(Orientation::KNOWN))
    }

    pub(super) fn height_schema(generator: &mut SchemaGenerator) -> Schema {
        shape::nullable(generator, &shape::any_text(Height::KNOWN))
    }

    pub(super) fn width_schema(generator: &mut SchemaGenerator) -> Schema {
        shape::nullable(generator, &shape::any_text(Width::KNOWN))
    }

    pub(super) fn media_schema(generator: &mut SchemaGenerator) -> Schema {
        let link = shape::template_link(generator);
        shape::nullable(generator, &link)
    }

    pub(super) fn thumbnail_schema(generator: &mut SchemaGenerator) -> Schema {
        let link = json_schema!({ "anyOf": [{ "const": "" }, shape::template_link(generator)] });
        shape::nullable(generator, &link)
    }
}
