//! The spans of the feature `tracing`: an event for each stored webhook, and a span for each call of a handler.
//!
//! Names follow OpenTelemetry's semantic conventions for messaging; what those do not have is named `incs.…`.

use tracing::Span;
use tracing::field::Empty;

use crate::handler::{AfterFailure, HandlerError};
use crate::store::{Appended, StoreError, StoredItem};

/// Reports a webhook in the current span.
pub(crate) fn appended(result: Result<&[Appended], &StoreError>) {
    match result {
        Ok(items) => {
            let new = items.iter().filter(|item| matches!(item, Appended::New(_))).count();
            tracing::debug!(messaging.batch.message_count = items.len(), incs.new = new, "a webhook was stored");
        }
        Err(error) => tracing::warn!("error.type" = error.reason(), "a webhook was answered with 503"),
    }
}

/// Opens the span of a call of a handler.
pub(crate) fn handle(item: &StoredItem, attempt: u32) -> Span {
    tracing::info_span!(
        "incs.handle",
        otel.name = "process",
        otel.kind = "consumer",
        otel.status_code = Empty,
        messaging.system = "incs",
        messaging.operation.name = "process",
        incs.item = item.id.0,
        incs.kind = item.kind,
        incs.attempt = attempt,
        incs.outcome = Empty,
    )
}

pub(crate) fn handled(span: &Span, result: Result<(), &HandlerError>) {
    let outcome = match result.map_err(|error| error.next) {
        Ok(()) => "done",
        Err(AfterFailure::DeadLetter | AfterFailure::NoHandler) => "dead_letter",
        Err(AfterFailure::Retry | AfterFailure::RetryAfter(_)) => "retry",
    };
    span.record("incs.outcome", outcome);
    if result.is_err() {
        span.record("otel.status_code", "error");
    }
}
