//! One span for each call, with the feature `tracing`; nothing without it.
//!
//! A span holds the operation, the channel, the HTTP status, the number of attempts and what the call came to. It never holds a
//! query, a header, a body or a recipient.

use http::StatusCode;
use incs_model::Channel;

use crate::error::Error;

/// A reply, and what its span should say.
pub(crate) struct Traced<T> {
    value: T,
    status: StatusCode,
    attempts: u32,
}

impl Traced<()> {
    pub(crate) fn new(status: StatusCode, attempts: u32) -> Self {
        Self { value: (), status, attempts }
    }

    pub(crate) fn with<T>(self, value: T) -> Traced<T> {
        Traced { value, status: self.status, attempts: self.attempts }
    }
}

pub(crate) use self::span::Span;

#[cfg(feature = "tracing")]
mod span {
    use std::future::Future;

    use tracing::Instrument as _;
    use tracing::field::Empty;

    use super::{Channel, Error, Traced};

    pub(crate) struct Span(tracing::Span);

    impl Span {
        pub(crate) fn new(operation: &'static str, channel: Option<&Channel>) -> Self {
            let channel = channel.map(Channel::as_str);
            Self(tracing::info_span!(
                "incs_call",
                operation,
                channel,
                http_status = Empty,
                attempts = Empty,
                outcome = Empty
            ))
        }

        pub(crate) async fn around<F: Future>(&self, call: F) -> F::Output {
            call.instrument(self.0.clone()).await
        }

        pub(crate) fn finish<T>(&self, result: Result<Traced<T>, Error>) -> Result<T, Error> {
            match result {
                Ok(traced) => {
                    self.record(Some(traced.status.as_u16()), traced.attempts, "success");
                    Ok(traced.value)
                }
                Err(error) => {
                    let status = error.http_status().map(|status| status.as_u16());
                    self.record(status, error.attempts(), error.request_state().as_str());
                    Err(error)
                }
            }
        }

        fn record(&self, status: Option<u16>, attempts: u32, outcome: &str) {
            self.0.record("attempts", attempts).record("outcome", outcome);
            if let Some(status) = status {
                self.0.record("http_status", status);
            }
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod span {
    use std::future::Future;

    use super::{Channel, Error, Traced};

    pub(crate) struct Span;

    impl Span {
        pub(crate) fn new(_: &'static str, _: Option<&Channel>) -> Self {
            Self
        }

        pub(crate) async fn around<F: Future>(&self, call: F) -> F::Output {
            call.await
        }

        #[allow(clippy::unused_self, reason = "the span of the feature records")]
        pub(crate) fn finish<T>(&self, result: Result<Traced<T>, Error>) -> Result<T, Error> {
            result.map(|traced| traced.value)
        }
    }
}
