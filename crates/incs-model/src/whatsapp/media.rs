//! Media of WhatsApp messages.
//!
//! INCS documents only `link`. The other members come from Meta's API, which INCS forwards (inferred): they are sent, and
//! `validate` gives a warning (`member.meta`).

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::id::MediaId;
use crate::limits::{Rule, whatsapp as limits};
use crate::open::from_text;
use crate::validate::{At, Measured, Validate, Violations};

/// An image by link: `.jpeg`, `.jpg` or `.png`, at most 5 MB. (INCS: send WhatsApp message; `.jpg` is sampled only.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Image {
    /// A public http or https link. The platform downloads the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::IMAGE_KINDS)))]
    pub link: String,
    /// The id of an uploaded medium. (Meta's API.)
    pub id: Option<MediaId>,
    /// The caption. (Meta's API.)
    pub caption: Option<String>,
}

/// A video by link: `.3gp` or `.mp4`, at most 16 MB, H.264, one AAC audio stream or none (INCS: send WhatsApp message).
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Video {
    /// A public http or https link. The platform downloads the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::VIDEO_KINDS)))]
    pub link: String,
    /// The id of an uploaded medium. (Meta's API.)
    pub id: Option<MediaId>,
    /// The caption. (Meta's API.)
    pub caption: Option<String>,
}

/// An audio file by link: `.aac`, `.amr`, `.mp3`, `.m4a` or `.ogg`, at most 16 MB (INCS: send WhatsApp message).
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Audio {
    /// A public http or https link. The platform downloads the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::AUDIO_KINDS)))]
    pub link: String,
    /// The id of an uploaded medium. (Meta's API.)
    pub id: Option<MediaId>,
    /// True for a voice message. (Meta's API.)
    pub voice: Option<bool>,
}

/// A document by link: text, PDF or an Office file, at most 100 MB (INCS: send WhatsApp message).
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Document {
    /// A public http or https link. The platform downloads the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::DOCUMENT_KINDS)))]
    pub link: String,
    /// The id of an uploaded medium. (Meta's API.)
    pub id: Option<MediaId>,
    /// The caption. (Meta's API.)
    pub caption: Option<String>,
    /// The file name, with its extension. (Meta's API.)
    pub filename: Option<String>,
}

/// The medium of a header: either a link, or the id of an uploaded medium.
///
/// The platform's page prefers ids, but documents no route to upload a file. Use a link.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct HeaderMedia {
    /// A public http or https link.
    #[wire(unset)]
    pub link: Option<String>,
    /// The id of an uploaded medium. The way to get one is **unknown**.
    #[wire(unset)]
    pub id: Option<MediaId>,
    /// The caption. (Meta's API.)
    pub caption: Option<String>,
}

/// The document of a header: either a link, or the id of an uploaded medium. Use a link, as for [`HeaderMedia`].
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct HeaderDocument {
    /// A public http or https link.
    #[wire(unset)]
    pub link: Option<String>,
    /// The id of an uploaded medium. The way to get one is **unknown**.
    #[wire(unset)]
    pub id: Option<MediaId>,
    /// The caption. (Meta's API.)
    pub caption: Option<String>,
    /// The file name, with its extension. (Meta's API.)
    pub filename: Option<String>,
}

impl HeaderMedia {
    /// Creates a medium by its public link.
    pub fn by_link(link: impl Into<String>) -> Self {
        Self { link: Some(link.into()), ..Self::with_required() }
    }

    /// Creates a medium by the id of its upload.
    pub fn by_id(id: impl Into<MediaId>) -> Self {
        Self { id: Some(id.into()), ..Self::with_required() }
    }
}

impl HeaderDocument {
    /// Creates a document by its public link.
    pub fn by_link(link: impl Into<String>) -> Self {
        Self { link: Some(link.into()), ..Self::with_required() }
    }

    /// Creates a document by the id of its upload.
    pub fn by_id(id: impl Into<MediaId>) -> Self {
        Self { id: Some(id.into()), ..Self::with_required() }
    }
}

from_text!(HeaderMedia: HeaderMedia::by_link, HeaderDocument: HeaderDocument::by_link);

impl Validate for Image {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::IMAGE_KIND);
        found.meta_member(at, "id", self.id.is_some());
        found.meta_member(at, "caption", self.caption.is_some());
    }
}

impl Validate for Video {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::VIDEO_KIND);
        found.meta_member(at, "id", self.id.is_some());
        found.meta_member(at, "caption", self.caption.is_some());
    }
}

impl Validate for Audio {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::AUDIO_KIND);
        found.meta_member(at, "id", self.id.is_some());
        found.meta_member(at, "voice", self.voice.is_some());
    }
}

