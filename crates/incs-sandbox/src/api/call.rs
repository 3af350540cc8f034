//! A call of the platform's API: its credential, its query, and its reply with the HTTP status.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use incs_model::envelope::Code;
use incs_model::{DecodeError, Found, Invalid, Violation, encode, limits};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Value, json};

use crate::state::App;

/// The envelope's code for a missing, wrong or forgotten bearer token. The platform's code is **unknown**: its list has neither
/// 401 nor 403.
const UNAUTHENTICATED: i64 = 401;

/// The documented text for an invalid number.
const INVALID_NUMBER: &str = "The phone number is invalid.";

/// Requires the certification code.
pub(crate) fn check_code(app: &App, headers: &HeaderMap) -> Result<(), Reply> {
    let given = headers.get("certification-code").map(http::HeaderValue::as_bytes);
    if given == Some(app.config.code.expose().as_bytes()) {
        Ok(())
    } else {
        Err(Reply::failure(Code::InvalidCertificationCode, "Certification code is invalid"))
    }
}

/// Requires a token of [`token`](super::tasks::token).
pub(crate) fn check_token(app: &App, headers: &HeaderMap) -> Result<(), Reply> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        given.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) if app.records().tasks.knows_token(token.trim()) => Ok(()),
        _ => Err(unauthenticated()),
    }
}

/// The reply for an invalid token or account.
pub(crate) fn unauthenticated() -> Reply {
    Reply::failure(Code::from(UNAUTHENTICATED), "Unauthenticated.")
}

/// The query of a request: names and values, decoded like HTML forms, so `+` is a space and invalid UTF-8 is replaced.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(raw: Option<&str>) -> Self {
        let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decode(n), decode(v))).collect(),
        )
    }

    /// Returns a value unless it is empty; of several the last one, as in PHP.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// Returns a value as an integer.
    pub(crate) fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, Reply> {
        match self.get(name).map(str::parse) {
            None => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(Reply::invalid_parameter(&format!("/{name}"), "a whole number")),
        }
    }
}

/// The reply to a call.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) code: Code,
    pub(crate) body: Bytes,
    /// The number of the message that the call created.
    pub(crate) message: Option<u64>,
}

impl Reply {
    /// Creates a success with its data.
    pub(crate) fn success(data: &impl Serialize) -> Self {
        let frame = Frame { status: "success", code: Code::Success, message: "", data, error: Empty {} };
        match encode(&frame) {
            Ok(body) => Self { code: Code::Success, body: body.into(), message: None },
            Err(_) => Self::failure(Code::ServerError, "Server error"),
        }
    }

    /// Creates a failure with the platform's text.
    pub(crate) fn failure(code: Code, message: impl AsRef<str>) -> Self {
        Self::with_details(code, message.as_ref(), &Empty {})
    }

    /// Creates a failure with violations in `error`, which is the sandbox's own addition.
    pub(crate) fn with_violations(code: Code, message: &str, violations: &impl Serialize) -> Self {
        Self::with_details(code, message, &json!({ "violations": violations }))
    }

    /// Creates a 422 for a request that breaks rules. The message and `error` list all violations.
    pub(crate) fn invalid(invalid: &Invalid) -> Self {
        Self::violations(invalid.violations())
    }

    /// Creates a 422 for violations. If the only one is an invalid recipient, the message is the documented text.
    pub(crate) fn violations(violations: &[Violation]) -> Self {
        if let [violation] = violations
            && violation.rule().id() == limits::common::TO_DIGITS.id()
        {
            return Self::with_violations(Code::InvalidParameters, INVALID_NUMBER, &violations);
        }
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        let message = format!("Request parameters error: {}", lines.join("; "));
        Self::with_violations(Code::InvalidParameters, &message, &violations)
    }

    /// Creates a 422 for a parameter that no rule of the model covers.
    pub(crate) fn invalid_parameter(pointer: &str, expected: &str) -> Self {
        let message = format!("Request parameters error: {pointer}: expected {expected}");
        let violation = violation(pointer, "sandbox", expected, "", &format!("expected {expected}"));
        Self::with_violations(Code::InvalidParameters, &message, &[violation])
    }

    /// Creates a 422 for an unreadable body. For an invalid recipient the message is the documented text.
    pub(crate) fn unreadable(error: &DecodeError) -> Self {
        let text = error.to_string();
        let said = text.strip_prefix(&format!("{}: ", error.pointer())).unwrap_or(&text);
        let violation = violation(error.pointer(), "body", error.expected(), &error.found().to_string(), said);
        let is_number = error.pointer() == "/user_phone" && error.found() == Found::String;
        let message = if is_number { INVALID_NUMBER.to_owned() } else { format!("Request parameters error: {text}") };
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

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        *response.status_mut() = StatusCode::OK;
        response.extensions_mut().insert(ReplyRecord { code: self.code, body: self.body, message: self.message });
        response
    }
}

/// `{}`, as in every sample without data or error.
#[derive(Serialize)]
pub(crate) struct Empty {}

/// The part of a reply that the server records.
#[derive(Debug, Clone)]
pub(crate) struct ReplyRecord {
    pub(crate) code: Code,
    pub(crate) body: Bytes,
    pub(crate) message: Option<u64>,
}

/// Replies to an unknown route.
pub(crate) async fn route_not_found() -> Reply {
    Reply::failure(Code::NotFound, "Route not found")
}

/// Replies to a wrong method of a known route. The code is inferred: the nearest of the documented ones. The router adds `Allow`.
pub(crate) async fn method_not_allowed() -> Response {
    let mut response = route_not_found().await.into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

/// Returns one violation in the form of the model's report. `found` is empty where there is nothing to name.
pub(crate) fn violation(pointer: &str, rule: &str, limit: &str, found: &str, message: &str) -> Value {
    let found = (!found.is_empty()).then_some(found);
    json!({ "pointer": pointer, "rule": rule, "limit": limit, "found": found, "message": message })
}

/// The envelope of a reply. The model's `Envelope` holds raw JSON, which would be serialized twice here.
#[derive(Serialize)]
struct Frame<'a, D, E> {
    status: &'static str,
    code: Code,
    message: &'a str,
    data: D,
    error: E,
}
