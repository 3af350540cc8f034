//! Texts that must not be shown.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::schema_of::schema_of;

/// A password, token, certification code or one-time code. `Debug` does not show it, and there is no `Display`.
///
/// ```
/// use incs_model::Secret;
///
/// let code = Secret::from("480913");
/// assert_eq!(format!("{code:?}"), "Secret(…)");
/// assert_eq!(code.expose(), "480913");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(#[serde(deserialize_with = "crate::json::text")] Box<str>);

impl Secret {
    /// The text itself. The caller must not log or show it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl crate::masked::Masked for Secret {}

// Without `writeOnly`: a token is in a reply, and generators leave such a member out of the types of replies.
schema_of!(inline Secret, _generator => schemars::json_schema!({ "type": "string", "minLength": 1 }));