impl Validate for Document {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::DOCUMENT_KIND);
        found.meta_member(at, "id", self.id.is_some());
        found.meta_member(at, "caption", self.caption.is_some());
        found.meta_member(at, "filename", self.filename.is_some());
    }
}

impl HeaderMedia {
    /// Checks the header of an interactive message. A rule of file kinds applies to the link.
    pub(super) fn check_as(&self, at: &At<'_>, found: &mut Violations, kinds: &'static Rule) {
        check_source(self.link.as_deref(), self.id.as_ref(), at, found, (&limits::HEADER_SOURCE, Some(kinds)));
        found.meta_member(at, "caption", self.caption.is_some());
    }

    /// Checks the header of a template, for which INCS has a sample of a link.
    pub(super) fn check_in_template(&self, at: &At<'_>, found: &mut Violations, kinds: Option<&'static Rule>) {
        check_source(self.link.as_deref(), self.id.as_ref(), at, found, (&limits::TEMPLATE_HEADER_SOURCE, kinds));
        found.meta_member(at, "id", self.id.is_some());
        found.meta_member(at, "caption", self.caption.is_some());
    }

    /// Checks a medium that must be a link, as on a card.
    pub(super) fn check_link(&self, at: &At<'_>, found: &mut Violations, rule: &'static Rule) {
        if self.link.is_none() || self.id.is_some() {
            found.add(at, &limits::CARD_HEADER_LINK, Measured::Nothing);
        }
        if let Some(link) = &self.link {
            found.file_link(&at.key("link"), link, rule);
        }
        found.meta_member(at, "caption", self.caption.is_some());
    }
}

impl HeaderDocument {
    /// Checks the header of an interactive message.
    pub(super) fn check_as(&self, at: &At<'_>, found: &mut Violations) {
        let rules = (&limits::HEADER_SOURCE, Some(&limits::DOCUMENT_KIND));
        check_source(self.link.as_deref(), self.id.as_ref(), at, found, rules);
        found.meta_member(at, "caption", self.caption.is_some());
        found.meta_member(at, "filename", self.filename.is_some());
    }

    /// Checks the header of a template.
    pub(super) fn check_in_template(&self, at: &At<'_>, found: &mut Violations) {
        let rules = (&limits::TEMPLATE_HEADER_SOURCE, Some(&limits::DOCUMENT_KIND));
        check_source(self.link.as_deref(), self.id.as_ref(), at, found, rules);
        found.meta_member(at, "id", self.id.is_some());
        found.meta_member(at, "caption", self.caption.is_some());
        found.meta_member(at, "filename", self.filename.is_some());
    }
}

/// Checks that there is either a link or an id, and the kind of the file behind the link.
fn check_source(
    link: Option<&str>,
    id: Option<&MediaId>,
    at: &At<'_>,
    found: &mut Violations,
    (source, kinds): (&'static Rule, Option<&'static Rule>),
) {
    if link.is_some() == id.is_some() {
        found.add(at, source, Measured::Nothing);
    }
    if let Some(link) = link {
        match kinds {
            Some(kinds) => found.file_link(&at.key("link"), link, kinds),
            None => found.link(&at.key("link"), link),
        }
    }
    if let Some(id) = id {
        found.not_empty(&at.key("id"), id.as_str());
    }
}

#[cfg(feature = "schema")]
pub(super) mod schema {
    //! The schema of a medium in a header.

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use serde_json::json;

    use crate::schema::shape::{link, members};
    use crate::schema_of::schema_of;

    /// Returns the schema of a medium by link or by the id of an upload, never by both. Its members are those of the same medium
    /// in a message.
    pub(crate) fn medium<File: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
        let mut medium = File::json_schema(generator);
        members(&mut medium, "properties").insert("id".to_owned(), json!({ "type": "string", "minLength": 1 }));
        medium.remove("required");
        for (keyword, value) in [
            (
                "description",
                json!("A medium by `link`, or by the `id` of an upload. The way to get an id is **unknown**."),
            ),
            ("if", json!({ "required": ["link"] })),
            ("then", json!({ "not": { "required": ["id"] } })),
            ("else", json!({ "required": ["id"] })),
        ] {
            medium.insert(keyword.to_owned(), value);
        }
        medium
    }

    /// A GIF, which has no message type of its own.
    pub(crate) struct Gif;

    schema_of!(Gif, generator => json_schema!({
        "description": "A GIF by link: an MP4 file.",
        "type": "object",
        "properties": { "link": link(generator), "id": { "type": "string" }, "caption": { "type": "string" } },
        "required": ["link"],
    }));
}
