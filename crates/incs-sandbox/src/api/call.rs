//! A call of the platform's API: its credential, its query, and its reply with the HTTP status.

use std::fmt::Write as _;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use incs_model::envelope::Code;
use incs_model::{DecodeError, Found, Report, encode};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Value, json};

use crate::state::Core;

/// The envelope's code for a bearer token that is missing, wrong or forgotten. What the platform says there is **unknown**: its
/// list of codes has neither 401 nor 403.
const UNAUTHENTICATED: i64 = 401;

/// Lets a call with the certification code pass.
pub(crate) fn certified(core: &Core, headers: &HeaderMap) -> Result<(), Reply> {
    let given = headers.get("certification-code").map(http::HeaderValue::as_bytes);
    if given == Some(core.records().code.as_bytes()) {
        Ok(())
    } else {
        Err(Reply::failure(Code::InvalidCertificationCode, "Certification code is invalid"))
    }
}

/// Lets a call with a token of [`token`](super::tasks::token) pass.
pub(crate) fn authorized(core: &Core, headers: &HeaderMap) -> Result<(), Reply> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        given.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) if core.records().tasks.knows_token(token.trim()) => Ok(()),
        _ => Err(unauthenticated()),
    }
}

/// The refusal of a token, or of an account.
pub(crate) fn unauthenticated() -> Reply {
    Reply::failure(Code::from(UNAUTHENTICATED), "Unauthenticated.")
}

/// The query of a request: names and values, decoded as HTML forms are, so `+` is a space and what is no UTF-8 is replaced.
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

    /// A value that is there and not empty; of several the last, as PHP takes it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// A whole number.
    pub(crate) fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, Reply> {
        match self.get(name).map(str::parse) {
            None => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(Reply::wrong(&format!("/{name}"), "a whole number")),
        }
    }
}

/// The reply to a call.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) code: Code,
    pub(crate) body: Bytes,
    /// The message that the call made, by number.
    pub(crate) message: Option<u64>,
}

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

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        *response.status_mut() = StatusCode::OK;
        response.extensions_mut().insert(ReplyRecord { code: self.code, body: self.body, message: self.message });
        response
    }
}

/// `{}`, as every sample has it where there is nothing to say.
#[derive(Serialize)]
pub(crate) struct Empty {}

/// The part of a reply that the server records.
#[derive(Debug, Clone)]
pub(crate) struct ReplyRecord {
    pub(crate) code: Code,
    pub(crate) body: Bytes,
    pub(crate) message: Option<u64>,
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

/// One violation, in the form in which the model's report writes its own. `found` is empty where nothing can be named.
pub(crate) fn violation(pointer: &str, rule: &str, limit: &str, found: &str, message: &str) -> Value {
    let found = (!found.is_empty()).then_some(found);
    json!({ "pointer": pointer, "rule": rule, "limit": limit, "found": found, "message": message })
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
