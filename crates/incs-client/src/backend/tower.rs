//! The transport over a `tower::Service`.

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;

use async_trait::async_trait;
use http_body::Body;
use tower_service::Service;

use super::body::{OutgoingBody, collect, outgoing};
use crate::transport::{Request, Response, Transport, TransportError, TransportErrorKind};

type BoxError = Box<dyn StdError + Send + Sync>;

/// A transport over any `tower::Service` with requests and replies of `http`.
///
/// The service must fulfil the contract of a [`Transport`], so it must not contain layers that follow redirects or retry. This
/// wrapper polls the service for readiness before each call, reads replies up to the limit, and knows when the body is sent, so
/// that an earlier error is `NotSent`. Any other error is `Other`, which may have sent the request, unless a
/// [classifier](Self::with_classifier) is more exact. The error itself is dropped, since it may show secrets: see
/// [`with_causes`](Self::with_causes).
///
/// The [`CallInfo`](crate::transport::CallInfo) stays in the extensions of the request, and the extensions of the reply are kept:
/// a service with a connection pool inserts a [`ReplyConnection`](crate::transport::ReplyConnection) there.
///
/// ```
/// use std::convert::Infallible;
/// use std::future::{Ready, ready};
/// use std::task::{Context, Poll};
///
/// use http::{Request, Response};
/// use incs_client::backend::{OutgoingBody, TowerTransport};
///
/// #[derive(Clone)]
/// struct Echo;
///
/// impl tower_service::Service<Request<OutgoingBody>> for Echo {
///     type Response = Response<OutgoingBody>;
///     type Error = Infallible;
///     type Future = Ready<Result<Self::Response, Infallible>>;
///
///     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
///         Poll::Ready(Ok(()))
///     }
///
///     fn call(&mut self, request: Request<OutgoingBody>) -> Self::Future {
///         ready(Ok(Response::new(request.into_body())))
///     }
/// }
///
/// let transport = TowerTransport::new(Echo);
/// # let _: &dyn incs_client::transport::Transport = &transport;
/// ```
#[derive(Clone)]
pub struct TowerTransport<S> {
    service: S,
    classifier: fn(&(dyn StdError + 'static)) -> TransportErrorKind,
    causes: bool,
}

impl<S> TowerTransport<S> {
    /// Creates a transport over a service.
    pub fn new(service: S) -> Self {
        Self { service, classifier: |_| TransportErrorKind::Other, causes: false }
    }

    /// Sets the function that returns the kind of a service error.
    ///
    /// It must be certain when it returns `Connect` or `NotSent`, since such a request is retried, and when it returns `Tls`. If
    /// the body was never sent and it returns none of these, the error is `NotSent`.
    #[must_use]
    pub fn with_classifier(mut self, classifier: fn(&(dyn StdError + 'static)) -> TransportErrorKind) -> Self {
        self.classifier = classifier;
        self
    }

    /// Keeps the errors of the service as causes. They must show no header, body or query.
    #[must_use]
    pub fn with_causes(mut self) -> Self {
        self.causes = true;
        self
    }

    fn error(&self, kind: TransportErrorKind, cause: BoxError) -> TransportError {
        let error = TransportError::new(kind);
        if self.causes { error.with_source(cause) } else { error }
    }
}

impl<S> fmt::Debug for TowerTransport<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TowerTransport").field("causes", &self.causes).finish_non_exhaustive()
    }
}

#[async_trait]
impl<S, B> Transport for TowerTransport<S>
where
    S: Service<http::Request<OutgoingBody>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError> + Send,
    S::Future: Send,
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<BoxError> + Send,
{
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let (request, exchange) = outgoing(request)?;
        // Call the same clone that was polled: readiness is not shared.
        let mut service = self.service.clone();
        if let Err(error) = poll_fn(|cx| service.poll_ready(cx)).await {
            return Err(self.error(TransportErrorKind::NotSent, error.into()));
        }
        let reply = service.call(request).await.map_err(|error| {
            let revoked = exchange.revoke();
            let error = error.into();
            let kind = (self.classifier)(&*error);
            let kind = if revoked && !kind.proves_not_sent() { TransportErrorKind::NotSent } else { kind };
            self.error(kind, error)
        })?;
        exchange.answered(reply.status())?;
        let (head, body) = reply.into_parts();
        let broken = |error: B::Error| self.error(TransportErrorKind::Interrupted, error.into());
        let body = collect(body, exchange.limit, broken).await?;
        Ok(Response::from_parts(head, body))
    }
}
