//! What the customer sees of a template, with its variables filled.

mod rcs;
#[cfg(test)]
mod tests;
mod whatsapp;

use serde::Serialize;

pub(crate) use self::rcs::rcs;
pub(crate) use self::whatsapp::whatsapp;

/// What the customer sees of a template, with its variables filled: `rendered` of a message. The same for both channels; what
/// is not there is left out.
///
/// ```json
/// {"template_id": "5120883317740202", "header": {"type": "text", "text": "Due 2026-05-31"}, "body": "Dear Ms Tan, …", "footer": "Example Bank",
///  "buttons": [{"kind": "quick_reply", "text": "Get it", "payload": "take_offer"},
///              {"kind": "url", "text": "Shop", "url": "https://shop.example.com/"},
///              {"kind": "phone", "text": "Call us", "phone": "+622150001234"},
///              {"kind": "copy_code", "text": "Copy code", "code": "RAIN2026"}],
///  "cards": [{"header": {"type": "image", "link": "https://…"}, "title": "Raincoats", "body": "…", "buttons": []}]}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Rendered {
    /// The template; not on cards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) template_id: Option<String>,
    /// The type of an RCS template: `text`, `richcard` or `carousel`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) header: Option<Header>,
    /// The title of a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) footer: Option<String>,
    pub(crate) buttons: Vec<Button>,
    /// The cards of a rich card (one) or of a carousel; they have none of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cards: Vec<Rendered>,
}

/// What stands above the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Header {
    Text { text: String },
    Image { link: String },
    Video { link: String },
    Document { link: String },
}

/// A button or suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Button {
    /// Sends its text and payload back.
    QuickReply {
        text: String,
        payload: String,
    },
    /// Opens a link. On RCS it also has postback data.
    Url {
        text: String,
        url: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<String>,
    },
    /// Dials a number. On RCS it also has postback data.
    Phone {
        text: String,
        phone: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<String>,
    },
    CopyCode {
        text: String,
        code: String,
    },
}

impl Header {
    /// A picture or a film, by the ending of its link.
    fn of_link(link: String) -> Self {
        let path = link.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let is_film = [".mp4", ".3gp", ".webm", ".mov", ".m4v", ".mpeg"].iter().any(|ending| path.ends_with(ending));
        if is_film { Self::Video { link } } else { Self::Image { link } }
    }
}
