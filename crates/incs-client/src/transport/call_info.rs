//! What a transport may know of the call it carries.

use std::time::Instant;

use incs_model::Channel;

use super::departure::Departure;

/// Whether a request may be made again when nobody knows what became of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Replay {
    /// Making it twice is as good as once: a read, a deletion.
    Safe,
    /// Making it twice may do the thing twice: a send, a creation. It is made again only when the first is known to have done
    /// nothing.
    Unsafe,
}

/// What a transport may know of the call it carries, in the extensions of its request.
///
/// ```
/// use incs_client::transport::{CallInfo, Replay};
///
/// let request = http::Request::new(bytes::Bytes::new());
/// let info = CallInfo::of(&request);
/// assert_eq!((info.operation(), info.replay(), info.attempt()), ("call", Replay::Unsafe, 1));
/// ```
#[derive(Debug, Clone)]
pub struct CallInfo {
    operation: &'static str,
    channel: Option<Channel>,
    replay: Replay,
    attempt: u32,
    deadline: Option<Instant>,
    response_limit: usize,
    departure: Departure,
}

/// Bytes of the longest reply that is read unless the client says otherwise: 4 MiB. The longest reply of the platform's pages,
/// 100 templates, is far below.
pub const RESPONSE_LIMIT: usize = 4 * 1024 * 1024;

impl CallInfo {
    /// A first attempt without a deadline.
    pub fn new(operation: &'static str, replay: Replay) -> Self {
        Self {
            operation,
            channel: None,
            replay,
            attempt: 1,
            deadline: None,
            response_limit: RESPONSE_LIMIT,
            departure: Departure::default(),
        }
    }

    /// That of a request; a careful one when the request has none.
    pub fn of<B>(request: &http::Request<B>) -> Self {
        request.extensions().get().cloned().unwrap_or_else(|| Self::new("call", Replay::Unsafe))
    }

    /// Sets the channel.
    #[must_use]
    pub fn with_channel(mut self, channel: Option<Channel>) -> Self {
        self.channel = channel;
        self
    }

    /// Sets the number of the attempt.
    #[must_use]
    pub fn with_attempt(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self
    }

    /// Sets the deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Option<Instant>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the length of the longest reply.
    #[must_use]
    pub fn with_response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// The name of the endpoint, like `send_whatsapp_message`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The channel, when the endpoint is of one.
    pub fn channel(&self) -> Option<&Channel> {
        self.channel.as_ref()
    }

    /// Whether the request may be made again blindly. A transport never does so itself.
    pub fn replay(&self) -> Replay {
        self.replay
    }

    /// Which attempt this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// When the client gives this attempt up. The client drops the exchange then; a transport need not watch it.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Bytes of the longest body of a reply that may be read.
    pub fn response_limit(&self) -> usize {
        self.response_limit
    }

    /// Where the transport tells whether the request left.
    pub fn departure(&self) -> &Departure {
        &self.departure
    }
}
