//! Where the messages of a batch come from.

use std::fmt;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::StreamExt as _;
use incs_model::OutboundMessage;

/// The messages that are not taken yet. Dropped at its end.
pub(super) struct Input<'a> {
    messages: Option<BoxStream<'a, OutboundMessage>>,
    /// It had nothing ready after the batch was stopped.
    was_pending: bool,
}

impl<'a> Input<'a> {
    pub(super) fn new<S>(messages: S) -> Self
    where
        S: Stream + Send + 'a,
        S::Item: Into<OutboundMessage>,
    {
        Self { messages: Some(messages.map(Into::into).boxed()), was_pending: false }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<OutboundMessage>> {
        let Some(messages) = &mut self.messages else { return Poll::Ready(None) };
        let polled = messages.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None)) {
            self.messages = None;
        }
        polled
    }

    /// What it has ready after the batch was stopped. Then it is at its end.
    ///
    /// It is asked a second time, in another turn of the task: an input may hold back for the sake of other tasks what it has
    /// ready, as the channels of tokio do.
    pub(super) fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<Option<OutboundMessage>> {
        let polled = self.poll(context);
        if polled.is_ready() {
            self.was_pending = false;
        } else if self.was_pending {
            self.messages = None;
            return Poll::Ready(None);
        } else {
            self.was_pending = true;
            context.waker().wake_by_ref();
        }
        polled
    }

    pub(super) fn is_done(&self) -> bool {
        self.messages.is_none()
    }

    /// How many it holds, when it knows.
    pub(super) fn exact_length(&self) -> Option<usize> {
        let (least, most) = self.messages.as_ref().map_or((0, Some(0)), Stream::size_hint);
        most.filter(|most| *most == least)
    }

    pub(super) fn at_most(&self) -> Option<usize> {
        self.messages.as_ref().map_or(Some(0), |messages| messages.size_hint().1)
    }
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("is_done", &self.is_done()).finish_non_exhaustive()
    }
}
