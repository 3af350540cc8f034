//! The spans of the feature `tracing`: an event for each stored webhook, and a span for each call of a handler and for each attempt to send
//! a message.
//!
//! Names follow OpenTelemetry's semantic conventions for messaging; what those do not have is named `incs.…`.

use tracing::Span;
use tracing::field::Empty;

use crate::handler::{AfterFailure, HandlerError};
use crate::store::{Appended, StoreError, StoredItem};
#[cfg(feature = "outbox")]
use crate::store::{OutboxId, Proof, SendingMessage};

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

/// Opens the span of an attempt to send a message. The span of the client's call is in it.
#[cfg(feature = "outbox")]
pub(crate) fn send(message: &SendingMessage) -> Span {
    tracing::info_span!(
        "incs.relay.send",
        otel.name = "send",
        otel.kind = "producer",
        messaging.system = "incs",
        messaging.operation.name = "send",
        incs.channel = message.channel,
        incs.outbox.id = message.id.0,
        incs.attempt = message.attempt,
    )
}

/// Reports a message of which nobody knows whether it was sent.
#[cfg(feature = "outbox")]
pub(crate) fn unknown(message: &SendingMessage) {
    tracing::warn!(incs.outbox.id = message.id.0, incs.attempt = message.attempt, "the outcome of a send is unknown");
}

/// Reports an unknown message that was found.
#[cfg(feature = "outbox")]
pub(crate) fn found(id: OutboxId, proof: Proof) {
    tracing::info!(incs.outbox.id = id.0, incs.proof = proof.as_str(), "an unknown send was found by a webhook");
}
