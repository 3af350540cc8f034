//! The signals of one call and of its attempts.
//!
//! Each is reported once, when it ends: also when its future is dropped before, which is `cancelled`.

use std::future::Future;
#[cfg(feature = "metrics")]
use std::time::Instant;

use http::{Method, StatusCode};
#[cfg(feature = "tracing")]
use tracing::Instrument as _;

use super::words;
use crate::client::{BaseUrl, Config, StateTracker};
#[cfg(feature = "metrics")]
use crate::clock::Clock;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, RequestState};
#[cfg(feature = "metrics")]
use crate::metrics;
#[cfg(feature = "tracing")]
use crate::trace;
use crate::transport::SendGate;

/// A call that runs. A drop reports it as cancelled.
pub(crate) struct CallSignals<'a> {
    server: &'a BaseUrl,
    /// The state of the request, for a call that is dropped: the watcher's, if there is one.
    state: StateTracker,
    is_ended: bool,
    #[cfg(feature = "metrics")]
    operation: &'static str,
    /// The channel of a send. `None` for any other call.
    #[cfg(feature = "metrics")]
    send: Option<&'static str>,
    #[cfg(feature = "metrics")]
    stopwatch: Stopwatch<'a>,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

/// An attempt that runs. A drop reports it as cancelled.
pub(crate) struct AttemptSignals<'a> {
    is_ended: bool,
    #[cfg(feature = "metrics")]
    method: &'static str,
    #[cfg(feature = "metrics")]
    server: &'a BaseUrl,
    #[cfg(feature = "metrics")]
    stopwatch: Stopwatch<'a>,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
    #[cfg(not(feature = "metrics"))]
    call: std::marker::PhantomData<&'a ()>,
}

#[cfg_attr(
    not(all(feature = "metrics", feature = "tracing")),
    allow(unused_variables, clippy::unused_self, reason = "spans and metrics each need a part")
)]
impl<'a> CallSignals<'a> {
    pub(crate) fn new<E: Endpoint>(endpoint: &E, config: &'a Config, watch: Option<&StateTracker>) -> Self {
        let server = config.base(endpoint);
        let channel = words::channel(endpoint.channel().as_ref());
        let send = endpoint.sends_message().then_some(channel.unwrap_or(words::OTHER));
        Self {
            server,
            state: watch.cloned().unwrap_or_default(),
            is_ended: false,
            #[cfg(feature = "metrics")]
            operation: endpoint.operation(),
            #[cfg(feature = "metrics")]
            send,
            #[cfg(feature = "metrics")]
            stopwatch: Stopwatch::start(config),
            #[cfg(feature = "tracing")]
            span: trace::call(endpoint.operation(), channel, send, server),
        }
    }

    /// Runs the exchange inside the span of the call.
    pub(crate) fn instrument<F: Future>(&self, exchange: F) -> impl Future<Output = F::Output> {
        #[cfg(feature = "tracing")]
        let exchange = exchange.instrument(self.span.clone());
        exchange
    }

    /// The client's own rate limiter delayed or refused an attempt.
    #[cfg(feature = "rate-limit")]
    pub(crate) fn limited() {
        #[cfg(feature = "metrics")]
        metrics::limited();
    }

    /// Begins an attempt. `after` is the error of the attempt before.
    pub(crate) fn attempt(
        &self,
        number: u32,
        after: Option<ErrorKind>,
        method: &Method,
        send_gate: &SendGate,
    ) -> AttemptSignals<'a> {
        self.state.begin(send_gate);
        #[cfg(feature = "metrics")]
        if let Some(after) = after {
            metrics::retried(self.operation, after);
        }
        let method = words::method(method);
        AttemptSignals {
            is_ended: false,
            #[cfg(feature = "metrics")]
            method,
            #[cfg(feature = "metrics")]
            server: self.server,
            #[cfg(feature = "metrics")]
            stopwatch: self.stopwatch.again(),
            #[cfg(feature = "tracing")]
            span: trace::attempt(&self.span, number, method, self.server),
            #[cfg(not(feature = "metrics"))]
            call: std::marker::PhantomData,
        }
    }

    /// Notes the state of the request after an attempt that failed.
    pub(crate) fn reached(&self, state: RequestState) {
        self.state.end(state);
    }

    /// Ends the call with the number of its attempts, or with its error.
    pub(crate) fn ended(mut self, result: Result<u32, &Error>) {
        match result {
            Ok(attempts) => self.report(RequestState::Accepted, None, attempts),
            Err(error) => self.report(error.request_state(), Some(error.kind()), error.attempts()),
        }
    }

    fn report(&mut self, outcome: RequestState, error: Option<ErrorKind>, attempts: u32) {
        self.is_ended = true;
        #[cfg(feature = "tracing")]
        trace::call_ended(&self.span, outcome, error, attempts);
        #[cfg(feature = "metrics")]
        metrics::call_ended(&metrics::Call {
            operation: self.operation,
            send: self.send,
            outcome,
            error,
            duration: self.stopwatch.elapsed(),
        });
    }
}

impl Drop for CallSignals<'_> {
    fn drop(&mut self) {
        if !self.is_ended {
            let state = self.state.request_state();
            self.report(state, Some(ErrorKind::Cancelled), self.state.attempts());
        }
    }
}

#[cfg_attr(
    not(all(feature = "metrics", feature = "tracing")),
    allow(unused_variables, clippy::unused_self, reason = "spans and metrics each need a part")
)]
impl AttemptSignals<'_> {
    /// Runs the exchange inside the span of the attempt.
    pub(crate) fn instrument<F: Future>(&self, exchange: F) -> impl Future<Output = F::Output> {
        #[cfg(feature = "tracing")]
        let exchange = exchange.instrument(self.span.clone());
        exchange
    }

    /// Ends the attempt with the status of its reply, if there was one, and its error.
    pub(crate) fn ended(mut self, status: Option<StatusCode>, error: Option<ErrorKind>) {
        self.report(status, error);
    }

    fn report(&mut self, status: Option<StatusCode>, error: Option<ErrorKind>) {
        self.is_ended = true;
        #[cfg(feature = "tracing")]
        trace::attempt_ended(&self.span, status, error);
        #[cfg(feature = "metrics")]
        metrics::attempt_ended(&metrics::Attempt {
            method: self.method,
            address: self.server.address(),
            port: self.server.port(),
            status,
            error,
            duration: self.stopwatch.elapsed(),
        });
    }
}

impl Drop for AttemptSignals<'_> {
    fn drop(&mut self) {
        if !self.is_ended {
            self.report(None, Some(ErrorKind::Cancelled));
        }
    }
}

/// Measures by the clock of the client.
#[cfg(feature = "metrics")]
struct Stopwatch<'a> {
    clock: &'a dyn Clock,
    started: Instant,
}

#[cfg(feature = "metrics")]
impl<'a> Stopwatch<'a> {
    fn start(config: &'a Config) -> Self {
        let clock = &*config.clock;
        Self { clock, started: clock.now() }
    }

    /// Returns a stopwatch that starts now, by the same clock.
    fn again(&self) -> Self {
        Self { clock: self.clock, started: self.clock.now() }
    }

    fn elapsed(&self) -> std::time::Duration {
        self.clock.now().saturating_duration_since(self.started)
    }
}
