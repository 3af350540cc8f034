//! One span for each call, with the feature `tracing`; nothing without it.
//!
//! A span holds the operation, the channel, the HTTP status, the number of attempts and what the call came to. It never holds a
//! query, a header, a body or a recipient.

use std::future::Future;

use http::StatusCode;
use incs_model::Channel;
#[cfg(feature = "tracing")]
use tracing::{Instrument as _, field::Empty};

use crate::error::Error;

/// A call and its span.
pub(crate) struct Call {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

#[cfg_attr(
    not(feature = "tracing"),
    allow(unused_variables, clippy::unused_self, reason = "the span of the feature needs them")
)]
impl Call {
    #[allow(clippy::needless_pass_by_value, reason = "endpoints give the channel by value")]
    pub(crate) fn new(operation: &'static str, channel: Option<Channel>) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::info_span!(
                "incs_call",
                operation,
                channel = channel.as_ref().map(Channel::as_str),
                http_status = Empty,
                attempts = Empty,
                outcome = Empty
            ),
        }
    }

    /// Runs the exchange inside the span.
    pub(crate) async fn instrument<F: Future>(&self, exchange: F) -> F::Output {
        #[cfg(feature = "tracing")]
        let exchange = exchange.instrument(self.span.clone());
        exchange.await
    }

    pub(crate) fn succeeded(&self, status: StatusCode, attempts: u32) {
        self.record(Some(status), attempts, "success");
    }

    pub(crate) fn failed(&self, error: &Error) {
        self.record(error.http_status(), error.attempts(), error.request_state().as_str());
    }

    fn record(&self, status: Option<StatusCode>, attempts: u32, outcome: &str) {
        #[cfg(feature = "tracing")]
        self.span
            .record("attempts", attempts)
            .record("outcome", outcome)
            .record("http_status", status.map(|status| status.as_u16()));
    }
}
