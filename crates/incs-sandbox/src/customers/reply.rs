//! A reply: the action of a customer that a test, the admin API or the console requests.

use std::fmt;

use incs_model::HttpUrl;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::body;
use crate::state::inbound::Medium;

/// The longest text of a customer, in bytes.
const MAX_TEXT: usize = 64 << 10;
/// The longest name, link or media type, in characters.
pub(crate) const MAX_NAME: usize = 2048;

/// An action of a customer: writing, sending a file or a location, tapping a button, a list row or a suggestion.
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
    pub(crate) content: ReplyContent,
    pub(crate) answers: Option<String>,
}

impl Reply {
    fn new(content: ReplyContent) -> Self {
        Self { content, answers: None }
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(ReplyContent::Text { text: text.into() })
    }

    /// A file behind a link. The sandbox does not fetch it.
    pub fn media(media: Medium, url: impl Into<String>) -> Self {
        Self::new(ReplyContent::Media { media, url: url.into(), name: None, mime: None })
    }

    /// A location, in degrees.
    pub fn location(latitude: f64, longitude: f64) -> Self {
        Self::new(ReplyContent::Location { latitude, longitude, name: None })
    }

    /// A tap on a reply button by its id, or on a template's quick reply by its text. `message` is a number or an id.
    pub fn button(message: impl Into<String>, id: impl Into<String>) -> Self {
        Self::new(ReplyContent::Button { message: message.into(), id: id.into() })
    }

    /// The choice of a list row by its id.
    pub fn list_row(message: impl Into<String>, id: impl Into<String>) -> Self {
        Self::new(ReplyContent::ListRow { message: message.into(), id: id.into() })
    }

    /// A tap on a suggestion of an RCS template by its postback data.
    pub fn suggestion(message: impl Into<String>, postback: impl Into<String>) -> Self {
        Self::new(ReplyContent::Suggestion { message: message.into(), postback: Some(postback.into()), text: None })
    }

    /// Sets the name of a file or a location.
    #[must_use]
    pub fn named(mut self, given: impl Into<String>) -> Self {
        if let ReplyContent::Media { name, .. } | ReplyContent::Location { name, .. } = &mut self.content {
            *name = Some(given.into());
        }
        self
    }

    /// Quotes a message, by number or id.
    #[must_use]
    pub fn answering(self, message: impl Into<String>) -> Self {
        Self { answers: Some(message.into()), ..self }
    }

    pub(crate) fn content(&self) -> &ReplyContent {
        &self.content
    }

    /// The tapped or quoted message, and the pointer of the member that names it.
    pub(crate) fn answered(&self) -> Option<(&'static str, &str)> {
        match &self.content {
            ReplyContent::Button { message, .. }
            | ReplyContent::ListRow { message, .. }
            | ReplyContent::Suggestion { message, .. } => Some(("/message", message)),
            _ => self.answers.as_deref().map(|message| ("/answers", message)),
        }
    }

    /// Refuses impossible values, such as an empty text.
    pub(crate) fn check(&self) -> Result<(), ReplyError> {
        let check_length = |pointer: &str, text: Option<&str>| match text {
            Some("") => Err(ReplyError::new(pointer, "is empty")),
            Some(text) if text.chars().count() > MAX_NAME => {
                Err(ReplyError::new(pointer, format!("more than {MAX_NAME} characters")))
            }
            _ => Ok(()),
        };
        match &self.content {
            ReplyContent::Text { text } if text.is_empty() => Err(ReplyError::new("/text", "is empty")),
            ReplyContent::Text { text } if text.len() > MAX_TEXT => {
                Err(ReplyError::new("/text", format!("more than {MAX_TEXT} bytes")))
            }
            ReplyContent::Media { url, .. } if HttpUrl::parse(url).is_err() => {
                Err(ReplyError::new("/url", "expected an http or https URL"))
            }
            ReplyContent::Media { url, name, mime, .. } => {
                check_length("/url", Some(url))?;
                check_length("/name", name.as_deref())?;
                check_length("/mime", mime.as_deref())
            }
            ReplyContent::Location { latitude, .. } if !(-90.0..=90.0).contains(latitude) => {
                Err(ReplyError::new("/latitude", "expected -90 to 90"))
            }
            ReplyContent::Location { longitude, .. } if !(-180.0..=180.0).contains(longitude) => {
                Err(ReplyError::new("/longitude", "expected -180 to 180"))
            }
            ReplyContent::Location { name, .. } => check_length("/name", name.as_deref()),
            _ => Ok(()),
        }
    }

