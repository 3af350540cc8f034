//! Transports: what carries a request to the platform and brings the reply back.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use incs_model::Channel;

/// A request, as a transport gets it: absolute URI, all headers, whole body, and a [`CallInfo`] among the extensions.
pub type Request = http::Request<Bytes>;

/// A reply, as a transport gives it: any status, all headers, whole body.
pub type Response = http::Response<Bytes>;

/// Carries one request to the platform and brings one reply back.
///
/// One method over the types of `http`, so that an HTTP library, a queue or a test double plugs in without glue. A wrapper is a
/// transport that holds a transport.
///
/// # What a transport promises
///
/// - A reply of **any** status is `Ok`. It follows no redirect.
/// - One call is **one** exchange: nothing is sent again unless nothing at all had left.
/// - The bytes of the body and the headers go out as they were given.
/// - A reply whose body is longer than [`CallInfo::response_limit`] is [`TransportErrorKind::BodyTooLarge`], and is not read on.
/// - Dropping the future ends the exchange; what has not left by then does not leave later.
/// - The kind of an error tells the truth about the request: see [`TransportErrorKind`].
/// - No error shows a header, a body or a query, in its own text or in that of a cause.
///
/// The crate `incs-client-contract` has a suite that checks any transport against these. A transport that hands requests to
/// another task must also see what [`Departure`] says of that.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use async_trait::async_trait;
/// use incs_client::transport::{Request, Response, Transport, TransportError};
///
/// /// Answers everything itself.
/// struct Canned;
///
/// #[async_trait]
/// impl Transport for Canned {
///     async fn call(&self, _: Request) -> Result<Response, TransportError> {
///         Ok(Response::new(r#"{"status":"success","code":200,"data":{"msg_id":"7b1e52c4"}}"#.into()))
///     }
/// }
///
/// /// Counts what passes through another.
/// struct Counted<T> {
///     inner: T,
///     exchanges: Arc<AtomicU64>,
/// }
///
/// #[async_trait]
/// impl<T: Transport> Transport for Counted<T> {
///     async fn call(&self, request: Request) -> Result<Response, TransportError> {
///         self.exchanges.fetch_add(1, Ordering::Relaxed);
///         self.inner.call(request).await
///     }
/// }
///
/// # futures_util::FutureExt::now_or_never(async {
/// let exchanges = Arc::new(AtomicU64::new(0));
/// let transport = Counted { inner: Canned, exchanges: Arc::clone(&exchanges) };
/// assert_eq!(transport.call(Request::default()).await.unwrap().status(), 200);
/// assert_eq!(exchanges.load(Ordering::Relaxed), 1);
/// # }).unwrap();
/// ```
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and waits for the whole reply.
    ///
    /// # Errors
    ///
    /// Fails when there is no reply. The kind says what is known of the request.
    async fn call(&self, request: Request) -> Result<Response, TransportError>;
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        (**self).call(request).await
    }
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Box<T> {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        (**self).call(request).await
    }
}

/// The replay class of a request: whether it may be made again when the state of the first is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Replay {
    /// Making it twice is as good as once: a read, a deletion.
    Safe,
    /// Making it twice may do the thing twice: a send, a creation. It is made again only when the first is known to have done
    /// nothing.
    Unsafe,
}

/// Information for the transport about the call it carries, in the extensions of its request.
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

    /// Returns the `CallInfo` of a request; a careful one when the request has none.
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

    /// Returns whether the request may be made again blindly. A transport never does so itself.
    pub fn replay(&self) -> Replay {
        self.replay
    }

    /// Which attempt this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns when the client gives this attempt up. The client drops the exchange then; a transport need not watch it.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Bytes of the longest body of a reply that may be read.
    pub fn response_limit(&self) -> usize {
        self.response_limit
    }

    /// Returns the gate through which the transport tells whether the request left.
    pub fn departure(&self) -> &Departure {
        &self.departure
    }
}

/// The transport tells, and nothing has left so far.
const HELD: u8 = 1;
/// It has left, or is about to.
const LEFT: u8 = 2;
/// It must not leave any more.
const RECALLED: u8 = 4;

/// Tells, even after the exchange was dropped, whether a complete request may have reached the other side.
///
/// A transport that can tell calls [`hold`](Self::hold) when it takes a request and [`leave`](Self::leave) just before it gives
/// the first byte of the *body* to the network; a request whose body never left is not complete, so nobody can have acted on
/// it. Then a time limit that strikes while a connection is still being made is known to have sent nothing. A transport that
/// does neither is taken to have sent the request at once, which is always safe.
///
/// When the client gives a call up it [recalls](Self::recall) the request, and exactly one of leaving and being recalled comes
/// first. So a transport that gives the request to another task, or to a connection that may take it late, asks
/// [`leave`](Self::leave) there, and sends nothing when the answer is no.
///
/// ```
/// use incs_client::transport::Departure;
///
/// let departure = Departure::default();
/// assert!(departure.may_have_left()); // nobody told
/// departure.hold();
/// assert!(!departure.may_have_left());
/// assert!(departure.leave());
/// departure.hold(); // what left does not come back
/// assert!(departure.may_have_left() && !departure.recall());
///
/// let departure = Departure::default();
/// departure.hold();
/// assert!(departure.recall()); // nothing left
/// assert!(!departure.leave()); // and nothing will
/// ```
#[derive(Clone, Default)]
pub struct Departure(Arc<AtomicU8>);

