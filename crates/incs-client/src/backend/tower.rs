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

/// A transport over any `tower::Service` from requests to replies of `http`.
///
/// The promises of a [`Transport`] are then for the service to hold: layers that follow redirects or send again must not be
/// among it. What is held here: the service is asked whether it is ready before each call, replies are read up to the limit, and
/// the body tells when it leaves, so that an error before it does is `NotSent`. Any other error is `Other`, which may have
/// left, unless a [classifier](Self::with_classifier) knows better. The error itself is dropped, for nobody here knows what it
/// shows: see [`with_causes`](Self::with_causes).
///
/// The [`CallInfo`](crate::transport::CallInfo) stays among the extensions of the request.
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
    /// One over the service.
    pub fn new(service: S) -> Self {
        Self { service, classifier: |_| TransportErrorKind::Other, causes: false }
    }

    /// Sets what tells the kind of an error of the service.
    ///
    /// It must be sure when it says `Connect`, `Tls` or `NotSent`: such a request is made again. When the body never left, and
    /// it says none of these, the error is `NotSent`.
    #[must_use]
    pub fn with_classifier(mut self, classifier: fn(&(dyn StdError + 'static)) -> TransportErrorKind) -> Self {
        self.classifier = classifier;
        self
    }

    /// Keeps the errors of the service as causes of ours. They must show no header, body or query.
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
        let (request, ticket) = outgoing(request)?;
        // The clone that was asked is the clone that is called: readiness is not shared.
        let mut service = self.service.clone();
        if let Err(error) = poll_fn(|cx| service.poll_ready(cx)).await {
            return Err(self.error(TransportErrorKind::NotSent, error.into()));
        }
        let reply = service.call(request).await.map_err(|error| {
            let recalled = ticket.recall();
            let error = error.into();
            let kind = (self.classifier)(&*error);
            let kind = if recalled && !kind.nothing_left() { TransportErrorKind::NotSent } else { kind };
            self.error(kind, error)
        })?;
        ticket.answered();
        let (head, body) = reply.into_parts();
        let broken = |error: B::Error| self.error(TransportErrorKind::Interrupted, error.into());
        let body = collect(body, ticket.limit, broken).await?;
        Ok(Response::from_parts(head, body))
    }
}
