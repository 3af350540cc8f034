//! How much is read of a delivery, and the shape that its body must have.

use incs_model::DecodeError;

use crate::evidence::Evidence;
use crate::members;

/// How much is read of a delivery, and what it may call itself.
///
/// The platforms document no size. What was sampled is 1 to 3 KB; media come as links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes that a body may have.
    pub body: usize,
    /// How deep its objects and lists may be nested, at most 128.
    pub depth: usize,
    /// Whether a `Content-Type` that is not JSON is let through. A missing one always is.
    pub any_content_type: bool,
}

impl Limits {
    /// 1 MiB, 64 levels, JSON.
    pub const DEFAULT: Self = Self { body: 1024 * 1024, depth: 64, any_content_type: false };

    /// Sets the most bytes that a body may have.
    #[must_use]
    pub const fn with_body(mut self, bytes: usize) -> Self {
        self.body = bytes;
        self
    }

    /// Sets how deep objects and lists may be nested; more than 128 counts as 128.
    #[must_use]
    pub const fn with_depth(mut self, levels: usize) -> Self {
        self.depth = if levels < 128 { levels } else { 128 };
        self
    }

    /// Lets any `Content-Type` through. Exotel documents none for RCS, so a receiver for Exotel may need this.
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
    #[error("not UTF-8")]
    NotUtf8,
    /// Text that is not JSON.
    #[error("not JSON: {0}")]
    NotJson(DecodeError),
    /// Objects and lists in more levels than the limit.
    #[error("nested in more than {limit} levels")]
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
    members::provider(text.as_bytes()).map(drop).ok_or(ShapeError::Envelope)
}

/// The body as text, if it is text and not too deep. A byte order mark, which no reader of JSON takes, is left out.
pub(crate) fn read_text(body: &[u8], limits: Limits) -> Result<&str, ShapeError> {
    read_piece(unmarked(body), 0, limits)
}

/// A piece of a body as text, if it is text and not too deep. `levels` objects and lists are around it.
pub(crate) fn read_piece(piece: &[u8], levels: usize, limits: Limits) -> Result<&str, ShapeError> {
    let text = std::str::from_utf8(piece).map_err(|_| ShapeError::NotUtf8)?;
    if depth(piece).saturating_add(levels) > limits.depth {
        Err(ShapeError::TooDeep { limit: limits.depth })
    } else {
        Ok(text)
    }
}

/// The text without a byte order mark.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The body without a byte order mark.
pub(crate) fn unmarked(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// `application/json`, `text/json`, `application/…+json`, with or without parameters.
fn is_json(content_type: &[u8]) -> bool {
    let text = String::from_utf8_lossy(content_type).to_ascii_lowercase();
    let essence = text.split(';').next().unwrap_or_default().trim_ascii();
    essence.split_once('/').is_some_and(|(_, subtype)| subtype == "json" || subtype.ends_with("+json"))
}

/// The number of levels in which the JSON in a text is nested. Text that is not JSON gets some answer.
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