impl Departure {
    /// From now on the request is known not to have left, until [`leave`](Self::leave). Whoever holds must be sure that `leave`
    /// is asked before it does, by itself or by the transport below.
    pub fn hold(&self) {
        let _ = self.0.compare_exchange(0, HELD, Ordering::AcqRel, Ordering::Acquire);
    }

    /// The request is about to leave, and there is no way back. `false`: it was recalled and must not leave.
    #[must_use = "a request that was recalled must not be sent"]
    pub fn leave(&self) -> bool {
        let leave = |state| if state & RECALLED == 0 { Some(state | LEFT) } else { None };
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, leave).is_ok()
    }

    /// From now on the request must not leave, if it has not. Tells whether nothing has left: not for a transport that told
    /// nothing.
    pub fn recall(&self) -> bool {
        let recall = |state| if state & LEFT == 0 { Some(state | RECALLED) } else { None };
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, recall).is_ok_and(|before| before & HELD != 0)
    }

    /// Returns whether a complete request may have reached the other side. Before a [recall](Self::recall) it may still leave.
    pub fn may_have_left(&self) -> bool {
        self.0.load(Ordering::Acquire) & (HELD | LEFT) != HELD
    }

    /// Returns whether a transport told that it left.
    pub(crate) fn has_left(&self) -> bool {
        self.0.load(Ordering::Acquire) & LEFT != 0
    }
}

impl fmt::Debug for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.load(Ordering::Acquire);
        f.write_str(match state & (HELD | LEFT) {
            0 => "Departure(untold",
            HELD => "Departure(held",
            _ => "Departure(left",
        })?;
        f.write_str(if state & RECALLED == 0 { ")" } else { ", recalled)" })
    }
}

/// The kind of a transport error, which says what is known of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection came about. Nothing left.
    Connect,
    /// The connection could not be made safe: a certificate was refused, the two sides share no version. Nothing left, and
    /// trying again is of no use.
    Tls,
    /// Something else stopped the request before it left.
    NotSent,
    /// No reply in time. The request may have left.
    Timeout,
    /// The connection broke, or the reply was no HTTP. The request may have left.
    Interrupted,
    /// The reply is longer than allowed. The request left.
    BodyTooLarge,
    /// Anything else. The request may have left.
    Other,
}

impl TransportErrorKind {
    /// Returns whether nothing can have left, going by the kind alone.
    pub fn nothing_left(self) -> bool {
        matches!(self, Self::Connect | Self::Tls | Self::NotSent)
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Connect => "no connection could be made",
            Self::Tls => "no safe connection could be made",
            Self::NotSent => "the request could not be sent",
            Self::Timeout => "no reply came in time",
            Self::Interrupted => "the exchange was interrupted",
            Self::BodyTooLarge => "the reply is longer than allowed",
            Self::Other => "the transport failed",
        }
    }
}

/// Why there is no reply. `Display` is one sentence, the same for every transport; what the library below says is the
/// [`source`](StdError::source), which must show no header, body or query.
///
/// ```
/// use incs_client::transport::{TransportError, TransportErrorKind};
///
/// let error = TransportError::new(TransportErrorKind::Connect).with_source(std::io::Error::other("refused"));
/// assert_eq!(error.to_string(), "no connection could be made");
/// assert!(error.kind().nothing_left());
/// ```
#[derive(Debug, Clone)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error without a cause.
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Names the cause. It must show no header, body or query.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Returns the kind, which says what is known of the request.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.sentence())
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

impl From<TransportErrorKind> for TransportError {
    fn from(kind: TransportErrorKind) -> Self {
        Self::new(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(steps: &str) -> Departure {
        let departure = Departure::default();
        for step in steps.chars() {
            match step {
                'h' => departure.hold(),
                'l' => drop(departure.leave()),
                _ => drop(departure.recall()),
            }
        }
        departure
    }

    #[test]
    fn the_first_of_leaving_and_being_recalled_wins() {
        for (steps, shown, may_have_left) in [
            ("", "Departure(untold)", true),
            ("h", "Departure(held)", false),
            ("hl", "Departure(left)", true),
            ("l", "Departure(left)", true),
            ("lh", "Departure(left)", true),
            ("r", "Departure(untold, recalled)", true),
            ("rl", "Departure(untold, recalled)", true),
            ("rh", "Departure(untold, recalled)", true),
            ("hr", "Departure(held, recalled)", false),
            ("hrl", "Departure(held, recalled)", false),
            ("hlr", "Departure(left)", true),
            ("lr", "Departure(left)", true),
        ] {
            let departure = after(steps);
            assert_eq!(
                (format!("{departure:?}").as_str(), departure.may_have_left()),
                (shown, may_have_left),
                "{steps}"
            );
            assert_eq!(
                departure.has_left(),
                steps.find('l') < steps.find('r').or(Some(9)) && steps.contains('l'),
                "{steps}"
            );
        }
    }

    #[test]
    fn of_many_that_try_at_once_one_wins() {
        for _ in 0..200 {
            let departure = after("h");
            let (left, recalled) = std::thread::scope(|scope| {
                let left = scope.spawn(|| departure.leave());
                let recalled = scope.spawn(|| departure.recall());
                (left.join().unwrap(), recalled.join().unwrap())
            });
            assert_ne!(left, recalled);
        }
    }
}
