//! The parts of a call: path, query and body, each a type that also says what it looks like.

use http::{HeaderMap, header};
use incs_model::decode;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use crate::body;

/// Describes a type.
pub(crate) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// No parameters, no body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Nothing {}

/// A body of JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<T>(pub(crate) T);

/// A body of JSON that has a reader of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Own<T>(pub(crate) T);

/// A thing with a reader of its own, which says better what is wrong.
pub(crate) trait Parse: Sized {
    /// What it looks like.
    const DESCRIBE: Describe;

    /// Reads it out of JSON.
    fn parse(json: &[u8]) -> Result<Self, Failure>;
}

/// A body that can be read.
pub(crate) trait Body: Sized {
    /// What it looks like; `None` if there is none.
    const DESCRIBE: Option<Describe>;

    /// Reads it.
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Failure>;
}

impl Body for Nothing {
    const DESCRIBE: Option<Describe> = None;

    fn read(_: &HeaderMap, _: &[u8]) -> Result<Self, Failure> {
        Ok(Self {})
    }
}

impl<T: DeserializeOwned + JsonSchema> Body for Json<T> {
    const DESCRIBE: Option<Describe> = Some(<T as JsonSchema>::json_schema);

    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Failure> {
        is_json(headers)?;
        syntax(body)?;
        Ok(Self(body::read(body)?))
    }
}

impl<T: Parse> Body for Own<T> {
    const DESCRIBE: Option<Describe> = Some(T::DESCRIBE);

    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Failure> {
        is_json(headers)?;
        syntax(body)?;
        T::parse(body).map(Self)
    }
}

/// A body that is no JSON has no member to point to.
fn syntax(body: &[u8]) -> Result<(), Failure> {
    decode::<IgnoredAny>(body).map(|_| ()).map_err(|error| Failure::bad_request(error.to_string()))
}

/// A form of another site can post text, but not this type without asking first.
fn is_json(headers: &HeaderMap) -> Result<(), Failure> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(Failure::media_type()) }
}

/// How many records a call asks for: 50 unless it says, at most 200.
pub(crate) fn limit(asked: Option<usize>) -> usize {
    asked.unwrap_or(50).min(200)
}
