//! Errors on WhatsApp, in Meta's words.

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

/// What went wrong, in Meta's words.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorItem {
    /// Meta's number.
    pub code: Option<i64>,
    /// A short text.
    pub title: Option<String>,
    /// A longer text; newer versions only.
    pub message: Option<String>,
    /// More; newer versions only.
    pub error_data: Option<ErrorDetails>,
    /// A link to the page about it.
    pub href: Option<String>,
}

/// More about what went wrong.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorDetails {
    /// A text.
    pub details: Option<String>,
}
