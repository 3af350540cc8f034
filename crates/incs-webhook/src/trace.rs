//! The span of the feature `tracing`: one for each delivery that a [`Receiver`](crate::Receiver) checks.
//!
//! Names follow OpenTelemetry's semantic conventions for messaging; what those do not have is named `incs.…`. The span has no
//! target, header, body, kind or id.

use tracing::Span;
use tracing::field::Empty;

use crate::item::Batch;
use crate::rejection::Rejection;

/// Opens the span of a delivery in the current span, which is the span of the HTTP server.
pub(crate) fn receive() -> Span {
    tracing::info_span!(
        "incs.receive",
        otel.name = "receive",
        otel.kind = "internal",
        otel.status_code = Empty,
        messaging.system = "incs",
        messaging.operation.name = "receive",
        messaging.batch.message_count = Empty,
        incs.unparsed = Empty,
        incs.outcome = Empty,
        "error.type" = Empty,
    )
}

pub(crate) fn ended(span: &Span, result: Result<&Batch, &Rejection>) {
    match result {
        Ok(batch) => {
            span.record("incs.outcome", "verified")
                .record("messaging.batch.message_count", batch.items().len())
                .record("incs.unparsed", batch.unparsed().count());
        }
        Err(rejection) => {
            span.record("incs.outcome", "rejected")
                .record("error.type", rejection.reason())
                .record("otel.status_code", "error");
        }
    }
}

/// Records a delivery that was rejected before its body was read.
pub(crate) fn rejected(rejection: &Rejection) {
    ended(&receive(), Err(rejection));
}
