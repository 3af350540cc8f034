//! What a call that was refused is answered with.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use incs_model::DecodeError;
use schemars::JsonSchema;
use serde::Serialize;

use crate::body::Wrong;

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct Failure {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// One sentence for people.
    pub(crate) error: String,
    /// The member of the body that is wrong, by JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
}

impl Failure {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into(), pointer: None }
    }

    pub(crate) fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub(crate) fn forbidden(error: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, error)
    }

    pub(crate) fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    pub(crate) fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "the route is there, but not for this method")
    }

    pub(crate) fn conflict(error: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, error)
    }

    pub(crate) fn media_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json")
    }

    /// The body is JSON of another shape, or says what cannot be.
    pub(crate) fn unprocessable(pointer: impl Into<String>, error: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, error) }
    }

    pub(crate) fn busy(error: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }
}

impl From<Wrong> for Failure {
    fn from(Wrong { pointer, problem }: Wrong) -> Self {
        let text = if pointer.is_empty() { problem } else { format!("{pointer}: {problem}") };
        Self::unprocessable(pointer, text)
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::unprocessable(error.pointer(), error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, Json(self)).into_response()
    }
}
