//! The closed sets of words in spans and labels.

use http::{Method, StatusCode};
use incs_model::Channel;

use crate::error::ErrorKind;

/// The word of the conventions for everything that is not in a set.
pub(crate) const OTHER: &str = "_OTHER";

pub(crate) const SYSTEM: &str = "incs";
pub(crate) const SEND: &str = "send";

pub(crate) const METHODS: &[&str] =
    &["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE", OTHER];

pub(crate) const CHANNELS: &[&str] = &["whatsapp", "viber", "rcs", OTHER];

/// The words of `RequestState`; a call that succeeded is `accepted`.
#[cfg(feature = "metrics")]
pub(crate) const OUTCOMES: &[&str] = &["accepted", "not_sent", "rejected", "unknown"];

/// The operations of this crate. Those of an endpoint of the user are `_OTHER`.
#[cfg(feature = "metrics")]
pub(crate) const OPERATIONS: &[&str] = &[
    "send_whatsapp_message",
    "send_viber_message",
    "send_rcs_message",
    "get_message_status",
    "create_rcs_template",
    "get_rcs_template",
    "list_rcs_templates",
    "delete_rcs_template",
    "create_whatsapp_template",
    "get_whatsapp_template",
    "list_whatsapp_templates",
    "fetch_token",
    "create_task",
    "list_tasks",
    OTHER,
];

/// The words of `ErrorKind`.
#[cfg(feature = "metrics")]
pub(crate) const ERRORS: &[&str] = &[
    "invalid",
    "request",
    "credential",
    "cancelled",
    "limited",
    "connect",
    "tls",
    "timeout",
    "interrupted",
    "reply_too_long",
    "transport",
    "authentication",
    "rate_limited",
    "refused",
    "server",
    "reply",
];

pub(crate) fn method(method: &Method) -> &'static str {
    METHODS.iter().find(|word| **word == method.as_str()).copied().unwrap_or(OTHER)
}

pub(crate) fn channel(channel: Option<&Channel>) -> Option<&'static str> {
    channel.map(|channel| CHANNELS.iter().find(|word| **word == channel.as_str()).copied().unwrap_or(OTHER))
}

#[cfg(feature = "metrics")]
pub(crate) fn operation(operation: &str) -> &'static str {
    OPERATIONS.iter().find(|word| **word == operation).copied().unwrap_or(OTHER)
}

/// The status of a reply as a label. HTTP has none from 600 on, but replies do.
#[cfg(feature = "metrics")]
pub(crate) fn status(status: StatusCode) -> String {
    if status.as_u16() < 600 { status.as_u16().to_string() } else { OTHER.to_owned() }
}

/// `error.type` of a request: the HTTP status if that says that it failed, otherwise the kind of the error.
pub(crate) fn http_error(status_code: Option<StatusCode>, error: Option<ErrorKind>) -> Option<String> {
    let status_code = status_code.filter(|status| (400..600).contains(&status.as_u16()));
    status_code.map(|status| status.as_u16().to_string()).or_else(|| error.map(|kind| kind.as_str().to_owned()))
}
