//! A message in flight.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use incs_model::Sent;

use super::outcome::BatchOutcome;
use crate::client::{CallOptions, Client, Watch};
use crate::endpoint::Endpoint as _;
use crate::endpoints::messages::SendMessage;
use crate::error::{Error, ErrorKind, RetryAdvice};

/// A message in flight, with what it takes to say what is known of it when it is broken off.
pub(super) struct Flight {
    index: usize,
    operation: &'static str,
    watch: Watch,
    call: BoxFuture<'static, Result<Sent, Error>>,
}

impl Flight {
    pub(super) fn new(client: &Client, index: usize, call: SendMessage) -> Self {
        let client = client.clone();
        let watch = Watch::default();
        let options = CallOptions { watch: Some(watch.clone()), ..CallOptions::default() };
        let operation = call.operation();
        Self { index, operation, watch, call: Box::pin(async move { client.run(&call, &options).await }) }
    }

    /// Ends the call at once.
    pub(super) fn break_off(self) -> BatchOutcome {
        // First the call and then the look at it: until it is dropped it may still leave.
        drop(self.call);
        let state = self.watch.request_state();
        let advice = if state.is_safe_to_repeat() { RetryAdvice::Later { after: None } } else { RetryAdvice::FindOut };
        let attempts = self.watch.attempts();
        let error = Error::not_sent(ErrorKind::Cancelled, self.operation)
            .amend(|inner| (inner.state, inner.advice, inner.attempts) = (state, advice, attempts));
        BatchOutcome { index: self.index, result: Err(error) }
    }
}

impl Future for Flight {
    type Output = BatchOutcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<BatchOutcome> {
        let index = self.index;
        self.call.as_mut().poll(context).map(|result| BatchOutcome { index, result })
    }
}
