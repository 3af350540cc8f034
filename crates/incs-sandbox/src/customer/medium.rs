//! What a file is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound.
    Audio,
    /// Any other file.
    Document,
}

impl Medium {
    /// The media type that the end of a link tells, or the most usual one.
    pub(crate) fn mime_of(self, url: &str) -> &'static str {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let end = path.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
        match (self, end.as_str()) {
            (Self::Image, "png") => "image/png",
            (Self::Image, "gif") => "image/gif",
            (Self::Image, _) => "image/jpeg",
            (Self::Video, "3gp") => "video/3gpp",
            (Self::Video, _) => "video/mp4",
            (Self::Audio, "mp3") => "audio/mpeg",
            (Self::Audio, "m4a") => "audio/mp4",
            (Self::Audio, "aac") => "audio/aac",
            (Self::Audio, "amr") => "audio/amr",
            (Self::Audio, _) => "audio/ogg; codecs=opus",
            (Self::Document, "txt") => "text/plain",
            (Self::Document, "csv") => "text/csv",
            (Self::Document, "docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            (Self::Document, "xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            (Self::Document, _) => "application/pdf",
        }
    }
}
