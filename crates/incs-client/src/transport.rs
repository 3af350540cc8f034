//! Transports carry a request to the platform and return the reply.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use incs_model::Channel;

/// A request to a transport: absolute URI, all headers, complete body, and a [`CallInfo`] among the extensions.
pub type Request = http::Request<Bytes>;

/// A reply of a transport: any status, all headers, complete body.
pub type Response = http::Response<Bytes>;

/// Carries one request to the platform and returns one reply.
///
/// The trait has one method over the types of `http`, so that an HTTP library, a queue or a test double fits without adapters. A
/// wrapper is a transport that contains a transport.
///
/// # Contract
///
/// - A reply with **any** status is `Ok`. Redirects are not followed.
/// - One call is **one** exchange: nothing is retried unless no byte was sent before.
/// - The body and the headers are sent unchanged.
/// - A reply body longer than [`CallInfo::response_limit`] is [`TransportErrorKind::ReplyTooLarge`]; the rest is not read.
/// - Dropping the future ends the exchange; a request that was not sent by then is never sent.
/// - The kind of an error is correct about the request: see [`TransportErrorKind`].
/// - No error shows a header, a body or a query, in its own text or in that of a cause.
/// - A reply over a reusable connection has a [`ReplyConnection`] among its extensions. This is a recommendation: without it the
///   result of this call stays correct, but a server that replies twice can affect the next call.
///
/// The crate `incs-client-contract` has a test suite for this contract. A transport that passes requests to another task must
/// also use the [`SendGate`].
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use async_trait::async_trait;
/// use incs_client::transport::{Request, Response, Transport, TransportError};
///
/// /// Replies to everything itself.
/// struct Canned;
///
/// #[async_trait]
/// impl Transport for Canned {
///     async fn call(&self, _: Request) -> Result<Response, TransportError> {
///         Ok(Response::new(r#"{"status":"success","code":200,"data":{"msg_id":"7b1e52c4"}}"#.into()))
///     }
/// }
///
/// /// Counts the exchanges of another transport.
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
    /// Fails when there is no reply. The kind says whether the request was sent.
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

/// The idempotency class of a request, which decides whether it is retried when its state is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// Repeating it has no further effect: a read, a deletion.
    Idempotent,
    /// Repeating it may have a second effect: a send, a creation. It is retried only when the first attempt is known to have had
    /// no effect.
    NonIdempotent,
}

/// Information about a call for its transport, in the extensions of the request.
///
/// ```
/// use incs_client::transport::{CallInfo, Idempotency};
///
/// let request = http::Request::new(bytes::Bytes::new());
/// let info = CallInfo::of(&request);
/// assert_eq!((info.operation(), info.idempotency(), info.attempt()), ("call", Idempotency::NonIdempotent, 1));
/// ```
#[derive(Debug, Clone)]
pub struct CallInfo {
    operation: &'static str,
    channel: Option<Channel>,
    idempotency: Idempotency,
    attempt: u32,
    deadline: Option<Instant>,
    response_limit: usize,
    send_gate: SendGate,
}

/// The default limit of a reply body in bytes: 4 MiB. The longest documented reply, 100 templates, is far below.
pub const RESPONSE_LIMIT: usize = 4 * 1024 * 1024;

impl CallInfo {
    /// Creates the information for a first attempt without a deadline.
    pub fn new(operation: &'static str, idempotency: Idempotency) -> Self {
        Self {
            operation,
            channel: None,
            idempotency,
            attempt: 1,
            deadline: None,
            response_limit: RESPONSE_LIMIT,
            send_gate: SendGate::default(),
        }
    }

