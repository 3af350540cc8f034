//! Sends of approved WhatsApp templates (INCS: send WhatsApp message).
//!
//! The samples show headers of text and image, bodies, and buttons that copy a code. Everything else is Meta's API, which INCS
//! forwards (inferred): it is typed and sent, and `validate` gives a warning (`member.meta`).

mod parameter;

pub use self::parameter::{
    Action, Currency, DateTime, Location, OfferEnd, OrderState, OrderUpdate, Parameter, ParameterValue, Product,
    ProductSection, TapTarget,
};

use incs_model_derive::{ReadStruct, WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::id::{LanguageCode, TemplateName};
use crate::limits::whatsapp as limits;
use crate::number::TextOrNumber;
use crate::open::{from_text, open_text, tagged_union};
use crate::secret::Secret;
use crate::validate::{At, Measured, Validate, Violations};

/// A send of an approved template: its name, and either values for its placeholders or a one-time code.
///
/// It is **unknown** which language INCS uses when a name exists in several; no page has a `language` member on sends.
/// [`template::whatsapp::Template::check_send`](crate::template::whatsapp::Template::check_send) compares a send with
/// the template's definition.
///
/// ```
/// use incs_model::whatsapp::template::{Component, Template};
///
/// let plain = Template::new("order_received_v2");
/// let renewal = Template::new("renewal_notice_3")
///     .with_components([Component::header("2026-05-31"), Component::body(["Ms Tan", "SAVE15", "15%"])]);
/// let login = Template::new("login_code_en").with_code("480913");
/// # for template in [plain, renewal, login] { incs_model::validate(&template).unwrap(); }
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TemplateContent", transform = code_or_components))]
#[non_exhaustive]
pub struct Template {
    /// The name of the approved template.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: TemplateName,
    /// The language of the message. Meta's API requires it; INCS documents none. (Meta's API.)
    #[serde(deserialize_with = "crate::json::object_or_null")]
    pub language: Option<Language>,
    /// The namespace of the template. (Meta's API.)
    pub namespace: Option<String>,
    /// The one-time code of an authentication template, **instead of** components.
    pub code: Option<Secret>,
    /// Values for the placeholders, one component for each part of the template that has placeholders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
}

#[cfg(feature = "schema")]
fn code_or_components(schema: &mut schemars::Schema) {
    schema.insert("not".to_owned(), serde_json::json!({ "required": ["code", "components"] }));
}

/// The language of a send. (Meta's API.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Language {
    /// The language, like `en_US`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub code: LanguageCode,
    /// Always `deterministic`, if it is present.
    pub policy: Option<String>,
}

tagged_union! {
    /// Values for one part of a template.
    pub enum Component by "type" {
        /// Values for the header.
        Header(Header) = "header",
        /// Values for the body.
        Body(Body) = "body",
        /// The value of a button.
        Button(Button) = "button",
        /// Values for the cards. (Meta's API.)
        Carousel(Carousel) = "carousel",
        /// The end of an offer. (Meta's API.)
        LimitedTimeOffer(LimitedTimeOffer) = "limited_time_offer",
        /// The state of an order. (Meta's API.)
        OrderStatus(OrderStatus) = "order_status",
        /// The link that a tap on the message opens. (Meta's API.)
        TapTarget(TapTargetConfiguration) = "tap_target_configuration",
    }
}

/// Values for the header of a template: one text, medium, location or product.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Header {
    /// One value. (Inferred: there is exactly one.)
    pub parameters: Vec<Parameter>,
}

/// Values for the body of a template: in the order of its placeholders, or each with a name.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Body {
    /// One for each placeholder.
    pub parameters: Vec<Parameter>,
}

/// The value of one button of a template.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Button {
    /// The kind of button, as written: INCS's sample has `COPY_CODE`, Meta's samples have `copy_code` as well.
    /// [`kind`](Self::kind) reads both.
    #[cfg_attr(feature = "schema", schemars(schema_with = "button_kind_schema"))]
    pub sub_type: ButtonKind,
    /// The button's position from `0`: digits in a string, or a number as in some of Meta's samples. Optional for a call
    /// button only.
    pub index: Option<TextOrNumber>,
    /// The value. Optional for a quick reply, a catalog, a flow and a call button.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
}

open_text! {
    /// The kind of a template button. Only `COPY_CODE` is sampled; the others come from Meta's API.
    pub enum ButtonKind {
        /// Copies a coupon code.
        CopyCode = "COPY_CODE",
        /// Opens a link that ends with the parameter; also the button of an authentication template, whose parameter is the code.
        Url = "URL",
        /// Sends a payload back.
        QuickReply = "QUICK_REPLY",
        /// Opens a flow.
        Flow = "FLOW",
        /// Opens the catalog.
        Catalog = "CATALOG",
        /// Shows several products.
        MultiProduct = "MPM",
        /// Shows one product.
        SingleProduct = "SPM",
        /// Calls the business inside WhatsApp.
        VoiceCall = "VOICE_CALL",
        /// Dials a number.
        PhoneNumber = "PHONE_NUMBER",
        /// Shows an order to pay.
        OrderDetails = "ORDER_DETAILS",
        /// Copies or fills in a one-time code.
        Otp = "OTP",
        /// Opens an app.
        App = "APP",
        /// Asks for the customer's phone number.
        RequestContactInfo = "REQUEST_CONTACT_INFO",
    }
}

