//! The error of a transport that could not be set up.

use std::error::Error as StdError;

/// The error of a transport that could not be set up: a certificate or the URL of a proxy is invalid, or TLS could not be started.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct SetupError {
    sentence: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl SetupError {
    pub(super) fn new(sentence: &'static str) -> Self {
        Self { sentence, source: None }
    }

    pub(super) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}
