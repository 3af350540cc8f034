//! The parts of a WhatsApp template.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use super::button::Button;
use super::example::{BodyExample, ExampleValue};
use crate::open::{open_text, tagged_union};
use crate::raw::RawJson;
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
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Header {
    /// What it shows.
    pub format: HeaderFormat,
    /// The text of a text header; may hold one placeholder.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Samples for the review.
    #[serde(skip_serializing_if = "Option::is_none")]
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
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Body {
    /// The text; may hold placeholders: `{{1}}`, `{{2}}`. No maximum is documented.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub text: String,
    /// Samples for the review.
    #[serde(skip_serializing_if = "Option::is_none")]
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
                let at = at.key("buttons");
                for (index, button) in buttons.iter().enumerate() {
                    button.check(&at.index(index), found);
                }
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