    /// Returns the `CallInfo` of a request, or a cautious default if it has none.
    pub fn of<B>(request: &http::Request<B>) -> Self {
        request.extensions().get().cloned().unwrap_or_else(|| Self::new("call", Idempotency::NonIdempotent))
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

    /// Sets the limit of the reply body in bytes.
    #[must_use]
    pub fn with_response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Returns the name of the endpoint, like `send_whatsapp_message`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the channel, if the endpoint belongs to one.
    pub fn channel(&self) -> Option<&Channel> {
        self.channel.as_ref()
    }

    /// Returns the idempotency class. A transport never retries by itself.
    pub fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    /// Returns the number of the attempt, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns the deadline of this attempt. The client drops the exchange then; a transport need not watch it.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Returns the limit of the reply body in bytes.
    pub fn response_limit(&self) -> usize {
        self.response_limit
    }

    /// Returns the gate by which the transport reports whether the request was sent.
    pub fn send_gate(&self) -> &SendGate {
        &self.send_gate
    }
}

/// The connection of a reply, in the extensions of the reply.
///
/// The client discards the connection when its reply belongs to another request: the server replied to a request twice, and every
/// further reply on the connection would be attributed to the next request. A wrapper that returns the reply of the inner
/// transport with its extensions has nothing to do.
///
/// The client drops the reply after checking it. A transport that releases the connection only then, through a value owned by the
/// function, keeps a second reply from another call while the first one is being checked; the transports of this crate do.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicBool, Ordering};
///
/// use incs_client::transport::{ReplyConnection, Response};
///
/// let usable = Arc::new(AtomicBool::new(true));
/// let mut reply = Response::default();
/// let connection = Arc::clone(&usable);
/// reply.extensions_mut().insert(ReplyConnection::new(move || connection.store(false, Ordering::Relaxed)));
///
/// // The client does this with an untrusted reply:
/// if let Some(connection) = reply.extensions().get::<ReplyConnection>() {
///     connection.discard();
/// }
/// assert!(!usable.load(Ordering::Relaxed));
/// ```
#[derive(Clone)]
pub struct ReplyConnection(Arc<dyn Fn() + Send + Sync>);

impl ReplyConnection {
    /// Creates a connection from the function that prevents its reuse. The function must not block.
    pub fn new(discard: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(discard))
    }

    /// Prevents the reuse of the connection.
    pub fn discard(&self) {
        (self.0)();
    }
}

impl fmt::Debug for ReplyConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplyConnection(..)")
    }
}

/// The transport reports, and nothing was sent so far.
const ARMED: u8 = 1;
/// The request was sent, or is about to be.
const COMMITTED: u8 = 2;
/// The request must not be sent any more.
const REVOKED: u8 = 4;

/// Records whether a complete request may have reached the server, even after the exchange was dropped.
///
/// A reporting transport calls [`arm`](Self::arm) when it accepts a request and [`commit`](Self::commit) just before it passes
/// the first byte of the *body* to the network; without its body a request is incomplete, so the server cannot have processed it.
/// A timeout during the connection setup is then known to have sent nothing. A transport that calls neither counts as having sent
/// the request at once, which is always safe.
///
/// The client [revokes](Self::revoke) the request of an abandoned call, and exactly one of commit and revoke succeeds. So a
/// transport that passes the request to another task, or to a connection that may accept it late, calls [`commit`](Self::commit)
/// there, and sends nothing if that returns false.
///
/// ```
/// use incs_client::transport::SendGate;
///
/// let send_gate = SendGate::default();
/// assert!(send_gate.maybe_sent()); // the transport did not report
/// send_gate.arm();
/// assert!(!send_gate.maybe_sent());
/// assert!(send_gate.commit());
/// send_gate.arm(); // a commit cannot be undone
/// assert!(send_gate.maybe_sent() && !send_gate.revoke());
///
/// let send_gate = SendGate::default();
/// send_gate.arm();
/// assert!(send_gate.revoke()); // nothing was sent
/// assert!(!send_gate.commit()); // and nothing will be
/// ```
#[derive(Clone, Default)]
pub struct SendGate(Arc<AtomicU8>);

impl SendGate {
    /// Arms the gate: until [`commit`](Self::commit) the request counts as not sent. The caller guarantees that `commit` is
    /// called before the request is sent, by itself or by the inner transport.
    pub fn arm(&self) {
        let _ = self.0.compare_exchange(0, ARMED, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Commits the request, which cannot be undone. Returns `false` if it was revoked and must not be sent.
    #[must_use = "a revoked request must not be sent"]
    pub fn commit(&self) -> bool {
        let commit = |state| if state & REVOKED == 0 { Some(state | COMMITTED) } else { None };
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, commit).is_ok()
    }

    /// Revokes the request, unless it was committed. Returns whether it is known that nothing was sent; `false` if the gate was
    /// never armed.
    pub fn revoke(&self) -> bool {
        let revoke = |state| if state & COMMITTED == 0 { Some(state | REVOKED) } else { None };
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, revoke).is_ok_and(|before| before & ARMED != 0)
    }

