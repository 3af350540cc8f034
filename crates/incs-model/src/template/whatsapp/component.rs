//! The parts of a WhatsApp template. Headers, buttons, carousels and offers are inferred from Meta's API: INCS has no sample of
//! them.

use incs_model_derive::{ReadStruct, WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::json::RawJson;
use crate::number::TextOrNumber;
use crate::open::{open_text, tagged_union};
use crate::validate::{At, Validate, Violations};

tagged_union! {
    /// A part of a WhatsApp template.
    pub enum Component by "type" {
        /// The header. (Inferred from Meta's API.)
        Header(Header) = "HEADER",
        /// The text.
        Body(Body) = "BODY",
        /// The text below the body.
        Footer(Footer) = "FOOTER",
        /// The buttons. (Inferred from Meta's API.)
        Buttons(Buttons) = "BUTTONS",
        /// Cards side by side. (Inferred from Meta's API.)
        Carousel(Carousel) = "CAROUSEL",
        /// An offer that ends, shown between header and body. (Inferred from Meta's API.)
        LimitedTimeOffer(LimitedTimeOffer) = "LIMITED_TIME_OFFER",
    }
}

/// The header. (Inferred from Meta's API: not sampled.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Header {
    /// The kind of content.
    pub format: HeaderFormat,
    /// The text of a text header; may hold one placeholder.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub text: Option<String>,
    /// Samples for the review.
    #[serde(deserialize_with = "crate::json::object_or_null")]
    pub example: Option<HeaderExample>,
}

open_text! {
    /// The kind of content of a header. (Inferred from Meta's API.)
    pub enum HeaderFormat {
        /// A text.
        Text = "TEXT",
        /// An image, set by each send.
        Image = "IMAGE",
        /// A video, set by each send.
        Video = "VIDEO",
        /// A GIF, set by each send.
        Gif = "GIF",
        /// A document, set by each send.
        Document = "DOCUMENT",
        /// A location, set by each send.
        Location = "LOCATION",
        /// A product of the catalog, set by each send.
        Product = "PRODUCT",
    }
}

/// The text of a template.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Body {
    /// The text; may hold placeholders: `{{1}}`, `{{2}}`. No maximum is documented.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub text: String,
    /// Samples for the review.
    #[serde(deserialize_with = "crate::json::object_or_null")]
    pub example: Option<BodyExample>,
}

/// The text below the body.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Footer {
    /// The text. No maximum is documented.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub text: String,
}

/// The buttons of a template. (Inferred from Meta's API: not sampled.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Buttons {
    /// The buttons; a send refers to them by their position from 0.
    pub buttons: Vec<Button>,
}

/// Cards side by side. (Inferred from Meta's API: not sampled.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Carousel {
    /// The cards, from left to right. Their maximum number is not documented here.
    pub cards: Vec<Card>,
}

/// A card of a carousel. (Inferred from Meta's API: not sampled.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Card {
    /// The card's parts.
    pub components: Vec<CardComponent>,
}

tagged_union! {
    /// A part of a card. (Inferred from Meta's API.) A card holds no carousel, so that definitions are not recursive.
    pub enum CardComponent by "type" {
        /// The header.
        Header(Header) = "HEADER",
        /// The text.
        Body(Body) = "BODY",
        /// The buttons.
        Buttons(Buttons) = "BUTTONS",
    }
}

/// An offer that ends, shown between header and body. (Inferred from Meta's API: not sampled.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LimitedTimeOffer {
    /// The offer.
    #[serde(deserialize_with = "crate::json::object")]
    pub limited_time_offer: Offer,
}

/// The text of an offer that ends. Each send sets the end. (Inferred from Meta's API: not sampled.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Offer {
    /// The text.
    pub text: Option<String>,
    /// True when the remaining time is shown.
    pub has_expiration: Option<bool>,
}

impl Component {
    /// Creates a text header.
    pub fn header_text(text: impl Into<String>) -> Self {
        Self::Header(Header::new(HeaderFormat::Text).with_text(text))
    }

    /// Creates a header with a medium that each send sets.
    pub fn header_medium(format: HeaderFormat) -> Self {
        Self::Header(Header::new(format))
    }

    /// Creates a body without placeholders.
    pub fn body(text: impl Into<String>) -> Self {
        Self::Body(Body::new(text))
    }

    /// Creates a body and one sample for each of its placeholders.
    pub fn body_with_example(
        text: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<TextOrNumber>>,
    ) -> Self {
        let values: Vec<TextOrNumber> = values.into_iter().map(Into::into).collect();
        Self::Body(Body::new(text).with_example(BodyExample::new().with_body_text([values])))
    }