/// Values for the cards of a carousel. (Meta's API.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TemplateCarousel"))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Carousel {
    /// One for each card of the template.
    pub cards: Vec<Card>,
}

/// Values for one card. (Meta's API.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TemplateCard"))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Card {
    /// The card's position from 0.
    pub card_index: u32,
    /// Values for the card's parts.
    pub components: Vec<CardComponent>,
}

tagged_union! {
    /// Values for one part of a card. (Meta's API.) A card holds no carousel.
    pub enum CardComponent by "type" {
        /// The medium or product of the header.
        Header(Header) = "header",
        /// Values for the text.
        Body(Body) = "body",
        /// The value of a button.
        Button(Button) = "button",
    }
}

/// The end of an offer. (Meta's API.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LimitedTimeOffer {
    /// One value, of kind `limited_time_offer`.
    pub parameters: Vec<Parameter>,
}

/// The state of an order. (Meta's API.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderStatus {
    /// One value, of kind `order_status`.
    pub parameters: Vec<Parameter>,
}

/// The link that a tap on the message opens. (Meta's API.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TapTargetConfiguration {
    /// One value, of kind `tap_target_configuration`.
    pub parameters: Vec<Parameter>,
}

impl Component {
    /// Creates the value of a header: a text, a medium, a location or a product.
    pub fn header(parameter: impl Into<Parameter>) -> Self {
        Self::Header(Header::new([parameter]))
    }

    /// Creates the values of a body, in the order of its placeholders or each with a name.
    pub fn body(parameters: impl IntoIterator<Item = impl Into<Parameter>>) -> Self {
        Self::Body(Body::new(parameters))
    }

    /// Creates the value of the button at `index`.
    pub fn button(kind: ButtonKind, index: usize, parameter: impl Into<Parameter>) -> Self {
        Self::Button(Button::at(kind, index, parameter))
    }

    /// Creates the code that the button at `index` copies.
    pub fn copy_code(index: usize, code: impl Into<String>) -> Self {
        Self::button(ButtonKind::CopyCode, index, Parameter::coupon_code(code))
    }

    /// Creates the end of the link of the button at `index`.
    pub fn link_end(index: usize, text: impl Into<String>) -> Self {
        Self::button(ButtonKind::Url, index, Parameter::text(text))
    }

    /// Creates the payload that the quick-reply button at `index` sends back.
    pub fn quick_reply(index: usize, payload: impl Into<String>) -> Self {
        Self::button(ButtonKind::QuickReply, index, Parameter::payload(payload))
    }

    /// Creates the values of cards, from left to right, each with these parts.
    pub fn carousel(cards: impl IntoIterator<Item = impl IntoIterator<Item = impl Into<CardComponent>>>) -> Self {
        Self::Carousel(Carousel::new(cards.into_iter().map(Card::new)))
    }

    /// Creates the end of an offer, in milliseconds since 1970.
    pub fn limited_time_offer(expiration_time_ms: u64) -> Self {
        Self::LimitedTimeOffer(LimitedTimeOffer::new([OfferEnd::new(expiration_time_ms)]))
    }

    /// Creates the state of an order.
    pub fn order_status(order: OrderUpdate) -> Self {
        Self::OrderStatus(OrderStatus::new([order]))
    }

    /// Creates the link `url` that a tap on the message opens, shown as `title`.
    pub fn tap_target(url: impl Into<String>, title: impl Into<String>) -> Self {
        let target = ParameterValue::TapTarget(vec![TapTarget::new(url, title)]);
        Self::TapTarget(TapTargetConfiguration::new([target]))
    }

    /// The parameters, if the component is of a known kind. The parameters of a carousel are in its cards.
    pub fn parameters(&self) -> &[Parameter] {
        match self {
            Self::Header(header) => &header.parameters,
            Self::Body(body) => &body.parameters,
            Self::Button(button) => &button.parameters,
            Self::LimitedTimeOffer(offer) => &offer.parameters,
            Self::OrderStatus(order) => &order.parameters,
            Self::TapTarget(target) => &target.parameters,
            Self::Carousel(_) | Self::Unknown(_) => &[],
        }
    }
}

