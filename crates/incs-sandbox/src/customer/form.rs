//! What a customer is to do, as JSON.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::medium::Medium;
use super::reply::{Reply, ReplyError, What};
use crate::body;

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

impl Reply {
    /// What [`decode`](Self::decode) takes.
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

fn needed<T>(pointer: &str, member: Option<T>) -> Result<T, ReplyError> {
    member.ok_or_else(|| ReplyError::new(pointer, "is missing"))
}
