//! The transport over the pooled client of hyper-util.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use http::Uri;
#[cfg(feature = "hyper-rustls")]
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_service::Service;

use super::body::{Exchange, OutgoingBody, collect, outgoing};
use super::connect::{Connections, check_target, connect_kind};
use super::pool::Pool;
use super::proxy::{Proxies, Route};
use super::setup::SetupError;
#[cfg(feature = "hyper-rustls")]
use super::tls;
use crate::transport::{ReplyConnection, Request, Response, Transport, TransportError, TransportErrorKind};

/// The feature to switch on for https, when it is off.
const TLS_FEATURE: Option<&str> = if cfg!(feature = "hyper-rustls") { None } else { Some("hyper-rustls") };

/// A transport over the pooled client of hyper-util: HTTP/1.1, and https with the feature `hyper-rustls`.
///
/// It keeps connections open for a short while and reuses them. It follows no redirect, repeats nothing, and needs a tokio
/// runtime. It uses no proxy unless [one is set](HyperTransportBuilder::proxy), whatever the environment says. A clone shares the
/// connections.
///
/// Its errors: no address, no connection, a proxy that refused or a handshake that stalled is `Connect`; a certificate or a handshake that
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
    pool: Arc<Pool<Client<Connector, OutgoingBody>>>,
    connections: Connections,
    connector: Connector,
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

    fn client(&self) -> Client<Connector, OutgoingBody> {
        Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(self.connections.idle_timeout)
            .pool_max_idle_per_host(self.connections.max_idle_per_host)
            // The client decides whether to retry, since it counts the attempts and knows what is at stake.
            .retry_canceled_requests(false)
            .build(self.connector.clone())
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
        let (mut request, exchange) = outgoing(request)?;
        // The connections speak nothing else, and hyper-util would refuse a request that asks for it.
        *request.version_mut() = http::Version::HTTP_11;
        let Ok(client) = self.pool.lease(|| Ok::<_, Infallible>(self.client()));
        let reply = client.request(request).await.map_err(|error| {
            client.allow_reuse();
            failed(error, &exchange)
        })?;
        exchange.answered(reply.status())?;
        let (mut head, body) = reply.into_parts();
        let broken = |error| TransportError::new(TransportErrorKind::Interrupted).with_source(error);
        let body = collect(body, exchange.limit, broken).await?;
        client.allow_reuse();
        head.extensions.insert(ReplyConnection::new(move || client.discard()));
        Ok(Response::from_parts(head, body))
    }
}

/// The settings of a [`HyperTransport`].
#[derive(Clone, Default)]
#[must_use]
pub struct HyperTransportBuilder {
    connections: Connections,
    proxies: Proxies,
    #[cfg(feature = "hyper-rustls")]
    extra_roots: tls::ExtraRoots,
    #[cfg(feature = "hyper-rustls")]
    rustls_config: Option<rustls::ClientConfig>,
}

