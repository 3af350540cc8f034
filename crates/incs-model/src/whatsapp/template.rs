//! Sends of approved WhatsApp templates (INCS: send WhatsApp message; the forms of components are sampled only).

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use super::media::{Document, Image, Video};
use crate::id::TemplateName;
use crate::limits::whatsapp as limits;
use crate::open::{member_union, open_text, tagged_union};
use crate::secret::Secret;
use crate::validate::{At, Measured, Validate, Violations};

/// A send of an approved template: its name, and either values for its placeholders or a one-time code.
///
/// Which language INCS takes when a name exists in several is **unknown**; no page has a `language` member on sends.
/// [`template::whatsapp::Template::check_send`](crate::template::whatsapp::Template::check_send) compares a send with
/// the template's definition.
///
/// ```
/// use incs_model::whatsapp::template::{Component, Parameter, Template};
///
/// let plain = Template::new("order_received_v2");
/// let renewal = Template::new("renewal_notice_3").with_components([
///     Component::header(Parameter::text("2026-05-31")),
///     Component::body(["Ms Tan", "SAVE15", "15%"].map(Parameter::text)),
/// ]);
/// let login = Template::new("login_code_en").with_code("480913");
/// # for template in [plain, renewal, login] { incs_model::validate(&template).unwrap(); }
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = code_or_components))]
#[non_exhaustive]
pub struct Template {
    /// The name of the approved template.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: TemplateName,
    /// The one-time code of an authentication template, **instead of** components.
    pub code: Option<Secret>,
    /// Values for the placeholders, one component for each part of the template that has any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
}

#[cfg(feature = "schema")]
fn code_or_components(schema: &mut schemars::Schema) {
    schema.insert("not".to_owned(), serde_json::json!({ "required": ["code", "components"] }));
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
    }
}

/// Values for the header of a template: one text, or one medium.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Header {
    /// Exactly one.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1)))]
    pub parameters: Vec<Parameter>,
}

/// Values for the body of a template, in the order of its placeholders.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Body {
    /// One for each placeholder.
    pub parameters: Vec<Parameter>,
}

/// The value of one button of a template.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Button {
    /// What the button does. Only [`ButtonKind::CopyCode`] is sampled.
    pub sub_type: ButtonKind,
    /// The button's position from `0`, as digits in a string.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9]+$")))]
    pub index: String,
    /// Its value.
    pub parameters: Vec<Parameter>,
}

open_text! {
    /// What a template button does.
    pub enum ButtonKind {
        /// Copies a coupon code. (Sampled.)
        CopyCode = "COPY_CODE",
        /// Opens a link whose end is the parameter. (Inferred from Meta's API.)
        Url = "URL",
        /// Sends a payload back. (Inferred from Meta's API.)
        QuickReply = "QUICK_REPLY",
    }
}

member_union! {
    /// One value for a template.
    pub enum Parameter by "type" {
        /// A text, for a header, a body or the end of a link.
        Text(String) = "text",
        /// An image, for a header.
        Image(Image) = "image",
        /// A video, for a header. (Inferred from Meta's API.)
        Video(Video) = "video",
        /// A document, for a header. (Inferred from Meta's API.)
        Document(Document) = "document",
        /// The code that a button copies.
        CouponCode(String) = "coupon_code",
        /// What a quick-reply button sends back. (Inferred from Meta's API.)
        Payload(String) = "payload",
    }
}

impl Component {
    /// The value of a header: a text or a medium.
    pub fn header(parameter: Parameter) -> Self {
        Self::Header(Header::new([parameter]))
    }

    /// The values of a body, in the order of its placeholders.
    pub fn body(parameters: impl IntoIterator<Item = Parameter>) -> Self {
        Self::Body(Body::new(parameters.into_iter().collect::<Vec<_>>()))
    }

    /// The code that the button at `index` copies.
    pub fn copy_code(index: usize, code: impl Into<String>) -> Self {
        Self::Button(Button::new(ButtonKind::CopyCode, index.to_string(), [Parameter::CouponCode(code.into())]))
    }

    /// The parameters, if the component is of a known kind.
    pub fn parameters(&self) -> &[Parameter] {
        match self {
            Self::Header(header) => &header.parameters,
            Self::Body(body) => &body.parameters,
            Self::Button(button) => &button.parameters,
            Self::Unknown(_) => &[],
        }
    }
}

impl Parameter {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl Validate for Template {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.not_empty(&at.key("name"), self.name.as_str());
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
        let parameters = at.key("parameters");
        match self {
            Self::Header(header) => found.items(&parameters, header.parameters.len(), &limits::TEMPLATE_HEADER_COUNT),
            Self::Body(_) => {}
            Self::Button(button) => button.check(at, found),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
        self.parameters().check(&parameters, found);
    }
}

impl Validate for Button {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        if !self.sub_type.is_known() {
            found.unknown_kind(at, "sub_type");
        }
        if self.index.is_empty() || !self.index.bytes().all(|byte| byte.is_ascii_digit()) {
            found.add(&at.key("index"), &limits::TEMPLATE_BUTTON_INDEX, Measured::Nothing);
        }
    }
}

impl Validate for Parameter {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let here = at.key(self.kind());
        match self {
            Self::Text(text) | Self::CouponCode(text) | Self::Payload(text) => found.not_empty(&here, text),
            Self::Image(image) => image.check(&here, found),
            Self::Video(video) => video.check(&here, found),
            Self::Document(document) => document.check(&here, found),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}
