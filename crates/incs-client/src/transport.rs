//! Transports: what carries a request to the platform and brings the reply back.

mod call_info;
mod departure;
mod error;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

pub use self::call_info::{CallInfo, RESPONSE_LIMIT, Replay};
pub use self::departure::Departure;
pub use self::error::{TransportError, TransportErrorKind};

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
/// The crate `incs-client-contract` has a suite that checks any transport against these. A transport that hands requests to another
/// task must also see what [`Departure`] says of that.
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
    /// When there is no reply. The kind says what is known of the request.
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
