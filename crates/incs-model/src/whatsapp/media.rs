//! Media of WhatsApp messages.
//!
//! `caption`, `filename`, `id` and `preview_url` of Meta's own API are not documented by INCS, so they are not here.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::limits::whatsapp as limits;
use crate::validate::{At, Validate, Violations};

/// An image by link: `.jpeg`, `.jpg` or `.png`, at most 5 MB. (INCS: send WhatsApp message; `.jpg` is sampled only.)
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Image {
    /// A public http or https link. Its server is asked for the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::IMAGE_KINDS)))]
    pub link: String,
}

/// A video by link: `.3gp` or `.mp4`, at most 16 MB, H.264, one AAC audio stream or none (INCS: send WhatsApp message).
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Video {
    /// A public http or https link. Its server is asked for the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::VIDEO_KINDS)))]
    pub link: String,
}

/// An audio by link: `.aac`, `.amr`, `.mp3`, `.m4a` or `.ogg`, at most 16 MB (INCS: send WhatsApp message).
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Audio {
    /// A public http or https link. Its server is asked for the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::AUDIO_KINDS)))]
    pub link: String,
}

/// A document by link: text, PDF or an Office file, at most 100 MB (INCS: send WhatsApp message).
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Document {
    /// A public http or https link. Its server is asked for the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::DOCUMENT_KINDS)))]
    pub link: String,
}

impl Validate for Image {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::IMAGE_KIND);
    }
}

impl Validate for Video {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::VIDEO_KIND);
    }
}

impl Validate for Audio {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::AUDIO_KIND);
    }
}

impl Validate for Document {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::DOCUMENT_KIND);
    }
}
