//! Header, body and footer.

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::id::MediaId;
use crate::limits::{Rule, whatsapp as limits};
use crate::open::member_union;
use crate::validate::{At, Measured, Validate, Violations};

member_union! {
    /// What stands above the body.
    pub enum Header by "type" {
        /// A text of at most [`HEADER_TEXT_MAX`](crate::limits::whatsapp::HEADER_TEXT_MAX) characters.
        Text(String) = "text" as crate::schema::shape::text::<{ limits::HEADER_TEXT_MAX }>,
        /// An image.
        Image(HeaderMedia) = "image" as schema::medium::<crate::whatsapp::Image>,
        /// A video.
        Video(HeaderMedia) = "video" as schema::medium::<crate::whatsapp::Video>,
        /// A document.
        Document(HeaderMedia) = "document" as schema::medium::<crate::whatsapp::Document>,
    }
}

/// The medium of a header: either a link, or the id of an uploaded medium.
///
/// The platform's page prefers ids, yet documents no route to upload with. Use a link.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct HeaderMedia {
    /// A public http or https link.
    pub link: Option<String>,
    /// The id of an uploaded medium. Where to get one is **unknown**.
    pub id: Option<MediaId>,
}

/// The main text.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Body {
    /// The text; its maximum depends on the message it stands in.
    pub text: String,
}

/// What stands below the body.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Footer {
    /// At most [`FOOTER_TEXT_MAX`](crate::limits::whatsapp::FOOTER_TEXT_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::FOOTER_TEXT_MAX)))]
    pub text: String,
}

impl Header {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An image by link.
    pub fn image(link: impl Into<String>) -> Self {
        Self::Image(HeaderMedia::new().with_link(link))
    }

    /// A video by link.
    pub fn video(link: impl Into<String>) -> Self {
        Self::Video(HeaderMedia::new().with_link(link))
    }

    /// A document by link.
    pub fn document(link: impl Into<String>) -> Self {
        Self::Document(HeaderMedia::new().with_link(link))
    }
}

impl Validate for Header {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let here = at.key(self.kind());
        match self {
            Self::Text(text) => found.text(&here, text, &limits::HEADER_TEXT),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
            Self::Image(media) => media.check_as(&here, found, &limits::IMAGE_KIND),
            Self::Video(media) => media.check_as(&here, found, &limits::VIDEO_KIND),
            Self::Document(media) => media.check_as(&here, found, &limits::DOCUMENT_KIND),
        }
    }
}

impl HeaderMedia {
    pub(super) fn check_as(&self, at: &At<'_>, found: &mut Violations, rule: &'static Rule) {
        if self.link.is_some() == self.id.is_some() {
            found.add(at, &limits::HEADER_SOURCE, Measured::Nothing);
        }
        if let Some(link) = &self.link {
            found.file_link(&at.key("link"), link, rule);
        }
        if let Some(id) = &self.id {
            found.not_empty(&at.key("id"), id.as_str());
        }
    }

    /// A medium that must come by link, as on a card.
    pub(super) fn check_link(&self, at: &At<'_>, found: &mut Violations, rule: &'static Rule) {
        if self.link.is_none() || self.id.is_some() {
            found.add(at, &limits::CARD_HEADER_LINK, Measured::Nothing);
        }
        if let Some(link) = &self.link {
            found.file_link(&at.key("link"), link, rule);
        }
    }
}

impl Body {
    pub(super) fn check_as(&self, at: &At<'_>, found: &mut Violations, rule: &'static Rule) {
        found.text(&at.key("text"), &self.text, rule);
    }
}

/// Checks the parts that a message with a link button and one with reply buttons have alike.
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
    //! Schemas that depend on where a part stands.

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{HeaderMedia, limits};
    use crate::schema::shape;
    use crate::schema_of::schema_of;

    /// A medium by link, or by the id of an upload.
    pub(crate) fn medium<File: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
        if shape::is_strict(generator) {
            let (by_link, by_id) = (generator.subschema_for::<File>(), generator.subschema_for::<MediumById>());
            json_schema!({ "oneOf": [by_link, by_id] })
        } else {
            generator.subschema_for::<HeaderMedia>()
        }
    }

    struct MediumById;

    schema_of!(MediumById, _generator => json_schema!({
        "description": "A medium by the id of an upload. Where to get one is **unknown**.",
        "type": "object",
        "properties": { "id": { "type": "string", "minLength": 1 } },
        "required": ["id"],
    }));

    /// A body of at most `MAX` characters.
    pub(crate) fn body<const MAX: usize>(generator: &mut SchemaGenerator) -> Schema {
        let text = shape::text::<MAX>(generator);
        json_schema!({ "type": "object", "properties": { "text": text }, "required": ["text"] })
    }

    /// A header of kind text only.
    pub(crate) fn list_header(generator: &mut SchemaGenerator) -> Schema {
        let text = shape::text::<{ limits::HEADER_TEXT_MAX }>(generator);
        json_schema!({
            "type": "object",
            "properties": { "type": { "const": "text" }, "text": text },
            "required": ["type", "text"],
        })
    }
}
