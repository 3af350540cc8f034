//! Replies: the envelope, and the HTTP status that goes with it.

use std::fmt::Write as _;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use incs_model::envelope::Code;
use incs_model::{DecodeError, Found, Report, encode};
use serde::Serialize;
use serde_json::{Value, json};

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
pub(crate) struct ReplyRecord {
    pub(crate) code: Code,
    pub(crate) body: Bytes,
    pub(crate) message: Option<u64>,
}

/// The frame of a reply. The model's `Envelope` keeps raw JSON, which would be written twice here.
#[derive(Serialize)]
struct Frame<'a, D, E> {
    status: &'static str,
    code: Code,
    message: &'a str,
    data: D,
    error: E,
}

/// `{}`, as every sample has it where there is nothing to say.
#[derive(Serialize)]
pub(crate) struct Empty {}

impl Reply {
    /// A success with its data.
    pub(crate) fn success(data: &impl Serialize) -> Self {
        let frame = Frame { status: "success", code: Code::Success, message: "", data, error: Empty {} };
        match encode(&frame) {
            Ok(body) => Self { code: Code::Success, body: body.into(), message: None },
            Err(_) => Self::failure(Code::ServerError, "Server error"),
        }
    }

    /// A failure with the platform's words.
    pub(crate) fn failure(code: Code, message: impl AsRef<str>) -> Self {
        Self::with_details(code, message.as_ref(), &Empty {})
    }

    /// A failure, with what the sandbox adds in `error`: an array of violations.
    pub(crate) fn with_violations(code: Code, message: &str, violations: &impl Serialize) -> Self {
        Self::with_details(code, message, &json!({ "violations": violations }))
    }

    /// 422: a request that breaks rules. All of them stand in the message, and in `error`.
    pub(crate) fn invalid(report: &Report) -> Self {
        let mut message = String::from("Request parameters error");
        for (index, violation) in report.violations().iter().enumerate() {
            // A `String` takes any text.
            let _ = write!(message, "{} {violation}", if index == 0 { ":" } else { ";" });
        }
        Self::with_violations(Code::InvalidParameters, &message, report)
    }

    /// 422 for one thing that no rule of the model is about.
    pub(crate) fn wrong(pointer: &str, expected: &str) -> Self {
        let message = format!("Request parameters error: {pointer}: expected {expected}");
        let violation = violation(pointer, "sandbox", expected, "", &format!("expected {expected}"));
        Self::with_violations(Code::InvalidParameters, &message, &[violation])
    }

    /// 422: a body that cannot be read. A recipient that is no number gets the words of the documentation.
    pub(crate) fn unreadable(error: &DecodeError) -> Self {
        let text = error.to_string();
        let said = text.strip_prefix(&format!("{}: ", error.pointer())).unwrap_or(&text);
        let violation = violation(error.pointer(), "body", error.expected(), &error.found().to_string(), said);
        let is_number = matches!(error.pointer(), "/to" | "/user_phone") && error.found() == Found::String;
        let message = if is_number {
            "The phone number is invalid.".to_owned()
        } else {
            format!("Request parameters error: {text}")
        };
        Self::with_violations(Code::InvalidParameters, &message, &[violation])
    }

    pub(crate) fn with_message(self, number: u64) -> Self {
        Self { message: Some(number), ..self }
    }

    fn with_details(code: Code, message: &str, error: &impl Serialize) -> Self {
        let body = encode(&Frame { status: "error", code, message, data: Empty {}, error }).unwrap_or_default();
        Self { code, body: body.into(), message: None }
    }
}

/// One violation, in the form in which the model's report writes its own. `found` is empty where nothing can be named.
pub(crate) fn violation(pointer: &str, rule: &str, limit: &str, found: &str, message: &str) -> Value {
    let found = (!found.is_empty()).then_some(found);
    json!({ "pointer": pointer, "rule": rule, "limit": limit, "found": found, "message": message })
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        *response.status_mut() = StatusCode::OK;
        response.extensions_mut().insert(ReplyRecord { code: self.code, body: self.body, message: self.message });
        response
    }
}

/// No route of the platform.
pub(crate) async fn route_not_found() -> Reply {
    Reply::failure(Code::NotFound, "Route not found")
}

/// A route of the platform, but not by this method. The code is inferred: of those that are documented it is the nearest. The router
/// adds `Allow`.
pub(crate) async fn method_not_allowed() -> Response {
    let mut response = route_not_found().await.into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}
