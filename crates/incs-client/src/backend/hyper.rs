//! The transport over the pooled client of hyper-util.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_service::Service;

use super::body::{OutgoingBody, Ticket, collect, outgoing};
#[cfg(feature = "hyper-rustls")]
use super::connect::SetupError;
use super::connect::{Connections, check_target, connect_kind};
#[cfg(feature = "hyper-rustls")]
use super::tls;
use crate::transport::{Request, Response, Transport, TransportError, TransportErrorKind};

/// The feature to switch on for https, when it is off.
const TLS_FEATURE: Option<&str> = if cfg!(feature = "hyper-rustls") { None } else { Some("hyper-rustls") };

/// A transport over the pooled client of hyper-util: HTTP/1.1, and https with the feature `hyper-rustls`.
///
/// It keeps connections open for a short while and reuses them. It follows no redirect, repeats nothing, uses no proxy, and
/// needs a tokio runtime. A clone shares the connections.
///
/// Its errors: no address, no connection or a handshake that stalled is `Connect`; a certificate or a handshake that
/// was refused is `Tls`; a kept connection that turned out dead before anything was written is `NotSent`; whatever happens
/// after the body left is `Interrupted`. It sets no limit on the time a reply may take: the client does.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::time::Duration;
///
/// use incs_client::backend::HyperTransport;
///
/// let transport = HyperTransport::builder().connect_timeout(Duration::from_secs(2)).build();
/// # let _ = transport;
/// # }
/// ```
#[derive(Clone)]
pub struct HyperTransport {
    client: Client<Connector, OutgoingBody>,
}

impl HyperTransport {
    /// One with the default settings.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Settings, to be changed.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::default()
    }
}

impl Default for HyperTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for HyperTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        check_target(request.uri(), TLS_FEATURE)?;
        let (mut request, ticket) = outgoing(request)?;
        // The connections speak nothing else, and hyper-util would refuse a request that asks for it.
        *request.version_mut() = http::Version::HTTP_11;
        let reply = self.client.request(request).await.map_err(|error| failed(error, &ticket))?;
        ticket.answered();
        let (head, body) = reply.into_parts();
        let broken = |error| TransportError::new(TransportErrorKind::Interrupted).with_source(error);
        let body = collect(body, ticket.limit, broken).await?;
        Ok(Response::from_parts(head, body))
    }
}

/// The settings of a [`HyperTransport`].
#[derive(Clone, Default)]
#[must_use]
pub struct HyperTransportBuilder {
    connections: Connections,
    #[cfg(feature = "hyper-rustls")]
    extra_roots: tls::ExtraRoots,
    #[cfg(feature = "hyper-rustls")]
    rustls_config: Option<rustls::ClientConfig>,
}

