//! What a customer did, with all that their phone knows of it.

use fastrand::Rng;
use incs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::medium::Medium;
use super::reply::What;

/// What a customer did, with all that their phone knows of it. It is the content of the message.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Act {
    Text {
        text: String,
    },
    Media {
        media: Medium,
        url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        mime: String,
        /// Bytes; made up, since nobody fetches it.
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

/// A suggestion that was tapped, and where it stands.
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

impl Act {
    /// What needs no message that it answers; `None` for a tap.
    pub(super) fn of(what: &What, rng: &mut Rng) -> Option<Self> {
        match what {
            What::Text { text } => Some(Self::Text { text: text.clone() }),
            What::Media { media, url, name, mime } => Some(Self::Media {
                media: *media,
                url: url.clone(),
                name: name.clone(),
                mime: mime.clone().unwrap_or_else(|| media.mime_of(url).to_owned()),
                size: rng.u64(10_000..2_000_000),
            }),
            What::Location { latitude, longitude, name } => {
                Some(Self::Location { latitude: *latitude, longitude: *longitude, name: name.clone() })
            }
            What::Button { .. } | What::ListRow { .. } | What::Suggestion { .. } => None,
        }
    }

    /// The kind of the message, in a word.
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
