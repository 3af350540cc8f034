//! The spans of the feature `tracing`: one for each call, and in it one for each attempt.
//!
//! Names follow OpenTelemetry's semantic conventions for messaging (a send) and for HTTP clients (an attempt); what those do not
//! have is named `incs.…`. A span never contains a path, a query, a header, a body, an id or a recipient.

use http::StatusCode;
use tracing::Span;
use tracing::field::Empty;

use crate::client::BaseUrl;
use crate::error::{ErrorKind, RequestState};
use crate::signals::words;

/// Opens the span of a call in the current span. `send` is the channel of a send, and `None` for any other call.
pub(crate) fn call(
    operation: &'static str,
    channel: Option<&'static str>,
    send: Option<&'static str>,
    server: &BaseUrl,
) -> Span {
    let Some(send) = send else {
        return tracing::info_span!(
            "incs.call",
            otel.name = operation,
            otel.kind = "internal",
            otel.status_code = Empty,
            incs.operation = operation,
            incs.channel = channel,
            incs.attempts = Empty,
            incs.outcome = Empty,
            "error.type" = Empty,
        );
    };
    tracing::info_span!(
        "incs.send",
        otel.name = format_args!("{} {send}", words::SEND),
        otel.kind = "client",
        otel.status_code = Empty,
        messaging.system = words::SYSTEM,
        messaging.operation.name = words::SEND,
        "messaging.operation.type" = words::SEND,
        server.address = server.address(),
        server.port = server.port(),
        incs.operation = operation,
        incs.channel = send,
        incs.attempts = Empty,
        incs.outcome = Empty,
        "error.type" = Empty,
    )
}

pub(crate) fn call_ended(span: &Span, outcome: RequestState, error: Option<ErrorKind>, attempts: u32) {
    span.record("incs.attempts", attempts).record("incs.outcome", outcome.as_str());
    if let Some(error) = error {
        span.record("error.type", error.as_str()).record("otel.status_code", "error");
    }
}

/// Opens the span of an attempt in the span of its call.
pub(crate) fn attempt(call: &Span, number: u32, method: &'static str, server: &BaseUrl) -> Span {
    tracing::info_span!(
        parent: call,
        "incs.attempt",
        otel.name = method,
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = method,
        http.request.resend_count = number.checked_sub(1).filter(|resends| *resends > 0),
        http.response.status_code = Empty,
        server.address = server.address(),
        server.port = server.port(),
        incs.attempt = number,
        "error.type" = Empty,
    )
}

pub(crate) fn attempt_ended(span: &Span, status: Option<StatusCode>, error: Option<ErrorKind>) {
    span.record("http.response.status_code", status.map(|status| status.as_u16()));
    if let Some(error) = words::http_error(status, error) {
        span.record("error.type", error).record("otel.status_code", "error");
    }
}