impl HyperTransportBuilder {
    /// Sets how long making a connection may take, the handshake of TLS included. 5 seconds unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connections.connect_timeout = limit;
        self
    }

    /// Sets how long an unused connection is kept. 15 seconds unless set.
    ///
    /// Short on purpose: a server that closes a connection just as a message is written on it leaves nobody knowing whether the
    /// message was taken. Keep it below the server's own limit.
    pub fn pool_idle_timeout(mut self, limit: Duration) -> Self {
        self.connections.idle_timeout = limit;
        self
    }

    /// Sets how many unused connections to one host are kept. No limit unless set; 0 keeps none.
    pub fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
        self.connections.max_idle_per_host = connections;
        self
    }

    /// Trusts the root certificate besides Mozilla's roots, in DER.
    ///
    /// # Errors
    ///
    /// Fails when the bytes are not a certificate.
    #[cfg(feature = "hyper-rustls")]
    pub fn root_certificate_der(mut self, der: &[u8]) -> Result<Self, SetupError> {
        self.extra_roots.add_der(der)?;
        Ok(self)
    }

    /// Trusts the root certificates besides Mozilla's roots, in PEM, one or more.
    ///
    /// # Errors
    ///
    /// Fails when the text is broken, or holds no certificate.
    #[cfg(feature = "hyper-rustls")]
    pub fn root_certificates_pem(mut self, pem: &[u8]) -> Result<Self, SetupError> {
        self.extra_roots.add_pem(pem)?;
        Ok(self)
    }

    /// Sets the whole of TLS: roots, cryptography, certificates of the client. Roots that were added here do not count then.
    ///
    /// Which protocols are offered (ALPN) is set to HTTP/1.1.
    #[cfg(feature = "hyper-rustls")]
    pub fn rustls_config(mut self, config: rustls::ClientConfig) -> Self {
        self.rustls_config = Some(config);
        self
    }

    /// The transport.
    pub fn build(self) -> HyperTransport {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(self.connections.idle_timeout)
            .pool_max_idle_per_host(self.connections.max_idle_per_host)
            // Whether to try again is for the client to say, who counts the tries and knows what is at stake.
            .retry_canceled_requests(false)
            .build(self.connector());
        HyperTransport { client }
    }

    #[cfg(not(feature = "hyper-rustls"))]
    fn connector(self) -> Connector {
        Connector { inner: Ok(tcp(self.connections.connect_timeout)), limit: self.connections.connect_timeout }
    }

    #[cfg(feature = "hyper-rustls")]
    fn connector(self) -> Connector {
        let config = match self.rustls_config {
            Some(config) => Ok(tls::http1_only(config)),
            // It cannot fail with ring; should it do so one day, every call says why.
            None => tls::rustls_config(&self.extra_roots).map_err(SetupRefused),
        };
        let inner = config.map(|config| (tcp(self.connections.connect_timeout), config).into());
        Connector { inner, limit: self.connections.connect_timeout }
    }
}

impl fmt::Debug for HyperTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransportBuilder").field("connections", &self.connections).finish_non_exhaustive()
    }
}

fn failed(error: Error, ticket: &Ticket) -> TransportError {
    let recalled = ticket.recall();
    let kind = if error.is_connect() {
        connect_kind(&error)
    } else if recalled || unsent(&error) {
        TransportErrorKind::NotSent
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind).with_source(error)
}

/// Returns whether hyper gave the request back without having begun it. For a request without a body nothing else tells.
fn unsent(error: &Error) -> bool {
    error.source().and_then(|cause| cause.downcast_ref::<hyper::Error>()).is_some_and(hyper::Error::is_canceled)
}

type BoxError = Box<dyn StdError + Send + Sync>;

/// Makes connections over TCP, and over TLS when https is on.
#[cfg(feature = "hyper-rustls")]
type Plain = hyper_rustls::HttpsConnector<HttpConnector>;

#[cfg(not(feature = "hyper-rustls"))]
type Plain = HttpConnector;

/// Limits the time until a connection can be used: the address, TCP, and the handshake of TLS, which the connector for TCP knows
/// nothing of.
#[derive(Debug, Clone)]
struct Connector {
    inner: Result<Plain, SetupRefused>,
    limit: Duration,
}

/// TLS could not be set up.
#[derive(Debug, Clone, thiserror::Error)]
#[error("TLS could not be set up")]
struct SetupRefused(
    #[cfg(feature = "hyper-rustls")]
    #[source]
    rustls::Error,
);

/// Makes connections over TCP.
fn tcp(limit: Duration) -> HttpConnector {
    let mut tcp = HttpConnector::new();
    // A request is written at once and then waited for; holding its tail back would only add a delay.
    tcp.set_nodelay(true);
    // Shared out among the addresses of a host, so that one dead address leaves time for the next.
    tcp.set_connect_timeout(Some(limit));
    #[cfg(feature = "hyper-rustls")]
    tcp.enforce_http(false);
    tcp
}

impl Service<Uri> for Connector {
    type Response = <Plain as Service<Uri>>::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

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
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, "no connection within the limit");
            let connected = tokio::time::timeout(limit, connecting).await.map_err(late)??;
            Ok(connected)
        })
    }
}
