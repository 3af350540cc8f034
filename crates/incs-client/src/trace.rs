//! One span for each call, with the feature `tracing`; nothing without it.
//!
//! A span holds the operation, the channel, the HTTP status, the number of attempts and what the call came to. It never holds a
//! query, a header, a body or a recipient.

use http::StatusCode;

#[cfg(not(feature = "tracing"))]
pub(crate) use self::off::call;
#[cfg(feature = "tracing")]
pub(crate) use self::on::call;

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
    use tracing::Instrument as _;
    use tracing::field::Empty;

    use super::Success;
    use crate::client::Prepared;
    use crate::error::Error;

    /// Makes the call inside its span.
    pub(crate) async fn call(
        call: &Prepared<'_>,
        exchange: impl Future<Output = Result<Success, Error>>,
    ) -> Result<Success, Error> {
        let span = tracing::info_span!(
            "incs_call",
            operation = call.operation,
            channel = call.channel.as_ref().map(Channel::as_str),
            http_status = Empty,
            attempts = Empty,
            outcome = Empty
        );
        let result = exchange.instrument(span.clone()).await;
        let (status, attempts, outcome) = match &result {
            Ok(success) => (Some(success.status), success.attempts, "success"),
            Err(error) => (error.http_status(), error.attempts(), error.request_state().as_str()),
        };
        span.record("attempts", attempts).record("outcome", outcome);
        if let Some(status) = status {
            span.record("http_status", status.as_u16());
        }
        result
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::future::Future;

    use super::Success;
    use crate::client::Prepared;
    use crate::error::Error;

    /// Makes the call.
    pub(crate) fn call(
        _: &Prepared<'_>,
        exchange: impl Future<Output = Result<Success, Error>>,
    ) -> impl Future<Output = Result<Success, Error>> {
        exchange
    }
}
