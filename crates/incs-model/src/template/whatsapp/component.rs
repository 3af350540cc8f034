//! The parts of a WhatsApp template. Buttons and headers are inferred from Meta's API: no page of INCS has a sample.

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
        /// What stands above the body. (Inferred from Meta's API.)
        Header(Header) = "HEADER",
        /// The text.
        Body(Body) = "BODY",
        /// What stands below the body.
        Footer(Footer) = "FOOTER",
        /// The buttons. (Inferred from Meta's API.)
        Buttons(Buttons) = "BUTTONS",
    }
}

/// What stands above the body. (Inferred from Meta's API: not sampled.)
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
    pub example: Option<RawJson>,
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

    /// A line below the text.
    pub fn footer(text: impl Into<String>) -> Self {
        Self::Footer(Footer::new(text))
    }

    /// These buttons.
    pub fn buttons(buttons: impl IntoIterator<Item = Button>) -> Self {
        Self::Buttons(Buttons::new(buttons.into_iter().collect::<Vec<_>>()))
    }
}

impl Validate for Component {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match self {
            Self::Header(header) => header.check(at, found),
            Self::Body(Body { text, .. }) | Self::Footer(Footer { text }) => found.not_empty(&at.key("text"), text),
            Self::Buttons(Buttons { buttons }) => {
                buttons.check(&at.key("buttons"), found);
            }
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
    }
}

tagged_union! {
    /// A button of a WhatsApp template. (Inferred from Meta's API, which has more kinds.)
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
            Self::CopyCode(_) => {}
            Self::Otp(button) => {
                if button.otp_type.as_ref().is_some_and(|kind| !kind.is_known()) {
                    found.unknown_kind(at, "otp_type");
                }
            }
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}

/// Sample values for the placeholders of a body.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BodyExample {
    /// Samples for named placeholders. (Inferred from Meta's API.)
    pub body_text_named_params: Option<RawJson>,
    /// Sets of samples; each set has one value for each placeholder, in order. The sample of the page has one set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body_text: Vec<Vec<ExampleValue>>,
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