    /// Returns whether a complete request may have reached the server. Until it is [revoked](Self::revoke) it may still be sent.
    pub fn maybe_sent(&self) -> bool {
        self.0.load(Ordering::Acquire) & (ARMED | COMMITTED) != ARMED
    }

    /// Returns whether a transport committed the request.
    pub(crate) fn is_committed(&self) -> bool {
        self.0.load(Ordering::Acquire) & COMMITTED != 0
    }
}

impl fmt::Debug for SendGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.load(Ordering::Acquire);
        f.write_str(match state & (ARMED | COMMITTED) {
            0 => "SendGate(unused",
            ARMED => "SendGate(armed",
            _ => "SendGate(committed",
        })?;
        f.write_str(if state & REVOKED == 0 { ")" } else { ", revoked)" })
    }
}

/// The kind of a transport error, which says whether the request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was established. Nothing was sent.
    Connect,
    /// The TLS handshake failed: a certificate was refused, or both sides share no version. Nothing was sent, and a retry is
    /// useless.
    Tls,
    /// Something else stopped the request. Nothing was sent.
    NotSent,
    /// No reply in time. The request may have been sent.
    Timeout,
    /// The connection was lost, or the reply was not HTTP. The request may have been sent.
    Interrupted,
    /// The reply is longer than allowed. The request was sent.
    ReplyTooLarge,
    /// Any other error. The request may have been sent.
    Other,
}

impl TransportErrorKind {
    /// Returns whether the kind alone proves that nothing was sent.
    pub fn proves_not_sent(self) -> bool {
        matches!(self, Self::Connect | Self::Tls | Self::NotSent)
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Connect => "no connection could be made",
            Self::Tls => "the TLS handshake failed",
            Self::NotSent => "the request could not be sent",
            Self::Timeout => "no reply came in time",
            Self::Interrupted => "the connection was lost",
            Self::ReplyTooLarge => "the reply is longer than allowed",
            Self::Other => "the transport failed",
        }
    }
}

/// An error without a reply. `Display` is one sentence, the same for every transport; the error of the library is the
/// [`source`](StdError::source), which must show no header, body or query.
///
/// ```
/// use incs_client::transport::{TransportError, TransportErrorKind};
///
/// let error = TransportError::new(TransportErrorKind::Connect).with_source(std::io::Error::other("refused"));
/// assert_eq!(error.to_string(), "no connection could be made");
/// assert!(error.kind().proves_not_sent());
/// ```
#[derive(Debug, Clone)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// Creates an error without a cause.
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Sets the cause. It must show no header, body or query.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Returns the kind, which says whether the request was sent.
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

    fn after(steps: &str) -> SendGate {
        let send_gate = SendGate::default();
        for step in steps.chars() {
            match step {
                'a' => send_gate.arm(),
                'c' => drop(send_gate.commit()),
                _ => drop(send_gate.revoke()),
            }
        }
        send_gate
    }

    #[test]
    fn first_of_commit_and_revoke_wins() {
        for (steps, shown, maybe_sent) in [
            ("", "SendGate(unused)", true),
            ("a", "SendGate(armed)", false),
            ("ac", "SendGate(committed)", true),
            ("c", "SendGate(committed)", true),
            ("ca", "SendGate(committed)", true),
            ("r", "SendGate(unused, revoked)", true),
            ("rc", "SendGate(unused, revoked)", true),
            ("ra", "SendGate(unused, revoked)", true),
            ("ar", "SendGate(armed, revoked)", false),
            ("arc", "SendGate(armed, revoked)", false),
            ("acr", "SendGate(committed)", true),
            ("cr", "SendGate(committed)", true),
        ] {
            let send_gate = after(steps);
            assert_eq!((format!("{send_gate:?}").as_str(), send_gate.maybe_sent()), (shown, maybe_sent), "{steps}");
            assert_eq!(
                send_gate.is_committed(),
                steps.find('c') < steps.find('r').or(Some(9)) && steps.contains('c'),
                "{steps}"
            );
        }
    }

    #[test]
    fn one_of_many_concurrent_callers_wins() {
        for _ in 0..200 {
            let send_gate = after("a");
            let (committed, revoked) = std::thread::scope(|scope| {
                let committed = scope.spawn(|| send_gate.commit());
                let revoked = scope.spawn(|| send_gate.revoke());
                (committed.join().unwrap(), revoked.join().unwrap())
            });
            assert_ne!(committed, revoked);
        }
    }
}
