//! A message with one button that opens a link (INCS: send WhatsApp message).

use incs_model_derive::{ReadStruct, WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use super::parts::{Body, Footer, Header, check_parts};
use crate::limits::whatsapp as limits;
use crate::open::open_text;
use crate::validate::{At, Validate, Violations};

/// A message with one button that opens a link (INCS: send WhatsApp message).
///
/// ```
/// use incs_model::whatsapp::CtaUrl;
///
/// let message = CtaUrl::new("Two pottery classes opened this week.", "Book a slot", "https://shop.example.com/slots")
///     .with_header("New classes");
/// # incs_model::validate(&message).unwrap();
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct CtaUrl {
    /// At most [`BODY_TEXT_MAX`](crate::limits::whatsapp::BODY_TEXT_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::parts::schema::body::<{ limits::BODY_TEXT_MAX }>"))]
    pub body: Body,
    /// The button.
    pub action: Action,
    /// Text, image, video or document.
    pub header: Option<Header>,
    /// A line below the body.
    pub footer: Option<Footer>,
}

/// A button that opens a link.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "LinkAction"))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Action {
    /// Always `cta_url`.
    pub name: ActionName,
    /// Label and link.
    pub parameters: Parameters,
}

open_text! {
    /// The `name` of a button's action.
    pub enum ActionName {
        /// The only value.
        CtaUrl = "cta_url",
    }
}

/// Label and link of a button.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Parameters {
    /// The label, at most [`DISPLAY_TEXT_MAX`](crate::limits::whatsapp::DISPLAY_TEXT_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::DISPLAY_TEXT_MAX)))]
    pub display_text: String,
    /// An absolute http or https link. No maximum length is documented.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::link"))]
    pub url: String,
}

impl CtaUrl {
    /// Creates a text and, below it, the button `display_text` that opens `url`.
    pub fn new(body: impl Into<Body>, display_text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::with_required(body, Action::new(display_text, url))
    }
}

impl Action {
    /// Creates the button `display_text` that opens `url`.
    pub fn new(display_text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::with_required(ActionName::CtaUrl, Parameters::new(display_text, url))
    }
}

impl Validate for CtaUrl {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        check_parts(self.header.as_ref(), &self.body, self.footer.as_ref(), at, found);
        self.action.check(&at.key("action"), found);
    }
}

impl Validate for Action {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.known(&at.key("name"), self.name.is_known(), &limits::ACTION_NAME);
        let parameters = at.key("parameters");
        found.text(&parameters.key("display_text"), &self.parameters.display_text, &limits::DISPLAY_TEXT);
        found.link(&parameters.key("url"), &self.parameters.url);
    }
}
