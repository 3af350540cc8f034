//! Cards to swipe through (INCS: send WhatsApp message).

use incs_model_derive::{MaskedDebug, WireStruct, skip_serializing_none};
use serde::de::MapAccess;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize};

use super::cta_url;
use super::parts::{Body, Footer, Header};
use super::reply::{CardButton, check_buttons};
use crate::json::{self, Entries, RawJson, ReadMembers};
use crate::limits::whatsapp as limits;
use crate::open::open_text;
use crate::schema_of::schema_of;
use crate::validate::{At, Measured, Validate, Violations};

/// 2 to 10 cards below a text (INCS: send WhatsApp message).
///
/// ```
/// use incs_model::whatsapp::interactive::{Body, Carousel, Header};
/// use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
///
/// let card = |index: u32, name: &str| {
///     let picture = Header::image(format!("https://media.example.com/pics/{name}.jpeg"));
///     let action = CardAction::open("View item", format!("https://shop.example.com/p/{name}"));
///     Card::new(index, picture, action).with_body(Body::new(name))
/// };
/// let cards = Carousel::of(Body::new("Fresh from the kiln:"), [card(0, "teapot"), card(1, "mug")]);
/// # incs_model::validate(&cards).unwrap();
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Carousel {
    /// At most [`BODY_TEXT_MAX`](crate::limits::whatsapp::BODY_TEXT_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::parts::schema::body::<{ limits::BODY_TEXT_MAX }>"))]
    pub body: Body,
    /// The cards.
    pub action: Action,
    /// Not allowed. It is here so that a message read from JSON is reported and not silently changed.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::forbidden"))]
    pub header: Option<Header>,
    /// Not allowed, like `header`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::forbidden"))]
    pub footer: Option<Footer>,
}

/// The cards of a carousel.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CarouselAction"))]
#[non_exhaustive]
pub struct Action {
    /// [`CARDS_MIN`](crate::limits::whatsapp::CARDS_MIN) to [`CARDS_MAX`](crate::limits::whatsapp::CARDS_MAX), all with
    /// the same kind and number of buttons.
    #[cfg_attr(feature = "schema", schemars(length(min = limits::CARDS_MIN, max = limits::CARDS_MAX)))]
    pub cards: Vec<Card>,
    /// Not allowed: buttons stand on the cards. It is here so that a message read from JSON is reported and not
    /// silently changed.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::forbidden"))]
    pub buttons: Option<RawJson>,
}

/// A card: a picture or film, a line of text, and a link button or quick replies.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Card {
    /// The card's position from 0, left to right.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub card_index: u32,
    /// An image or a video, by link.
    #[cfg_attr(feature = "schema", schemars(schema_with = "header_schema"))]
    pub header: Header,
    /// The button or buttons.
    pub action: CardAction,
    /// Always `cta_url`, also on cards with quick replies. (Every sample has it so.)
    #[serde(default)]
    pub r#type: CardType,
    /// At most [`CARD_BODY_TEXT_MAX`](crate::limits::whatsapp::CARD_BODY_TEXT_MAX) characters on at most
    /// [`CARD_BODY_LINES_MAX`](crate::limits::whatsapp::CARD_BODY_LINES_MAX) lines.
    #[cfg_attr(feature = "schema", schemars(schema_with = "card_body_schema"))]
    pub body: Option<Body>,
}

open_text! {
    /// The `type` of a card.
    #[derive(Default)]
    pub enum CardType {
        /// The one value there is, whatever the card's buttons.
        #[default]
        CtaUrl = "cta_url",
    }
}

/// What a card offers: one link, or quick replies. The form is told by the members: `name` or `buttons`.
#[derive(Clone, PartialEq, Serialize, MaskedDebug)]
#[serde(untagged)]
#[non_exhaustive]
pub enum CardAction {
    /// One button that opens a link.
    Url(cta_url::Action),
    /// Buttons that send their id back.
    QuickReplies(QuickReplies),
    /// A form that this version does not know; kept and written back as it came.
    Unknown(RawJson),
}

/// The quick replies of a card.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct QuickReplies {
    /// At least one. How many fit is **unknown**; the samples have two.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub buttons: Vec<CardButton>,
}

impl Carousel {
    /// These cards below this text.
    pub fn of(body: Body, cards: impl IntoIterator<Item = Card>) -> Self {
        Self::new(body, Action::new(cards.into_iter().collect::<Vec<_>>()))
    }
}

impl CardAction {
    /// The button `display_text` that opens `url`.
    pub fn open(display_text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Url(cta_url::Action::open(display_text, url))
    }

    /// Buttons that send their id back.
    pub fn quick_replies(buttons: impl IntoIterator<Item = CardButton>) -> Self {
        Self::QuickReplies(QuickReplies::new(buttons.into_iter().collect::<Vec<_>>()))
    }

