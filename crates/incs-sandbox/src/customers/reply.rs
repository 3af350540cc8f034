//! A reply: the action of a customer as a test, the admin API or the console requests it.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::body;
use crate::state::inbound::Medium;

/// Longest text that a customer writes, in bytes.
const LONGEST_TEXT: usize = 64 << 10;
/// Longest name, link or other word, in characters.
pub(crate) const LONGEST_NAME: usize = 2048;

/// An action of a customer: write, send a file or a place, tap a button, a row or a suggestion.
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
    pub(crate) what: What,
    pub(crate) answers: Option<String>,
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

    /// The schema of [`decode`](Self::decode).
    pub(crate) const DESCRIBE: fn(&mut SchemaGenerator) -> Schema = <Form as JsonSchema>::json_schema;

    /// Reads what the admin API takes.
    ///
    /// # Errors
    ///
    /// When it is not that.
    pub fn decode(json: &[u8]) -> Result<Self, ReplyError> {
        let form: Form = body::read(json).map_err(|wrong| ReplyError::new(&wrong.pointer, wrong.problem))?;
        let Form { text, media, url, name, mime, latitude, longitude, message, id, postback, .. } = form;
        let what = match form.r#type {
            Kind::Text => What::Text { text: needed("/text", text)? },
            Kind::Media => What::Media { media: needed("/media", media)?, url: needed("/url", url)?, name, mime },
            Kind::Location => What::Location {
                latitude: needed("/latitude", latitude)?,
                longitude: needed("/longitude", longitude)?,
                name,
            },
            Kind::Button => What::Button { message: needed("/message", message)?.into(), id: needed("/id", id)? },
            Kind::ListRow => What::ListRow { message: needed("/message", message)?.into(), id: needed("/id", id)? },
            Kind::Suggestion => {
                if postback.is_none() && text.is_none() {
                    return Err(ReplyError::new("/postback", "is missing"));
                }
                What::Suggestion { message: needed("/message", message)?.into(), postback, text }
            }
        };
        Ok(Self { what, answers: form.answers.map(Into::into) })
    }
}

/// Shows the kind only: content never appears in `Debug`.
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

    /// Returns the problem.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

/// The action itself.
#[derive(Clone, PartialEq)]
pub(crate) enum What {
    Text { text: String },
    Media { media: Medium, url: String, name: Option<String>, mime: Option<String> },
    Location { latitude: f64, longitude: f64, name: Option<String> },
    Button { message: String, id: String },
    ListRow { message: String, id: String },
    Suggestion { message: String, postback: Option<String>, text: Option<String> },
}

/// All members that any kind of reply has.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Form {
    r#type: Kind,
    text: Option<String>,
    media: Option<Medium>,
    url: Option<String>,
    name: Option<String>,
    mime: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    message: Option<Name>,
    id: Option<String>,
    postback: Option<String>,
    answers: Option<Name>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Text,
    Media,
    Location,
    Button,
    ListRow,
    Suggestion,
}

/// A message by number or id; a number may stand without quotes.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Name {
    Id(String),
    Number(u64),
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        match name {
            Name::Id(id) => id,
            Name::Number(number) => number.to_string(),
        }
    }
}

fn needed<T>(pointer: &str, member: Option<T>) -> Result<T, ReplyError> {
    member.ok_or_else(|| ReplyError::new(pointer, "is missing"))
}