impl HyperTransportBuilder {
    /// Sets how long making a connection may take, the proxy and the handshakes of TLS included. 5 seconds unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connections.connect_timeout = limit;
        self
    }

    /// Sets how long an unused connection is kept. 15 seconds unless set.
    ///
    /// Short on purpose: if a server closes a connection just as a message is written, it is unknown whether the message was
    /// accepted. Keep it below the server's own limit.
    pub fn pool_idle_timeout(mut self, limit: Duration) -> Self {
        self.connections.idle_timeout = limit;
        self
    }

    /// Sets how many unused connections to one host are kept. No limit unless set; 0 keeps none.
    pub fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
        self.connections.max_idle_per_host = connections;
        self
    }

    /// Sets the proxy for all requests: `http://host:port`, or `https://host:port` with the feature `hyper-rustls`. The URL may hold
    /// the proxy's credentials, `http://user:password@host:port`, percent-encoded. No proxy unless set.
    ///
    /// Every target, plain http included, is reached through a tunnel (`CONNECT host:port`), so the proxy must allow tunnels to the
    /// target's port. The credentials go to the proxy alone, as `Proxy-Authorization`. The proxy sees the host and the port of an
    /// https request and nothing else. TLS to an https proxy has the settings of TLS to the target. When the proxy refuses the
    /// tunnel, nothing was sent.
    ///
    /// A later call of this or of [`proxy_from_env`](Self::proxy_from_env) replaces the proxy.
    ///
    /// ```
    /// # fn main() -> Result<(), incs_client::backend::SetupError> {
    /// use incs_client::backend::HyperTransport;
    ///
    /// let transport = HyperTransport::builder().proxy("http://user:password@proxy.example:3128")?.build();
    /// # let _ = transport;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails when the URL cannot be used. The error does not show it.
    pub fn proxy(mut self, url: impl AsRef<str>) -> Result<Self, SetupError> {
        self.proxies = Proxies::all(url.as_ref())?;
        Ok(self)
    }

    /// Uses the proxies that the environment names, read now: `HTTPS_PROXY` for https targets, `HTTP_PROXY` for http targets,
    /// `ALL_PROXY` for both when theirs is not set, and none for the targets in `NO_PROXY`. The names in lower case are read too.
    ///
    /// The rules are the same as in reqwest and curl: `NO_PROXY` is a list with commas of domains (subdomains included), IP addresses,
    /// networks like `10.0.0.0/8`, and `*`. A value that is no URL counts as not set, and with `REQUEST_METHOD` in the
    /// environment (CGI) no proxy is used. With a proxy of another scheme than http and https, such as SOCKS, every connection fails.
    pub fn proxy_from_env(mut self) -> Self {
        self.proxies = Proxies::from_env();
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
        let connections = self.connections;
        HyperTransport { pool: Pool::new(&connections), connections, connector: self.connector() }
    }

    #[cfg(not(feature = "hyper-rustls"))]
    fn connector(self) -> Connector {
        let limit = self.connections.connect_timeout;
        Connector { inner: Ok(Route::new(self.proxies, tcp(limit))), limit }
    }

    #[cfg(feature = "hyper-rustls")]
    fn connector(self) -> Connector {
        let limit = self.connections.connect_timeout;
        let config = match self.rustls_config {
            Some(config) => Ok(tls::http1_only(config)),
            // It cannot fail with ring; should it do so one day, every call says why.
            None => tls::rustls_config(&self.extra_roots).map_err(SetupRefused),
        };
        let inner = config.map(Arc::new).map(|config| {
            let route = Route::new(self.proxies, (tcp(limit), Arc::clone(&config)).into());
            (route, config).into()
        });
        Connector { inner, limit }
    }
}

impl fmt::Debug for HyperTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransportBuilder").field("connections", &self.connections).finish_non_exhaustive()
    }
}

fn failed(error: Error, exchange: &Exchange) -> TransportError {
    let recalled = exchange.revoke();
    let kind = if error.is_connect() {
        connect_kind(&error)
    } else if recalled || unsent(&error) {
        TransportErrorKind::NotSent
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind).with_source(error)
}

/// Returns whether hyper returned the request without having started it. For a request without a body this is the only evidence.
fn unsent(error: &Error) -> bool {
    error.source().and_then(|cause| cause.downcast_ref::<hyper::Error>()).is_some_and(hyper::Error::is_canceled)
}

type BoxError = Box<dyn StdError + Send + Sync>;

/// Makes connections over TCP or through a proxy, and over TLS when https is on.
#[cfg(feature = "hyper-rustls")]
type Unlimited = HttpsConnector<Route<HttpsConnector<HttpConnector>>>;

#[cfg(not(feature = "hyper-rustls"))]
type Unlimited = Route<HttpConnector>;

/// Limits the time until a connection can be used: the address, TCP, the proxy, and the handshakes of TLS, which the connector for
/// TCP knows nothing of.
#[derive(Clone)]
struct Connector {
    inner: Result<Unlimited, SetupRefused>,
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
    type Response = <Unlimited as Service<Uri>>::Response;
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
