//! Header, body and footer.

use incs_model_derive::{ReadStruct, WireStruct};
use serde::Serialize;

use crate::limits::{Rule, whatsapp as limits};
use crate::open::{from_text, member_union};
use crate::validate::{At, Validate, Violations};
use crate::whatsapp::media::{HeaderDocument, HeaderMedia};

member_union! {
    /// The header above the body.
    pub enum Header by "type" {
        /// A text of at most [`HEADER_TEXT_MAX`](crate::limits::whatsapp::HEADER_TEXT_MAX) characters.
        Text(String) = "text" as crate::schema::shape::text::<{ limits::HEADER_TEXT_MAX }>,
        /// An image.
        Image(HeaderMedia) = "image" as crate::whatsapp::media::schema::medium::<crate::whatsapp::Image>,
        /// A video.
        Video(HeaderMedia) = "video" as crate::whatsapp::media::schema::medium::<crate::whatsapp::Video>,
        /// A document.
        Document(HeaderDocument) = "document" as crate::whatsapp::media::schema::medium::<crate::whatsapp::Document>,
    }
}

/// The main text.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Body {
    /// The text; its maximum depends on the kind of message.
    pub text: String,
}

/// The text below the body.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Footer {
    /// At most [`FOOTER_TEXT_MAX`](crate::limits::whatsapp::FOOTER_TEXT_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::FOOTER_TEXT_MAX)))]
    pub text: String,
}

impl Header {
    /// Creates a text header.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Creates an image; a string is taken as its link.
    pub fn image(image: impl Into<HeaderMedia>) -> Self {
        Self::Image(image.into())
    }

    /// Creates a video; a string is taken as its link.
    pub fn video(video: impl Into<HeaderMedia>) -> Self {
        Self::Video(video.into())
    }

    /// Creates a document; a string is taken as its link.
    pub fn document(document: impl Into<HeaderDocument>) -> Self {
        Self::Document(document.into())
    }
}

from_text!(Header: Header::Text, Body: Body::new, Footer: Footer::new);

impl Validate for Header {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let here = at.key(self.kind());
        match self {
            Self::Text(text) => found.text(&here, text, &limits::HEADER_TEXT),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
            Self::Image(media) => media.check_as(&here, found, &limits::IMAGE_KIND),
            Self::Video(media) => media.check_as(&here, found, &limits::VIDEO_KIND),
            Self::Document(document) => document.check_as(&here, found),
        }
    }
}

impl Body {
    pub(super) fn check_as(&self, at: &At<'_>, found: &mut Violations, rule: &'static Rule) {
        found.text(&at.key("text"), &self.text, rule);
    }
}

/// Checks the common parts of messages with a link button and messages with reply buttons.
pub(super) fn check_parts(
    header: Option<&Header>,
    body: &Body,
    footer: Option<&Footer>,
    at: &At<'_>,
    found: &mut Violations,
) {
    if let Some(header) = header {
        header.check(&at.key("header"), found);
    }
    body.check_as(&at.key("body"), found, &limits::BODY_TEXT);
    if let Some(footer) = footer {
        footer.check(&at.key("footer"), found);
    }
}

impl Validate for Footer {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.text(&at.key("text"), &self.text, &limits::FOOTER_TEXT);
    }
}

#[cfg(feature = "schema")]
pub(super) mod schema {
    //! Schemas that depend on the message around a part.

    use schemars::{Schema, SchemaGenerator, json_schema};

    use super::limits;
    use crate::schema::shape;

    /// Returns the schema of a body of at most `MAX` characters.
    pub(crate) fn body<const MAX: usize>(generator: &mut SchemaGenerator) -> Schema {
        let text = shape::text::<MAX>(generator);
        json_schema!({ "type": "object", "properties": { "text": text }, "required": ["text"] })
    }

    /// Returns the schema of a header of kind text only.
    pub(crate) fn list_header(generator: &mut SchemaGenerator) -> Schema {
        let text = shape::text::<{ limits::HEADER_TEXT_MAX }>(generator);
        json_schema!({
            "type": "object",
            "properties": { "type": { "const": "text" }, "text": text },
            "required": ["type", "text"],
        })
    }
}
