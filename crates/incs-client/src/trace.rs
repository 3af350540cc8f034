//! One span for each call, with the feature `tracing`; nothing without it.
//!
//! A span holds the operation, the channel, the HTTP status, the number of attempts and what the call came to. It never holds a
//! query, a header, a body or a recipient.

use http::StatusCode;

#[cfg(not(feature = "tracing"))]
pub(crate) use self::off::{call, refused};
#[cfg(feature = "tracing")]
pub(crate) use self::on::{call, refused};

/// What the span of a call that succeeded says.
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "nobody reads it without the feature"))]
pub(crate) struct Success {
    pub(crate) status: StatusCode,
    pub(crate) attempts: u32,
}

#[cfg(feature = "tracing")]
mod on {
    use std::future::Future;

    use incs_model::Channel;
    use tracing::field::Empty;
    use tracing::{Instrument as _, Span};

    use super::{StatusCode, Success};
    use crate::client::Prepared;
    use crate::endpoint::Endpoint;
    use crate::error::Error;

    /// Makes the call inside its span.
    pub(crate) async fn call(
        call: &Prepared<'_>,
        exchange: impl Future<Output = Result<Success, Error>>,
    ) -> Result<Success, Error> {
        let span = span(call.operation, call.channel.as_ref());
        let result = exchange.instrument(span.clone()).await;
        match &result {
            Ok(success) => record(&span, Some(success.status), success.attempts, "success"),
            Err(error) => failed(&span, error),
        }
        result
    }

    /// The span of a call that was refused before it began.
    pub(crate) fn refused(endpoint: &impl Endpoint, error: &Error) {
        let span = span(endpoint.operation(), endpoint.channel().as_ref());
        span.in_scope(|| failed(&span, error));
    }

    fn span(operation: &'static str, channel: Option<&Channel>) -> Span {
        let channel = channel.map(Channel::as_str);
        tracing::info_span!("incs_call", operation, channel, http_status = Empty, attempts = Empty, outcome = Empty)
    }

    fn failed(span: &Span, error: &Error) {
        record(span, error.http_status(), error.attempts(), error.request_state().as_str());
    }

    fn record(span: &Span, status: Option<StatusCode>, attempts: u32, outcome: &str) {
        span.record("attempts", attempts).record("outcome", outcome);
        if let Some(status) = status {
            span.record("http_status", status.as_u16());
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::future::Future;

    use super::Success;
    use crate::client::Prepared;
    use crate::endpoint::Endpoint;
    use crate::error::Error;

    /// Makes the call.
    pub(crate) fn call(
        _: &Prepared<'_>,
        exchange: impl Future<Output = Result<Success, Error>>,
    ) -> impl Future<Output = Result<Success, Error>> {
        exchange
    }

    /// The call was refused before it began.
    pub(crate) fn refused(_: &impl Endpoint, _: &Error) {}
}
