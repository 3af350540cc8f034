//! Makes connections, within a limit of time.

use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use tower_service::Service;

type BoxError = Box<dyn StdError + Send + Sync>;

/// What makes connections when https is on.
#[cfg(feature = "hyper-rustls")]
pub(super) type Plain = hyper_rustls::HttpsConnector<HttpConnector>;

/// What makes connections when https is off.
#[cfg(not(feature = "hyper-rustls"))]
pub(super) type Plain = HttpConnector;

/// What makes the connections of the transport.
pub(super) type Connector = Limited<Plain>;

/// Limits the time until a connection can be used: the address, TCP, and the handshake of TLS, which the connector for TCP
/// knows nothing of.
#[derive(Debug, Clone)]
pub(super) struct Limited<C> {
    inner: Result<C, SetupRefused>,
    limit: Duration,
}

/// TLS could not be set up.
#[derive(Debug, Clone, thiserror::Error)]
#[error("TLS could not be set up")]
pub(super) struct SetupRefused(
    #[cfg(feature = "hyper-rustls")]
    #[source]
    pub(super) rustls::Error,
);

impl<C> Limited<C> {
    pub(super) fn new(inner: Result<C, SetupRefused>, limit: Duration) -> Self {
        Self { inner, limit }
    }
}

/// Makes connections over TCP.
pub(super) fn tcp(limit: Duration) -> HttpConnector {
    let mut tcp = HttpConnector::new();
    // A request is written at once and then waited for; holding its tail back would only add a delay.
    tcp.set_nodelay(true);
    // Shared out among the addresses of a host, so that one dead address leaves time for the next.
    tcp.set_connect_timeout(Some(limit));
    #[cfg(feature = "hyper-rustls")]
    tcp.enforce_http(false);
    tcp
}

impl<C> Service<Uri> for Limited<C>
where
    C: Service<Uri, Error: Into<BoxError>, Future: Send + 'static>,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match &mut self.inner {
            Ok(inner) => inner.poll_ready(cx).map_err(Into::into),
            Err(_) => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = match &mut self.inner {
            Ok(inner) => inner.call(uri),
            Err(refused) => {
                let refused = refused.clone();
                return Box::pin(async move { Err(refused.into()) });
            }
        };
        let limit = self.limit;
        Box::pin(async move {
            match tokio::time::timeout(limit, connecting).await {
                Ok(connected) => connected.map_err(Into::into),
                Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no connection within the limit").into()),
            }
        })
    }
}
