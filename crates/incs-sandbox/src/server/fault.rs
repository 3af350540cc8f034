//! Applies fault rules to one request.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use incs_model::envelope::Code;
use serde::Deserialize;

use crate::api::call::Reply;
use crate::channel::Channel;
use crate::config::HttpStatus;
use crate::faults::recipients;
use crate::faults::rule::{Action, Target};
use crate::operation;
use crate::state::App;

const GARBAGE: &str = "<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>\n";

/// The faults of one request: a delay, another end than its reply, or both.
#[derive(Debug, Default)]
pub(crate) struct RequestFault {
    delay: Duration,
    end: Option<Action>,
    /// The channel of a send.
    channel: Option<Channel>,
}

/// The end of a request.
pub(crate) enum End {
    Reply(Response, Bytes),
    Dropped,
    Stalled,
}

impl RequestFault {
    /// Matches the rules. Reads the customer from the body only if a rule needs it.
    pub(crate) fn pick(app: &App, operation: Option<&'static str>, body: &[u8]) -> Self {
        let (is_any, with_customer) = app.records().faults.about_requests();
        if !is_any {
            return Self::default();
        }
        let to = if with_customer { customer(body) } else { None };
        let target = Target { operation, to: to.as_deref(), ..Target::default() };
        let is_delay = |action: &Action| matches!(action, Action::Slow { .. });
        let channel = Channel::ALL.into_iter().find(|channel| operation == Some(operation::of_send(*channel)));
        let is_end = |action: &Action| match action {
            Action::Refuse { .. } => channel.is_some(),
            action => action.is_of_requests() && !is_delay(action),
        };
        let (delay, end) = app.change(|records, _| {
            let delay = records.fault(target, is_delay).map(|(action, _)| action);
            let end = records.fault(target, is_end).map(|(action, _)| action);
            (delay, end)
        });
        let delay = match delay {
            Some(Action::Slow { millis }) => Duration::from_millis(millis),
            _ => Duration::ZERO,
        };
        Self { delay, end, channel }
    }

    /// Returns whether the call is processed.
    pub(crate) fn lets_through(&self) -> bool {
        self.end.as_ref().is_none_or(Action::is_carried_out)
    }

    pub(crate) fn delay(&self) -> Duration {
        self.delay
    }

    /// Returns the names of the faults for the record of the exchange.
    pub(crate) fn label(&self) -> Option<String> {
        match (self.delay.is_zero(), &self.end) {
            (true, None) => None,
            (true, Some(end)) => Some(end.as_str().to_owned()),
            (false, None) => Some("slow".to_owned()),
            (false, Some(end)) => Some(format!("slow, {}", end.as_str())),
        }
    }

    /// Returns the end that replaces the reply; `None` if there is only a delay.
    pub(crate) fn end(&self, status: HttpStatus) -> Option<End> {
        let refused = |code: Code, message: &str| {
            let reply = Reply::failure(code, message);
            let body = reply.body.clone();
            let mut response = reply.into_response();
            *response.status_mut() = status.of(code);
            (response, body)
        };
        let end = match self.end.as_ref()? {
            Action::RateLimit { retry_after } => {
                let (mut response, body) = refused(Code::TooManyAttempts, "Too many attempts");
                if let Some(seconds) = retry_after {
                    response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
                }
                End::Reply(response, body)
            }
            Action::ServerError { .. } => {
                let (response, body) = refused(Code::ServerError, "Server error");
                End::Reply(response, body)
            }
            Action::Garbage { .. } => {
                let mut response = Response::new(Body::from(GARBAGE));
                *response.status_mut() = StatusCode::OK;
                response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
                End::Reply(response, Bytes::from_static(GARBAGE.as_bytes()))
            }
            Action::Refuse { code, title } => {
                let (response, body) = match self.channel? {
                    Channel::WhatsApp => refused(Code::WhatsApp, &recipients::numbered(*code, title)),
                    Channel::Viber => refused(Code::Viber, title),
                    Channel::Rcs => refused(Code::Rcs, title),
                };
                End::Reply(response, body)
            }
            Action::Drop { .. } => End::Dropped,
            Action::Stall { .. } => End::Stalled,
            _ => return None,
        };
        Some(end)
    }
}

/// Returns the customer's number from a body, digits only.
fn customer(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Recipient<'a> {
        #[serde(borrow, alias = "user_phone")]
        to: Cow<'a, str>,
    }
    let recipient: Recipient<'_> = serde_json::from_slice(body).ok()?;
    Some(recipient.to.trim_start_matches('+').to_owned())
}
