//! Whether a body has the shape of a delivery at all.

mod depth;

use incs_model::DecodeError;

use crate::evidence::Evidence;
use crate::limits::Limits;
use crate::provider;

pub(crate) use self::depth::is_deeper;

/// Why a body does not have the shape of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// More bytes than the limit.
    #[error("the body is {bytes} bytes, at most {limit} are taken")]
    TooLarge {
        /// What it has.
        bytes: usize,
        /// What it may have.
        limit: usize,
    },
    /// A content type that is not JSON.
    #[error("the content type is not JSON")]
    ContentType,
    /// Bytes that are not UTF-8.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Text that is not JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(DecodeError),
    /// Objects and lists in more levels than the limit.
    #[error("the body is nested in more than {limit} levels")]
    TooDeep {
        /// The levels it may have.
        limit: usize,
    },
    /// JSON that neither INCS nor Exotel posts.
    #[error("the body is JSON, but has the envelope of neither INCS nor Exotel")]
    Envelope,
}

/// What can be told without a look into the body.
pub(crate) fn check_outside(evidence: &Evidence<'_>, limits: Limits) -> Result<(), ShapeError> {
    let bytes = evidence.body().len();
    if bytes > limits.body {
        return Err(ShapeError::TooLarge { bytes, limit: limits.body });
    }
    match evidence.header("content-type") {
        Some(value) if !limits.any_content_type && !is_json(value) => Err(ShapeError::ContentType),
        _ => Ok(()),
    }
}

/// Everything else.
pub(crate) fn check_inside(body: &[u8], limits: Limits) -> Result<(), ShapeError> {
    let text = read_text(body, limits)?;
    if let Err(error) = incs_model::decode_str::<serde::de::IgnoredAny>(text) {
        return Err(ShapeError::NotJson(error));
    }
    provider::of(text).map(drop).ok_or(ShapeError::Envelope)
}

/// The body as text, if it is text and not too deep. A byte order mark, which no reader of JSON takes, is left out.
pub(crate) fn read_text(body: &[u8], limits: Limits) -> Result<&str, ShapeError> {
    let text = std::str::from_utf8(body).map_err(|_| ShapeError::NotUtf8)?;
    let text = without_mark(text);
    if is_deeper(text, limits.depth) { Err(ShapeError::TooDeep { limit: limits.depth }) } else { Ok(text) }
}

/// The text without a byte order mark.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// `application/json`, `text/json`, `application/…+json`, with or without parameters.
fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
    let subtype = essence.iter().position(|&byte| byte == b'/').and_then(|slash| essence.get(slash + 1..));
    subtype.is_some_and(|subtype| {
        let suffix = subtype.get(subtype.len().saturating_sub(5)..).unwrap_or_default();
        subtype.eq_ignore_ascii_case(b"json") || suffix.eq_ignore_ascii_case(b"+json")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_of_json() {
        for (text, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/cloudevents+json", true),
            ("text/json ;x", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("json", false),
            ("", false),
            ("application/jsonp", false),
        ] {
            assert_eq!(is_json(text.as_bytes()), expected, "{text:?}");
        }
    }
}
