//! What a customer is to do, as a test or the console says it.

use std::fmt;

use super::medium::Medium;

/// Longest text that a customer writes, in bytes.
const LONGEST_TEXT: usize = 64 << 10;
/// Longest name, link or other word, in characters.
pub(crate) const LONGEST_NAME: usize = 2048;

/// What a customer is to do: write, send a file or a place, tap a button, a row or a suggestion.
///
/// ```
/// use incs_sandbox::{Medium, Reply};
///
/// let text = Reply::text("Is it in stock?").answering("wamid.HBgN");
/// let photo = Reply::media(Medium::Image, "https://media.example.com/mug.jpeg");
/// let json = br#"{"type": "media", "media": "image", "url": "https://media.example.com/mug.jpeg"}"#;
/// assert_eq!(Reply::decode(json).unwrap(), photo);
/// # let _ = text;
/// ```
#[derive(Clone, PartialEq)]
pub struct Reply {
    pub(super) what: What,
    pub(super) answers: Option<String>,
}

/// What the customer does.
#[derive(Clone, PartialEq)]
pub(crate) enum What {
    Text { text: String },
    Media { media: Medium, url: String, name: Option<String>, mime: Option<String> },
    Location { latitude: f64, longitude: f64, name: Option<String> },
    Button { message: String, id: String },
    ListRow { message: String, id: String },
    Suggestion { message: String, postback: Option<String>, text: Option<String> },
}

/// Why a customer cannot do that. Shows no number and no text, but the ids of what could be tapped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", if pointer.is_empty() { String::new() } else { format!("{pointer}: ") })]
pub struct ReplyError {
    pointer: String,
    problem: String,
}

impl ReplyError {
    pub(crate) fn new(pointer: &str, problem: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), problem: problem.into() }
    }

    /// JSON pointer of the member that is wrong; empty for the customer's number.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl Reply {
    fn new(what: What) -> Self {
        Self { what, answers: None }
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(What::Text { text: text.into() })
    }

    /// A file behind a link. Nobody fetches it.
    pub fn media(media: Medium, url: impl Into<String>) -> Self {
        Self::new(What::Media { media, url: url.into(), name: None, mime: None })
    }

    /// A place, in degrees.
    pub fn location(latitude: f64, longitude: f64) -> Self {
        Self::new(What::Location { latitude, longitude, name: None })
    }

    /// A tap on a reply button, by its id, or on a quick reply of a template, by its text. `message` is a number or an id.
    pub fn button(message: impl Into<String>, id: impl Into<String>) -> Self {
        Self::new(What::Button { message: message.into(), id: id.into() })
    }

    /// The choice of a row, by its id, from a list.
    pub fn list_row(message: impl Into<String>, id: impl Into<String>) -> Self {
        Self::new(What::ListRow { message: message.into(), id: id.into() })
    }

    /// A tap on a suggestion of an RCS template, by its postback data.
    pub fn suggestion(message: impl Into<String>, postback: impl Into<String>) -> Self {
        Self::new(What::Suggestion { message: message.into(), postback: Some(postback.into()), text: None })
    }

    /// Gives a file or a place a name.
    #[must_use]
    pub fn named(mut self, given: impl Into<String>) -> Self {
        if let What::Media { name, .. } | What::Location { name, .. } = &mut self.what {
            *name = Some(given.into());
        }
        self
    }

    /// Quotes a message, by number or id.
    #[must_use]
    pub fn answering(self, message: impl Into<String>) -> Self {
        Self { answers: Some(message.into()), ..self }
    }

    pub(crate) fn what(&self) -> &What {
        &self.what
    }

    /// The message that is tapped or quoted, and where it stands.
    pub(crate) fn answered(&self) -> Option<(&'static str, &str)> {
        match &self.what {
            What::Button { message, .. } | What::ListRow { message, .. } | What::Suggestion { message, .. } => {
                Some(("/message", message))
            }
            _ => self.answers.as_deref().map(|message| ("/answers", message)),
        }
    }

    /// Refuses what no customer could send.
    pub(crate) fn check(&self) -> Result<(), ReplyError> {
        let short = |pointer: &str, text: Option<&str>| match text {
            Some("") => Err(ReplyError::new(pointer, "is empty")),
            Some(text) if text.chars().count() > LONGEST_NAME => {
                Err(ReplyError::new(pointer, format!("more than {LONGEST_NAME} characters")))
            }
            _ => Ok(()),
        };
        match &self.what {
            What::Text { text } if text.is_empty() => Err(ReplyError::new("/text", "is empty")),
            What::Text { text } if text.len() > LONGEST_TEXT => {
                Err(ReplyError::new("/text", format!("more than {LONGEST_TEXT} bytes")))
            }
            What::Media { url, .. } if !(url.starts_with("https://") || url.starts_with("http://")) => {
                Err(ReplyError::new("/url", "expected an http or https URL"))
            }
            What::Media { url, name, mime, .. } => {
                short("/url", Some(url))?;
                short("/name", name.as_deref())?;
                short("/mime", mime.as_deref())
            }
            What::Location { latitude, .. } if !(-90.0..=90.0).contains(latitude) => {
                Err(ReplyError::new("/latitude", "expected -90 to 90"))
            }
            What::Location { longitude, .. } if !(-180.0..=180.0).contains(longitude) => {
                Err(ReplyError::new("/longitude", "expected -180 to 180"))
            }
            What::Location { name, .. } => short("/name", name.as_deref()),
            _ => Ok(()),
        }
    }
}

/// What the customer says is nobody's business.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.what {
            What::Text { .. } => "text",
            What::Media { .. } => "media",
            What::Location { .. } => "location",
            What::Button { .. } => "button",
            What::ListRow { .. } => "list_row",
            What::Suggestion { .. } => "suggestion",
        };
        write!(f, "Reply({kind})")
    }
}
