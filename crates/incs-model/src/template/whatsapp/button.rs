//! The buttons of a WhatsApp template.
//!
//! All of this is inferred from Meta's API: no page of INCS has a sample.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::open::{open_text, tagged_union};
use crate::raw::RawJson;
use crate::validate::{At, Validate, Violations};

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
    #[serde(skip_serializing_if = "Option::is_none")]
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
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CopyCode {
    /// The label, if it is not the fixed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A sample for the review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<RawJson>,
}

/// A button for a one-time code.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Otp {
    /// What the button does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otp_type: Option<OtpKind>,
    /// The label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The label when the app can fill the code in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autofill_text: Option<String>,
    /// The app that gets the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_name: Option<String>,
    /// The hash of that app's signing key.
    #[serde(skip_serializing_if = "Option::is_none")]
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