impl Carousel {
    /// Creates the values of cards, numbered in their order.
    pub fn new(cards: impl IntoIterator<Item = impl Into<Card>>) -> Self {
        let cards = (0..).zip(cards).map(|(index, card)| Card { card_index: index, ..card.into() });
        Self::with_required(cards)
    }
}

impl Card {
    /// Creates the values of one card. [`Carousel::new`] sets its position.
    pub fn new(components: impl IntoIterator<Item = impl Into<CardComponent>>) -> Self {
        Self::with_required(0, components)
    }
}

impl CardComponent {
    /// Creates the medium or product of the header.
    pub fn header(parameter: impl Into<Parameter>) -> Self {
        Self::Header(Header::new([parameter]))
    }

    /// Creates the values of the text, in the order of its placeholders or each with a name.
    pub fn body(parameters: impl IntoIterator<Item = impl Into<Parameter>>) -> Self {
        Self::Body(Body::new(parameters))
    }

    /// Creates the value of the button at `index` of the card.
    pub fn button(kind: ButtonKind, index: usize, parameter: impl Into<Parameter>) -> Self {
        Self::Button(Button::at(kind, index, parameter))
    }

    /// Creates the end of the link behind the button at `index` of the card.
    pub fn link_end(index: usize, text: impl Into<String>) -> Self {
        Self::button(ButtonKind::Url, index, Parameter::text(text))
    }

    /// Creates the payload that the quick-reply button at `index` of the card sends back.
    pub fn quick_reply(index: usize, payload: impl Into<String>) -> Self {
        Self::button(ButtonKind::QuickReply, index, Parameter::payload(payload))
    }
}

from_text!(Language: Language::new);

impl Button {
    /// Creates the value of the button at `index`.
    fn at(kind: ButtonKind, index: usize, parameter: impl Into<Parameter>) -> Self {
        Self::new(kind).with_index(index.to_string()).with_parameters([parameter])
    }

    /// Returns the kind of button, ignoring case.
    pub fn kind(&self) -> ButtonKind {
        let upper = ButtonKind::from(self.sub_type.as_str().to_ascii_uppercase());
        if upper.is_known() { upper } else { self.sub_type.clone() }
    }

    /// The button's position from 0, if it is a whole number.
    pub fn position(&self) -> Option<usize> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match self.index.as_ref()? {
            TextOrNumber::Text(text) => text.parse().ok().filter(|_| digits(text)),
            TextOrNumber::Number(number) => number.as_u64()?.try_into().ok(),
        }
    }
}

#[cfg(feature = "schema")]
fn button_kind_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    crate::schema::shape::open_text_in_any_case(generator, ButtonKind::KNOWN)
}

impl Validate for Template {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.not_empty(&at.key("name"), self.name.as_str());
        if let Some(language) = &self.language {
            found.meta_member(at, "language", true);
            found.not_empty(&at.key("language").key("code"), language.code.as_str());
        }
        found.meta_member(at, "namespace", self.namespace.is_some());
        if let Some(code) = &self.code {
            found.not_empty(&at.key("code"), code.expose());
            if !self.components.is_empty() {
                found.add(&at.key("code"), &limits::TEMPLATE_CODE, Measured::Nothing);
            }
        }
        self.components.check(&at.key("components"), found);
    }
}

impl Validate for Component {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match self {
            Self::Header(header) => header.check(at, found),
            Self::Body(body) => body.parameters.check(&at.key("parameters"), found),
            Self::Button(button) => button.check(at, found),
            Self::Carousel(Carousel { cards }) => {
                found.meta_kind(at, "type", self.kind(), false);
                let at = at.key("cards");
                for (index, card) in cards.iter().enumerate() {
                    card.components.check(&at.index(index).key("components"), found);
                }
            }
            Self::LimitedTimeOffer(_) | Self::OrderStatus(_) | Self::TapTarget(_) => {
                found.meta_kind(at, "type", self.kind(), false);
                self.parameters().check(&at.key("parameters"), found);
            }
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}

impl Validate for CardComponent {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match self {
            Self::Header(header) => header.check(at, found),
            Self::Body(body) => body.parameters.check(&at.key("parameters"), found),
            Self::Button(button) => button.check(at, found),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}

impl Validate for Header {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let at = at.key("parameters");
        found.items(&at, self.parameters.len(), &limits::TEMPLATE_HEADER_COUNT);
        self.parameters.check(&at, found);
    }
}

impl Validate for Button {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let kind = self.kind();
        if kind.is_known() {
            found.meta_kind(at, "sub_type", kind.as_str(), kind == ButtonKind::CopyCode);
        } else {
            found.unknown_kind(at, "sub_type");
        }
        let needs_index = self.index.is_some() || kind != ButtonKind::VoiceCall;
        if needs_index && self.position().is_none() {
            found.add(&at.key("index"), &limits::TEMPLATE_BUTTON_INDEX, Measured::Nothing);
        }
        self.parameters.check(&at.key("parameters"), found);
    }
}