    /// Creates a body with placeholders like `{{first_name}}`, and a sample for each by name: for a template of
    /// [`ParameterFormat::Named`](super::ParameterFormat::Named).
    pub fn body_with_named_example(
        text: impl Into<String>,
        values: impl IntoIterator<Item = (impl Into<String>, impl Into<TextOrNumber>)>,
    ) -> Self {
        let values = values.into_iter().map(|(name, value)| NamedExample::new(name, value));
        Self::Body(Body::new(text).with_example(BodyExample::new().with_body_text_named_params(values)))
    }

    /// Creates a footer.
    pub fn footer(text: impl Into<String>) -> Self {
        Self::Footer(Footer::new(text))
    }

    /// Creates a component of these buttons.
    pub fn buttons(buttons: impl IntoIterator<Item = impl Into<Button>>) -> Self {
        Self::Buttons(Buttons::new(buttons))
    }

    /// Creates a carousel of cards, each with these parts.
    pub fn carousel(cards: impl IntoIterator<Item = impl IntoIterator<Item = impl Into<CardComponent>>>) -> Self {
        Self::Carousel(Carousel::new(cards.into_iter().map(Card::new)))
    }

    /// Creates an offer that ends, with this text.
    pub fn limited_time_offer(text: impl Into<String>) -> Self {
        Self::LimitedTimeOffer(LimitedTimeOffer::new(Offer::new().with_text(text)))
    }
}

impl Validate for Component {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match self {
            Self::Header(header) => header.check(at, found),
            Self::Body(body) => body.check(at, found),
            Self::Footer(footer) => found.not_empty(&at.key("text"), &footer.text),
            Self::Buttons(Buttons { buttons }) => buttons.check(&at.key("buttons"), found),
            Self::Carousel(Carousel { cards }) => {
                let at = at.key("cards");
                for (index, card) in cards.iter().enumerate() {
                    card.components.check(&at.index(index).key("components"), found);
                }
            }
            Self::LimitedTimeOffer(_) => {}
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}

impl Validate for CardComponent {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match self {
            Self::Header(header) => header.check(at, found),
            Self::Body(body) => body.check(at, found),
            Self::Buttons(Buttons { buttons }) => buttons.check(&at.key("buttons"), found),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}

impl Validate for Header {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        if !self.format.is_known() {
            found.unknown_kind(at, "format");
        }
        if let Some(text) = &self.text {
            found.not_empty(&at.key("text"), text);
        }
        if let Some(example) = &self.example {
            let at = at.key("example");
            example.header_text_named_params.check(&at.key("header_text_named_params"), found);
        }
    }
}

impl Validate for Body {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.not_empty(&at.key("text"), &self.text);
        if let Some(example) = &self.example {
            let at = at.key("example");
            example.body_text_named_params.check(&at.key("body_text_named_params"), found);
        }
    }
}

tagged_union! {
    /// A button of a WhatsApp template. (Inferred from Meta's API.)
    pub enum Button by "type" {
        /// Sends a payload back.
        QuickReply(QuickReply) = "QUICK_REPLY",
        /// Opens a link.
        Url(UrlButton) = "URL",
        /// Dials a number.
        PhoneNumber(PhoneNumberButton) = "PHONE_NUMBER",
        /// Copies a coupon code, set by each send.
        CopyCode(CopyCode) = "COPY_CODE",
        /// Copies or fills in the one-time code of an authentication template.
        Otp(Otp) = "OTP",
        /// Opens a flow: a form inside WhatsApp.
        Flow(FlowButton) = "FLOW",
        /// Opens the catalog.
        Catalog(CatalogButton) = "CATALOG",
        /// Shows several products, set by each send.
        MultiProduct(MultiProductButton) = "MPM",
        /// Shows one product.
        SingleProduct(SingleProductButton) = "SPM",
        /// Calls the business inside WhatsApp.
        VoiceCall(VoiceCallButton) = "VOICE_CALL",
        /// Opens an app.
        App(AppButton) = "APP",
        /// Asks for the customer's phone number.
        RequestContactInfo(RequestContactInfoButton) = "REQUEST_CONTACT_INFO",
    }
}

/// A button that sends a payload back.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct QuickReply {
    /// The label.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub text: String,
}

/// A button that opens a link.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UrlButton {
    /// The label.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub text: String,
    /// The link; it may end with one placeholder.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::link"))]
    pub url: String,
    /// Samples for the review.
    pub example: Option<RawJson>,
}

/// A button that dials a number.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PhoneNumberButton {
    /// The label.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub text: String,
    /// The number.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub phone_number: String,
}

/// A button that copies a coupon code.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CopyCode {
    /// The label, if it differs from the fixed one.
    pub text: Option<String>,
    /// A sample for the review.
    pub example: Option<RawJson>,
}

/// A button for a one-time code.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Otp {
    /// The button's action.
    pub otp_type: Option<OtpKind>,
    /// The label.
    pub text: Option<String>,
    /// The label when the app can fill in the code.
    pub autofill_text: Option<String>,
    /// The app that receives the code.
    pub package_name: Option<String>,
    /// The hash of that app's signing key.
    pub signature_hash: Option<String>,
}