    /// The schema of [`decode`](Self::decode).
    pub(crate) const SCHEMA: fn(&mut SchemaGenerator) -> Schema = <ReplyForm as JsonSchema>::json_schema;

    /// Reads the JSON of the admin API.
    ///
    /// # Errors
    ///
    /// Fails when the JSON has another shape.
    pub fn decode(json: &[u8]) -> Result<Self, ReplyError> {
        let form: ReplyForm = body::read(json).map_err(|wrong| ReplyError::new(&wrong.pointer, wrong.problem))?;
        let ReplyForm { text, media, url, name, mime, latitude, longitude, message, id, postback, .. } = form;
        let content = match form.r#type {
            FormKind::Text => ReplyContent::Text { text: required("/text", text)? },
            FormKind::Media => {
                ReplyContent::Media { media: required("/media", media)?, url: required("/url", url)?, name, mime }
            }
            FormKind::Location => ReplyContent::Location {
                latitude: required("/latitude", latitude)?,
                longitude: required("/longitude", longitude)?,
                name,
            },
            FormKind::Button => {
                ReplyContent::Button { message: required("/message", message)?.into(), id: required("/id", id)? }
            }
            FormKind::ListRow => {
                ReplyContent::ListRow { message: required("/message", message)?.into(), id: required("/id", id)? }
            }
            FormKind::Suggestion => {
                if postback.is_none() && text.is_none() {
                    return Err(ReplyError::new("/postback", "is missing"));
                }
                ReplyContent::Suggestion { message: required("/message", message)?.into(), postback, text }
            }
        };
        Ok(Self { content, answers: form.answers.map(Into::into) })
    }
}

/// Shows only the kind, since content never appears in `Debug`.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.content {
            ReplyContent::Text { .. } => "text",
            ReplyContent::Media { .. } => "media",
            ReplyContent::Location { .. } => "location",
            ReplyContent::Button { .. } => "button",
            ReplyContent::ListRow { .. } => "list_row",
            ReplyContent::Suggestion { .. } => "suggestion",
        };
        write!(f, "Reply({kind})")
    }
}

/// An impossible action of a customer. Shows no number and no text, but the ids of the buttons of a tapped message.
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

    /// Returns the JSON pointer of the invalid member; empty for the customer's number.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns the problem.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

/// The content of a reply.
#[derive(Clone, PartialEq)]
pub(crate) enum ReplyContent {
    Text { text: String },
    Media { media: Medium, url: String, name: Option<String>, mime: Option<String> },
    Location { latitude: f64, longitude: f64, name: Option<String> },
    Button { message: String, id: String },
    ListRow { message: String, id: String },
    Suggestion { message: String, postback: Option<String>, text: Option<String> },
}

/// The members of all kinds of reply.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReplyForm {
    r#type: FormKind,
    text: Option<String>,
    media: Option<Medium>,
    url: Option<String>,
    name: Option<String>,
    mime: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    message: Option<MessageRef>,
    id: Option<String>,
    postback: Option<String>,
    answers: Option<MessageRef>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum FormKind {
    Text,
    Media,
    Location,
    Button,
    ListRow,
    Suggestion,
}

/// A message by number or id; a number may be unquoted.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum MessageRef {
    Id(String),
    Number(u64),
}

impl From<MessageRef> for String {
    fn from(name: MessageRef) -> Self {
        match name {
            MessageRef::Id(id) => id,
            MessageRef::Number(number) => number.to_string(),
        }
    }
}

fn required<T>(pointer: &str, member: Option<T>) -> Result<T, ReplyError> {
    member.ok_or_else(|| ReplyError::new(pointer, "is missing"))
}
