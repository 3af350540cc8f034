//! The limits of a delivery and the checks of its shape.

use incs_model::DecodeError;

use crate::members;
use crate::signed_request::SignedRequest;

/// The limits of a delivery: size, nesting and content type.
///
/// The platforms document no size. Sampled bodies have 1 to 3 KB; media are sent as links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest size of a body in bytes.
    pub body: usize,
    /// The largest nesting of objects and lists, at most 128.
    pub depth: usize,
    /// Accepts a `Content-Type` that is not JSON. A missing one is always accepted.
    pub any_content_type: bool,
}

impl Limits {
    /// The default limits: 1 MiB, 64 levels, JSON only.
    pub const DEFAULT: Self = Self { body: 1024 * 1024, depth: 64, any_content_type: false };

    /// Sets the largest size of a body in bytes.
    #[must_use]
    pub const fn with_body(mut self, bytes: usize) -> Self {
        self.body = bytes;
        self
    }

    /// Sets the largest nesting of objects and lists. Values above 128 count as 128.
    #[must_use]
    pub const fn with_depth(mut self, levels: usize) -> Self {
        self.depth = if levels < 128 { levels } else { 128 };
        self
    }

    /// Accepts any `Content-Type`. Exotel documents none for RCS, so a receiver for Exotel may need this.
    #[must_use]
    pub const fn with_any_content_type(mut self) -> Self {
        self.any_content_type = true;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The reason why a body does not have the shape of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// The body has more bytes than the limit.
    #[error("the body has {bytes} bytes, the limit is {limit}")]
    TooLarge {
        /// The size of the body.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The content type is not JSON.
    #[error("the content type is not JSON")]
    ContentType,
    /// The body is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// The body is not JSON.
    #[error("not JSON: {0}")]
    NotJson(DecodeError),
    /// The body has more levels of objects and lists than the limit.
    #[error("nested in more than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// The body is JSON, but not of INCS or Exotel.
    #[error("the body is JSON, but has the envelope of neither INCS nor Exotel")]
    UnknownProvider,
}

/// Checks the size and content type, without reading the body.
pub(crate) fn check_outside(signed_request: &SignedRequest<'_>, limits: Limits) -> Result<(), ShapeError> {
    let bytes = signed_request.body().len();
    if bytes > limits.body {
        return Err(ShapeError::TooLarge { bytes, limit: limits.body });
    }
    match signed_request.header("content-type") {
        Some(value) if !limits.any_content_type && !is_json(value) => Err(ShapeError::ContentType),
        _ => Ok(()),
    }
}

/// Checks the body: UTF-8, nesting, JSON and provider.
pub(crate) fn check_inside(body: &[u8], limits: Limits) -> Result<(), ShapeError> {
    let text = read_text(body, limits)?;
    if let Err(error) = incs_model::decode_str::<serde::de::IgnoredAny>(text) {
        return Err(ShapeError::NotJson(error));
    }
    members::provider(text).map(drop).ok_or(ShapeError::UnknownProvider)
}

/// Returns the body as text if it is UTF-8 and not nested too deep. A byte order mark, which JSON parsers reject, is left out.
pub(crate) fn read_text(body: &[u8], limits: Limits) -> Result<&str, ShapeError> {
    read_piece(unmarked(body), 0, limits)
}

/// Returns a piece of a body as text if it is UTF-8 and not nested too deep. `levels` objects and lists enclose it.
pub(crate) fn read_piece(piece: &[u8], levels: usize, limits: Limits) -> Result<&str, ShapeError> {
    let text = utf8(piece)?;
    // Most texts have no more brackets than levels are allowed, which is much faster to see.
    let brackets = memchr::memchr2_iter(b'[', b'{', piece);
    if brackets.take(limits.depth).count().saturating_add(levels) >= limits.depth {
        check_depth(depth(piece).saturating_add(levels), limits)?;
    }
    Ok(text)
}

pub(crate) fn utf8(piece: &[u8]) -> Result<&str, ShapeError> {
    std::str::from_utf8(piece).map_err(|_| ShapeError::NotUtf8)
}

/// Checks the nesting of a body.
pub(crate) fn check_depth(depth: usize, limits: Limits) -> Result<(), ShapeError> {
    if depth > limits.depth { Err(ShapeError::TooDeep { limit: limits.depth }) } else { Ok(()) }
}

/// Returns the body without its byte order mark.
pub(crate) fn unmarked(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Reports whether a content type is JSON: `application/json`, `text/json` or `application/…+json`, with or without parameters.
fn is_json(content_type: &[u8]) -> bool {
    let text = String::from_utf8_lossy(content_type).to_ascii_lowercase();
    let essence = text.split(';').next().unwrap_or_default().trim_ascii();
    essence.split_once('/').is_some_and(|(_, subtype)| subtype == "json" || subtype.ends_with("+json"))
}

/// Returns the nesting of a JSON text. The result for other texts is not specified.
fn depth(text: &[u8]) -> usize {
    let (mut now, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                now += 1;
                deepest = deepest.max(now);
            }
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_count() {
        for (text, levels) in [
            ("", 0),
            ("1", 0),
            ("[]", 1),
            (r#"{"a":[{}],"b":[[]]}"#, 3),
            (r#"["[[[[", "\"[[[[", "\\"]"#, 1),
            ("]]]][[", 2),
        ] {
            assert_eq!(depth(text.as_bytes()), levels, "{text}");
            for limit in 0..=4 {
                let limits = Limits::DEFAULT.with_depth(limit);
                assert_eq!(read_piece(text.as_bytes(), 0, limits).is_ok(), levels <= limit, "{text}");
                assert_eq!(read_piece(text.as_bytes(), 1, limits).is_ok(), levels < limit, "{text}");
            }
        }
        let flat = format!("[{}]", vec!["[]"; 1000].join(","));
        assert_eq!(depth(flat.as_bytes()), 2);
        assert_eq!(depth("[".repeat(1000).as_bytes()), 1000);
    }

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
