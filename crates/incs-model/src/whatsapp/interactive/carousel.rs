//! Cards to swipe through (INCS: send WhatsApp message).

use incs_model_derive::{MaskedDebug, ReadStruct, WireStruct, skip_serializing_none};
use serde::de::MapAccess;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize};

use super::cta_url;
use super::parts::{Body, Footer, Header};
use super::reply::{CardButton, check_buttons};
use crate::json::{self, Entries, RawJson, ReadMembers};
use crate::limits::whatsapp as limits;
use crate::open::{from_contents, open_text};
use crate::schema_of::schema_of;
use crate::validate::{At, Measured, Validate, Violations};

/// 2 to 10 cards below a text (INCS: send WhatsApp message).
///
/// ```
/// use incs_model::whatsapp::Carousel;
/// use incs_model::whatsapp::interactive::Header;
/// use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
///
/// let cards = ["teapot", "mug"].map(|name| {
///     let picture = Header::image(format!("https://media.example.com/pics/{name}.jpeg"));
///     Card::new(picture, CardAction::open("View item", format!("https://shop.example.com/p/{name}"))).with_body(name)
/// });
/// let message = Carousel::new("Fresh from the kiln:", cards);
/// # incs_model::validate(&message).unwrap();
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Carousel {
    /// At most [`BODY_TEXT_MAX`](crate::limits::whatsapp::BODY_TEXT_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::parts::schema::body::<{ limits::BODY_TEXT_MAX }>"))]
    pub body: Body,
    /// The action: the cards.
    pub action: Action,
    /// Not allowed. The field exists so that a message read from JSON is reported and not silently changed.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::forbidden"))]
    #[wire(unset)]
    pub header: Option<Header>,
    /// Not allowed, like `header`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::forbidden"))]
    #[wire(unset)]
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
    /// Not allowed: the buttons belong on the cards. The field exists so that a message read from JSON is reported and not
    /// silently changed.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::forbidden"))]
    #[wire(unset)]
    pub buttons: Option<RawJson>,
}

/// A card: an image or video, a line of text, and a link button or quick replies.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[wire(private_new)]
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
    /// Always `cta_url`, also on cards with quick replies. (So in every sample.)
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    #[wire(unset)]
    pub r#type: CardType,
    /// At most [`CARD_BODY_TEXT_MAX`](crate::limits::whatsapp::CARD_BODY_TEXT_MAX) characters with at most
    /// [`CARD_BODY_LINE_BREAKS_MAX`](crate::limits::whatsapp::CARD_BODY_LINE_BREAKS_MAX) line breaks.
    #[cfg_attr(feature = "schema", schemars(schema_with = "card_body_schema"))]
    pub body: Option<Body>,
}

open_text! {
    /// The `type` of a card.
    #[derive(Default)]
    pub enum CardType {
        /// The only value, for all kinds of buttons.
        #[default]
        CtaUrl = "cta_url",
    }
}

/// The action of a card: one link, or quick replies. The members `name` or `buttons` decide the form.
#[derive(Clone, PartialEq, Serialize, MaskedDebug)]
#[serde(untagged)]
#[non_exhaustive]
pub enum CardAction {
    /// One button that opens a link.
    Url(cta_url::Action),
    /// Buttons that send their id back.
    QuickReplies(QuickReplies),
    /// A form that this version does not know; kept and written back unchanged.
    Unknown(RawJson),
}

/// The quick replies of a card.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct QuickReplies {
    /// At least one. The maximum is **unknown**; the samples have two.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub buttons: Vec<CardButton>,
}

impl Carousel {
    /// Creates a text with these cards below it, numbered in their order.
    pub fn new(body: impl Into<Body>, cards: impl IntoIterator<Item = impl Into<Card>>) -> Self {
        let cards = (0..).zip(cards).map(|(index, card)| Card { card_index: index, ..card.into() });
        Self::with_required(body, Action::new(cards))
    }
}

impl Card {
    /// Creates a card with an image or a video. [`Carousel::new`] sets its position.
    pub fn new(header: impl Into<Header>, action: impl Into<CardAction>) -> Self {
        Self::with_required(0, header, action)
    }
}

impl CardAction {
    /// Creates a button `display_text` that opens `url`.
    pub fn open(display_text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Url(cta_url::Action::new(display_text, url))
    }

    /// Creates buttons that send their id back.
    pub fn quick_replies(buttons: impl IntoIterator<Item = impl Into<CardButton>>) -> Self {
        Self::QuickReplies(QuickReplies::new(buttons))
    }

    /// Returns the properties that must be the same on every card: the kind and the number of the buttons.
    fn shape(&self) -> Option<(bool, usize)> {
        match self {
            Self::Url(_) => Some((true, 1)),
            Self::QuickReplies(replies) => Some((false, replies.buttons.len())),
            Self::Unknown(_) => None,
        }
    }
}

from_contents!(CardAction: Url(cta_url::Action), QuickReplies(QuickReplies));

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
    use crate::schema::shape::members;

    // One object, since nothing but the members tells the two apart: a fault would be reported for both.
    let mut link = <cta_url::Action as schemars::JsonSchema>::json_schema(generator);
    let mut replies = <QuickReplies as schemars::JsonSchema>::json_schema(generator);
    let [of_link, of_replies] = [&mut link, &mut replies].map(|schema| schema.remove("required"));
    let properties = std::mem::take(members(&mut replies, "properties"));
    members(&mut link, "properties").extend(properties);
    let no_link = serde_json::json!([{ "required": ["name"] }, { "required": ["parameters"] }]);
    for (keyword, value) in [
        ("description", serde_json::json!("A link button, with `name` and `parameters`, or quick replies, with `buttons`.")),
        ("if", serde_json::json!({ "required": of_replies })),
        ("then", serde_json::json!({ "not": { "anyOf": no_link } })),
        ("else", serde_json::json!({ "required": of_link })),
    ] {
        link.insert(keyword.to_owned(), value);
    }
    link
});

#[cfg(feature = "schema")]
fn card_body_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let mut schema = super::parts::schema::body::<{ limits::CARD_BODY_TEXT_MAX }>(generator);
    let breaks = limits::CARD_BODY_LINE_BREAKS_MAX;
    if let Some(text) = crate::schema::shape::members(&mut schema, "properties").get_mut("text") {
        text["pattern"] = serde_json::json!(format!("^[^\\r\\n]*((\\r\\n|\\r|\\n)[^\\r\\n]*){{0,{breaks}}}[\\r\\n]*$"));
    }
    schema
}

#[cfg(feature = "schema")]
fn header_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let image = generator.subschema_for::<crate::whatsapp::Image>();
    let video = generator.subschema_for::<crate::whatsapp::Video>();
    let variants = [("image", image), ("video", video)].map(|(kind, medium)| {
        let medium = serde_json::json!({ "allOf": [medium], "not": { "required": ["id"] } });
        serde_json::json!({
            "type": "object",
            "properties": { "type": { "const": kind }, kind: medium },
            "required": ["type", kind],
        })
    });
    crate::schema::shape::kinds("type", Vec::from(variants))
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
            found.max_line_breaks(&text.key("text"), &body.text, &limits::CARD_BODY_LINE_BREAKS);
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
