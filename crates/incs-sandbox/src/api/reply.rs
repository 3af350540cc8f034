//! Replies: the envelope, and the HTTP status that goes with it.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use incs_model::RawJson;
use incs_model::encode;
use incs_model::envelope::{Code, Envelope};
use serde::Serialize;

/// What a call is answered with.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) code: Code,
    pub(crate) body: Bytes,
    /// The message that the call made, by number.
    pub(crate) message: Option<u64>,
}

/// What the front reads off a response, to record it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) code: Code,
    pub(crate) body: Bytes,
    pub(crate) message: Option<u64>,
}

impl Reply {
    /// A success with its data.
    pub(crate) fn success(data: &impl Serialize) -> Self {
        match Envelope::success(data) {
            Ok(envelope) => Self::envelope(envelope),
            Err(_) => Self::failure(Code::ServerError, "Server error"),
        }
    }

    /// A failure with the platform's words.
    pub(crate) fn failure(code: Code, message: impl Into<String>) -> Self {
        let empty = RawJson::parse("{}").ok();
        let mut envelope = Envelope::failure(code, message);
        envelope.data = empty;
        Self::envelope(envelope)
    }

    pub(crate) fn with_message(self, number: u64) -> Self {
        Self { message: Some(number), ..self }
    }

    fn envelope(mut envelope: Envelope) -> Self {
        envelope.error = RawJson::parse("{}").ok();
        let body = encode(&envelope).unwrap_or_default();
        Self { code: envelope.code, body: body.into(), message: None }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        *response.status_mut() = StatusCode::OK;
        response.extensions_mut().insert(Told { code: self.code, body: self.body, message: self.message });
        response
    }
}

/// No route of the platform.
pub(crate) async fn route_not_found() -> Reply {
    Reply::failure(Code::NotFound, "Route not found")
}
