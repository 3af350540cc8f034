//! The content of a message from a customer.

use incs_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The content of a customer's message: their action with all details that the webhook needs.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum InboundContent {
    Text {
        text: String,
    },
    Media {
        media: Medium,
        url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        mime: String,
        /// The size in bytes; invented, since the file is never fetched.
        size: u64,
    },
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A reply button, or a quick reply on a card.
    ButtonReply {
        id: String,
        title: String,
    },
    ListReply {
        id: String,
        title: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// A quick reply of a template.
    Button {
        payload: String,
        text: String,
    },
    SuggestionReply {
        #[serde(flatten)]
        tapped: Tapped,
    },
    SuggestionAction {
        #[serde(flatten)]
        tapped: Tapped,
    },
}

/// A suggestion that was tapped, and its place.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tapped {
    pub(crate) text: String,
    pub(crate) postback: String,
    /// `reply`, `url_action`, ….
    pub(crate) suggestion_type: String,
    /// `text`, `richcard`, `carousel`.
    pub(crate) message_type: String,
    pub(crate) card_index: Option<u32>,
    pub(crate) suggestion_index: u32,
    pub(crate) message_id: String,
    pub(crate) message_date: Timestamp,
    pub(crate) template_id: Option<String>,
}

impl InboundContent {
    /// The name of the message kind.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Media { media: Medium::Image, .. } => "image",
            Self::Media { media: Medium::Video, .. } => "video",
            Self::Media { media: Medium::Audio, .. } => "audio",
            Self::Media { media: Medium::Document, .. } => "document",
            Self::Location { .. } => "location",
            Self::ButtonReply { .. } => "button_reply",
            Self::ListReply { .. } => "list_reply",
            Self::Button { .. } => "button",
            Self::SuggestionReply { .. } => "suggestion_reply",
            Self::SuggestionAction { .. } => "suggestion_action",
        }
    }
}

/// The kind of a media file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// An image.
    Image,
    /// A video.
    Video,
    /// An audio file.
    Audio,
    /// Any other file.
    Document,
}

impl Medium {
    /// Returns the media type for the file extension of a URL, or the most usual one of the kind.
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
