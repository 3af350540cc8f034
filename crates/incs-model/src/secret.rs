//! Texts that must not be seen.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::schema_of::schema_of;

/// A password, token, certification code or one-time code. `Debug` shows nothing of it, and there is no `Display`.
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
pub struct Secret(Box<str>);

impl Secret {
    /// The text itself. Whoever calls this answers for where it goes.
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

schema_of!(inline Secret, _generator => {
    schemars::json_schema!({ "type": "string", "minLength": 1, "writeOnly": true })
});