/// A button that opens a flow; one of `flow_id`, `flow_name` and `flow_json` identifies it. (Inferred from Meta's API: not
/// sampled.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FlowButton {
    /// The label.
    pub text: Option<String>,
    /// The flow's id; a string or a number.
    pub flow_id: Option<RawJson>,
    /// The flow's name.
    pub flow_name: Option<String>,
    /// The flow itself, as JSON in a string.
    pub flow_json: Option<String>,
    /// The button's action: `navigate` or `data_exchange`.
    pub flow_action: Option<String>,
    /// The first screen of `navigate`.
    pub navigate_screen: Option<String>,
    /// The icon beside the label, like `DOCUMENT`.
    pub icon: Option<String>,
}

/// A button that opens the catalog. (Inferred from Meta's API: not sampled.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CatalogButton {
    /// The label.
    pub text: Option<String>,
}

/// A button that shows several products. (Inferred from Meta's API: not sampled.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MultiProductButton {
    /// The label.
    pub text: Option<String>,
}

/// A button that shows one product. (Inferred from Meta's API: not sampled.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SingleProductButton {
    /// The label.
    pub text: Option<String>,
}

/// A button that calls the business inside WhatsApp. (Inferred from Meta's API: not sampled.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VoiceCallButton {
    /// The label.
    pub text: Option<String>,
    /// The number of minutes for which the button works.
    pub ttl_minutes: Option<u32>,
}

/// A button that opens an app. (Inferred from Meta's API: not sampled.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AppButton {
    /// The label.
    pub text: Option<String>,
    /// The app and the place in it. Its members are **unknown** here, so it is kept unchanged.
    pub app_deep_link: Option<RawJson>,
}

/// A button that asks for the customer's phone number, for customers known only by their id. (Inferred from Meta's API: not
/// sampled.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RequestContactInfoButton {
    /// The label, if it differs from the fixed one.
    pub text: Option<String>,
}

open_text! {
    /// The action of the button for a one-time code. (Inferred from Meta's API.)
    pub enum OtpKind {
        /// Copies the code.
        CopyCode = "COPY_CODE",
        /// Fills the code in.
        OneTap = "ONE_TAP",
        /// Fills the code in without a tap.
        ZeroTap = "ZERO_TAP",
    }
}

impl Button {
    /// Creates a button that sends a payload back.
    pub fn quick_reply(text: impl Into<String>) -> Self {
        Self::QuickReply(QuickReply::new(text))
    }

    /// Creates a button that opens `url`.
    pub fn open(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Url(UrlButton::new(text, url))
    }

    /// Creates a button that dials `phone_number`.
    pub fn dial(text: impl Into<String>, phone_number: impl Into<String>) -> Self {
        Self::PhoneNumber(PhoneNumberButton::new(text, phone_number))
    }
}

impl Validate for Button {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match self {
            Self::QuickReply(button) => found.not_empty(&at.key("text"), &button.text),
            Self::Url(button) => {
                found.not_empty(&at.key("text"), &button.text);
                found.link(&at.key("url"), &button.url);
            }
            Self::PhoneNumber(button) => {
                found.not_empty(&at.key("text"), &button.text);
                found.not_empty(&at.key("phone_number"), &button.phone_number);
            }
            Self::CopyCode(_)
            | Self::Flow(_)
            | Self::Catalog(_)
            | Self::MultiProduct(_)
            | Self::SingleProduct(_)
            | Self::VoiceCall(_)
            | Self::App(_)
            | Self::RequestContactInfo(_) => {}
            Self::Otp(button) => {
                if button.otp_type.as_ref().is_some_and(|kind| !kind.is_known()) {
                    found.unknown_kind(at, "otp_type");
                }
            }
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}

/// Sample values for a header. (Inferred from Meta's API: not sampled.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct HeaderExample {
    /// Samples for the placeholder of a text header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub header_text: Vec<TextOrNumber>,
    /// Samples for a named placeholder of a text header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub header_text_named_params: Vec<NamedExample>,
    /// Uploaded media; in replies, links to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub header_handle: Vec<String>,
    /// Links to media.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub header_url: Vec<String>,
}

/// Sample values for the placeholders of a body.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BodyExample {
    /// Samples for named placeholders. (Inferred from Meta's API.)
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body_text_named_params: Vec<NamedExample>,
    /// Sets of samples; each set has one value for each placeholder, in order. The sample of the page has one set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body_text: Vec<Vec<TextOrNumber>>,
}

/// A sample value for a named placeholder. (Inferred from Meta's API: not sampled.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NamedExample {
    /// The name: `first_name` for `{{first_name}}`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub param_name: String,
    /// The value.
    pub example: TextOrNumber,
}

impl Validate for NamedExample {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.not_empty(&at.key("param_name"), &self.param_name);
    }
}