    /// What must be the same on every card: the kind of the buttons and their number.
    fn shape(&self) -> Option<(bool, usize)> {
        match self {
            Self::Url(_) => Some((true, 1)),
            Self::QuickReplies(replies) => Some((false, replies.buttons.len())),
            Self::Unknown(_) => None,
        }
    }
}

impl<'de> ReadMembers<'de> for CardAction {
    fn read_members<A: MapAccess<'de>>(members: A) -> Result<Self, A::Error> {
        let (is_link, entries) = Entries::until_key(members, |name| match name {
            "name" | "parameters" => Some(true),
            "buttons" => Some(false),
            _ => None,
        })?;
        match is_link {
            Some(true) => Deserialize::deserialize(MapAccessDeserializer::new(entries)).map(Self::Url),
            Some(false) => Deserialize::deserialize(MapAccessDeserializer::new(entries)).map(Self::QuickReplies),
            None => entries.into_raw(None).map(Self::Unknown),
        }
    }
}

impl<'de> Deserialize<'de> for CardAction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::from_object(deserializer)
    }
}

schema_of!(CardAction, generator => {
    let url = generator.subschema_for::<cta_url::Action>();
    let replies = generator.subschema_for::<QuickReplies>();
    if crate::schema::shape::is_strict(generator) {
        schemars::json_schema!({ "oneOf": [url, replies] })
    } else {
        schemars::json_schema!({ "anyOf": [url, replies, { "type": "object" }] })
    }
});

#[cfg(feature = "schema")]
fn card_body_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let mut schema = super::parts::schema::body::<{ limits::CARD_BODY_TEXT_MAX }>(generator);
    let lines = limits::CARD_BODY_LINES_MAX - 1;
    if let Some(text) = crate::schema::shape::members(&mut schema, "properties").get_mut("text") {
        text["pattern"] = serde_json::json!(format!("^[^\\n]*(\\n[^\\n]*){{0,{lines}}}$"));
    }
    schema
}

#[cfg(feature = "schema")]
fn header_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let image = generator.subschema_for::<crate::whatsapp::Image>();
    let video = generator.subschema_for::<crate::whatsapp::Video>();
    let variants = [("image", image), ("video", video)].map(|(kind, medium)| {
        serde_json::json!({
            "type": "object",
            "properties": { "type": { "const": kind }, kind: medium },
            "required": ["type", kind],
        })
    });
    schemars::json_schema!({ "oneOf": variants })
}

impl Validate for Carousel {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let action = at.key("action");
        for (present, place) in [
            (self.header.is_some(), at.key("header")),
            (self.footer.is_some(), at.key("footer")),
            (self.action.buttons.is_some(), action.key("buttons")),
        ] {
            if present {
                found.add(&place, &limits::CAROUSEL_MAIN, Measured::Nothing);
            }
        }
        self.body.check_as(&at.key("body"), found, &limits::BODY_TEXT);
        let cards = action.key("cards");
        found.items(&cards, self.action.cards.len(), &limits::CARDS);
        let shape = self.action.cards.first().and_then(|card| card.action.shape());
        for (index, card) in self.action.cards.iter().enumerate() {
            let here = cards.index(index);
            if usize::try_from(card.card_index) != Ok(index) {
                let found_index = Measured::Count(i64::from(card.card_index));
                found.add(&here.key("card_index"), &limits::CARD_INDEX, found_index);
            }
            card.check(&here, found);
            if card.action.shape() != shape {
                found.add(&here.key("action"), &limits::CARDS_UNIFORM, Measured::Nothing);
            }
        }
    }
}

impl Validate for Card {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.known(&at.key("type"), self.r#type.is_known(), &limits::CARD_TYPE);
        let header = at.key("header");
        match &self.header {
            Header::Image(media) => media.check_link(&header.key("image"), found, &limits::IMAGE_KIND),
            Header::Video(media) => media.check_link(&header.key("video"), found, &limits::VIDEO_KIND),
            _ => found.add(&header.key("type"), &limits::CARD_HEADER, Measured::Nothing),
        }
        if let Some(body) = &self.body {
            let text = at.key("body");
            body.check_as(&text, found, &limits::CARD_BODY_TEXT);
            found.max_lines(&text.key("text"), &body.text, &limits::CARD_BODY_LINES);
        }
        self.action.check(&at.key("action"), found);
    }
}

impl Validate for CardAction {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match self {
            Self::Url(action) => action.check(at, found),
            Self::QuickReplies(replies) => {
                let buttons = at.key("buttons");
                found.items(&buttons, replies.buttons.len(), &limits::CARD_BUTTONS);
                check_buttons(&replies.buttons, CardButton::as_reply, &buttons, found);
            }
            Self::Unknown(_) => found.unknown_kind(at, "name"),
        }
    }
}
