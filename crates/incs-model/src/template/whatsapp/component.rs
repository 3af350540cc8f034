//! The parts of a WhatsApp template. Headers, buttons, carousels and offers are inferred from Meta's API: no page of INCS has
//! a sample.

use std::fmt;

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::json::RawJson;
use crate::open::{open_text, tagged_union};
use crate::schema_of::schema_of;
use crate::validate::{At, Validate, Violations};

tagged_union! {
    /// A part of a WhatsApp template.
    pub enum Component by "type" {
        /// The header. (Inferred from Meta's API.)
        Header(Header) = "HEADER",
        /// The text.
        Body(Body) = "BODY",
        /// What stands below the body.
        Footer(Footer) = "FOOTER",
        /// The buttons. (Inferred from Meta's API.)
        Buttons(Buttons) = "BUTTONS",
        /// Cards beside each other. (Inferred from Meta's API.)
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
    /// What it shows.
    pub format: HeaderFormat,
    /// The text of a text header; may hold one placeholder.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub text: Option<String>,
    /// Samples for the review.
    #[serde(deserialize_with = "crate::json::object_or_null")]
    pub example: Option<HeaderExample>,
}

open_text! {
    /// What a header shows. (Inferred from Meta's API.)
    pub enum HeaderFormat {
        /// A text.
        Text = "TEXT",
        /// An image, given with each send.
        Image = "IMAGE",
        /// A video, given with each send.
        Video = "VIDEO",
        /// A document, given with each send.
        Document = "DOCUMENT",
        /// A place, given with each send.
        Location = "LOCATION",
        /// A product of the catalog, given with each send.
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

/// What stands below the body.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Footer {
    /// The text. No maximum is documented.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub text: String,
}

/// The buttons of a template. (Inferred from Meta's API: not sampled.)
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Buttons {
    /// The buttons; a send names them by their position from 0.
    pub buttons: Vec<Button>,
}

/// Cards beside each other. (Inferred from Meta's API: not sampled.)
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Carousel {
    /// The cards, from left to right. How many there may be is not documented here.
    pub cards: Vec<Card>,
}

/// A card of a carousel. (Inferred from Meta's API: not sampled.)
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Card {
    /// Its parts.
    pub components: Vec<CardComponent>,
}

tagged_union! {
    /// A part of a card. (Inferred from Meta's API.) A card holds no carousel, so that no definition nests without end.
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
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LimitedTimeOffer {
    /// The offer.
    #[serde(deserialize_with = "crate::json::object")]
    pub limited_time_offer: Offer,
}

/// The text of an offer that ends. When it ends is given with each send. (Inferred from Meta's API: not sampled.)
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
    /// A header of text.
    pub fn header_text(text: impl Into<String>) -> Self {
        Self::Header(Header::new(HeaderFormat::Text).with_text(text))
    }

    /// A header of a medium that each send gives.
    pub fn header_medium(format: HeaderFormat) -> Self {
        Self::Header(Header::new(format))
    }

    /// A text without placeholders.
    pub fn body(text: impl Into<String>) -> Self {
        Self::Body(Body::new(text))
    }

    /// A text and one sample for each of its placeholders.
    pub fn body_with_example<V>(text: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self
    where
        V: Into<ExampleValue>,
    {
        let values = values.into_iter().map(Into::into).collect();
        Self::Body(Body::new(text).with_example(BodyExample::new().with_body_text([values])))
    }

    /// A text with placeholders like `{{first_name}}`, and a sample for each by its name: for a template of
    /// [`ParameterFormat::Named`](super::ParameterFormat::Named).
    pub fn body_with_named_example<N, V>(text: impl Into<String>, values: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<ExampleValue>,
    {
        let values = values.into_iter().map(|(name, value)| NamedExample::new(name, value));
        Self::Body(Body::new(text).with_example(BodyExample::new().with_body_text_named_params(values)))
    }

    /// A line below the text.
    pub fn footer(text: impl Into<String>) -> Self {
        Self::Footer(Footer::new(text))
    }

    /// These buttons.
    pub fn buttons(buttons: impl IntoIterator<Item = Button>) -> Self {
        Self::Buttons(Buttons::new(buttons.into_iter().collect::<Vec<_>>()))
    }

    /// Cards beside each other, each with these parts.
    pub fn carousel<C: IntoIterator<Item = CardComponent>>(cards: impl IntoIterator<Item = C>) -> Self {
        let cards = cards.into_iter().map(|components| Card::new(components.into_iter().collect::<Vec<_>>()));
        Self::Carousel(Carousel::new(cards.collect::<Vec<_>>()))
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
        /// Copies a coupon code, given with each send.
        CopyCode(CopyCode) = "COPY_CODE",
        /// Copies or fills in the one-time code of an authentication template.
        Otp(Otp) = "OTP",
        /// Opens a flow: a form inside WhatsApp.
        Flow(FlowButton) = "FLOW",
        /// Opens the catalog.
        Catalog(CatalogButton) = "CATALOG",
        /// Shows several products, given with each send.
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
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
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
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
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
    /// The label, if it is not the fixed one.
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
    /// What the button does.
    pub otp_type: Option<OtpKind>,
    /// The label.
    pub text: Option<String>,
    /// The label when the app can fill the code in.
    pub autofill_text: Option<String>,
    /// The app that gets the code.
    pub package_name: Option<String>,
    /// The hash of that app's signing key.
    pub signature_hash: Option<String>,
}

/// A button that opens a flow, which one of `flow_id`, `flow_name` and `flow_json` names. (Inferred from Meta's API: not
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
    /// The picture beside the label, like `DOCUMENT`.
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
    /// Minutes for which the button works.
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
    /// The app and the place in it. Its members are **unknown** here, so it is kept as it came.
    pub app_deep_link: Option<RawJson>,
}

/// A button that asks for the customer's phone number, where only their id is known. (Inferred from Meta's API: not sampled.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RequestContactInfoButton {
    /// The label, if it is not the fixed one.
    pub text: Option<String>,
}

open_text! {
    /// What the button for a one-time code does. (Inferred from Meta's API.)
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
    /// A button that sends a payload back.
    pub fn quick_reply(text: impl Into<String>) -> Self {
        Self::QuickReply(QuickReply::new(text))
    }

    /// A button that opens `url`.
    pub fn open(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Url(UrlButton::new(text, url))
    }

    /// A button that dials `phone_number`.
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
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct HeaderExample {
    /// Samples for the placeholder of a text header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub header_text: Vec<ExampleValue>,
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
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BodyExample {
    /// Samples for named placeholders. (Inferred from Meta's API.)
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body_text_named_params: Vec<NamedExample>,
    /// Sets of samples; each set has one value for each placeholder, in order. The sample of the page has one set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body_text: Vec<Vec<ExampleValue>>,
}

/// A sample value for the placeholder of a name. (Inferred from Meta's API: not sampled.)
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NamedExample {
    /// The name: `first_name` for `{{first_name}}`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub param_name: String,
    /// The value.
    pub example: ExampleValue,
}

impl Validate for NamedExample {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.not_empty(&at.key("param_name"), &self.param_name);
    }
}

/// A sample value: a text, or a number as in the page's sample. Written back as it came.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ExampleValue {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
}

impl From<&str> for ExampleValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for ExampleValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for ExampleValue {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl fmt::Display for ExampleValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// A sample may be taken from life, so it is masked.
impl fmt::Debug for ExampleValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => crate::masked::Masked::masked(text, f),
            Self::Number(_) => f.write_str("<number>"),
        }
    }
}

impl crate::masked::Masked for ExampleValue {}

impl<'de> Deserialize<'de> for ExampleValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExampleVisitor)
    }
}

struct ExampleVisitor;

impl Visitor<'_> for ExampleVisitor {
    type Value = ExampleValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a number")
    }

    fn visit_str<E>(self, text: &str) -> Result<ExampleValue, E> {
        Ok(text.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<ExampleValue, E> {
        Ok(ExampleValue::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<ExampleValue, E> {
        Ok(ExampleValue::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<ExampleValue, E> {
        let finite = Number::from_f64(number).map(ExampleValue::Number);
        finite.ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}

schema_of!(inline ExampleValue, _generator => schemars::json_schema!({ "type": ["string", "number"] }));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_a_number_and_a_text_a_text() {
        let body = r#"{"body_text":[[1,"1",-2,1.5,18446744073709551615]]}"#;
        let example: BodyExample = crate::json::decode(body.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&example).unwrap(), body);
        assert_eq!(format!("{example:?}").matches("<number>").count(), 4);
    }

    #[test]
    fn anything_else_is_refused() {
        let error = crate::json::decode::<BodyExample>(br#"{"body_text":[[1,null]]}"#).unwrap_err();
        assert_eq!((error.pointer(), error.expected()), ("/body_text/0/1", "a string or a number"));
    }
}
