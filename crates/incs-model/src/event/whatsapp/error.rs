//! Errors on WhatsApp, in Meta's form.

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

/// An error, in Meta's form.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorItem {
    /// Meta's error number.
    pub code: Option<i64>,
    /// A short text.
    pub title: Option<String>,
    /// A longer text; newer versions only.
    pub message: Option<String>,
    /// Details; newer versions only.
    pub error_data: Option<ErrorDetails>,
    /// Link to the documentation of the error.
    pub href: Option<String>,
}

/// Details of an error.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorDetails {
    /// The details.
    pub details: Option<String>,
}
