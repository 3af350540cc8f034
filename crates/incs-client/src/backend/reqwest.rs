//! The transport over reqwest.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Body, ClientBuilder, Url};

use super::body::{Exchange, collect, outgoing};
use super::connect::{Connections, check_target, connect_kind};
use super::pool::Pool;
use super::setup::SetupError;
#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
use super::tls;
use crate::transport::{ReplyConnection, Request, Response, Transport, TransportError, TransportErrorKind};

/// The feature to enable for https, if none is enabled.
const TLS_FEATURE: Option<&str> =
    if cfg!(any(feature = "reqwest-rustls", feature = "reqwest-native-tls")) { None } else { Some("reqwest-rustls") };

/// A transport over reqwest: HTTP/1.1, and https with the feature `reqwest-rustls` or `reqwest-native-tls`.
///
/// It follows no redirect, sends no `Referer`, decompresses nothing, and uses no proxy, not even from the environment, unless
/// [`configure`](ReqwestTransportBuilder::configure) sets one. It needs a tokio runtime. A clone shares the connections.
///
/// Its errors: no address, no connection or a stalled handshake is `Connect`; a refused certificate or handshake is `Tls`; any
/// other error is `NotSent` before the body was sent and `Interrupted` after it, or `Timeout` when the operating system or a
/// limit set with `configure` ended the connection. No error shows the URL.
///
/// Some behaviour of reqwest cannot be disabled:
///
/// - A request without `Accept` gets `Accept: */*`.
/// - It parses the URI by other rules than `http`. When these would change the path, as for `/../`, the request is not sent.
/// - A pooled connection that turns out closed before anything was written is replaced, and the request sent on the new one.
/// - It returns a connection to its pool before the reply was checked. So each reqwest client carries one call at a time, and
///   there are as many clients, with the same settings, as concurrent calls.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), incs_client::backend::SetupError> {
/// use std::time::Duration;
///
/// use incs_client::backend::ReqwestTransport;
///
/// let transport = ReqwestTransport::builder().connect_timeout(Duration::from_secs(2)).build()?;
/// # let _ = transport;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ReqwestTransport {
    pool: Arc<Pool<reqwest::Client>>,
    settings: Arc<Settings>,
}

/// The settings of a reqwest client.
struct Settings {
    changes: Vec<Change>,
    connections: Connections,
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    tls: Tls,
}

/// Prepared TLS settings: roots are read once, not for each client.
#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
enum Tls {
    #[cfg(feature = "reqwest-rustls")]
    Rustls(Box<rustls::ClientConfig>),
    #[cfg(feature = "reqwest-native-tls")]
    Native(native_tls::TlsConnector),
}

impl ReqwestTransport {
    /// Creates a transport with default settings.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be started.
    pub fn new() -> Result<Self, SetupError> {
        Self::builder().build()
    }

    /// Returns a builder with default settings.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::default()
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The reqwest client shows its default headers, which may contain a secret.
        f.debug_struct("ReqwestTransport").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        check_target(request.uri(), TLS_FEATURE)?;
        let url = url(request.uri())?;
        let (request, exchange) = outgoing(request)?;
        let (head, body) = request.into_parts();
        let mut request = reqwest::Request::new(head.method, url);
        *request.headers_mut() = head.headers;
        *request.body_mut() = Some(Body::wrap(body));

        let not_made = |error| TransportError::new(TransportErrorKind::NotSent).with_source(error);
        let client = self.pool.lease(|| self.settings.client()).map_err(not_made)?;
        let reply = client.execute(request).await.map_err(|error| {
            client.allow_reuse();
            failed(error, &exchange)
        })?;
        exchange.answered(reply.status())?;
        let (mut head, body) = http::Response::<Body>::from(reply).into_parts();
        let body = collect(body, exchange.limit, left).await?;
        client.allow_reuse();
        // reqwest puts the URL here, including the query.
        head.extensions.clear();
        head.extensions.insert(ReplyConnection::new(move || client.discard()));
        Ok(Response::from_parts(head, body))
    }
}

/// The settings of a [`ReqwestTransport`].
#[derive(Default)]
#[must_use]
pub struct ReqwestTransportBuilder {
    changes: Vec<Change>,
    connections: Connections,
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    extra_roots: tls::ExtraRoots,
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    library: Library,
}

/// A change of reqwest's own settings.
type Change = Box<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;

/// The TLS library, with its complete settings if they were set.
#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
enum Library {
    #[cfg(feature = "reqwest-rustls")]
    Rustls(Option<Box<rustls::ClientConfig>>),
    #[cfg(feature = "reqwest-native-tls")]
    Native(Option<native_tls::TlsConnector>),
}

#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
impl Default for Library {
    fn default() -> Self {
        #[cfg(feature = "reqwest-rustls")]
        return Self::Rustls(None);
        #[cfg(not(feature = "reqwest-rustls"))]
        return Self::Native(None);
    }
}

impl ReqwestTransportBuilder {
    /// Sets the time limit for establishing a connection, TLS handshake included. 5 seconds unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connections.connect_timeout = limit;
        self
    }

    /// Sets how long an idle connection is kept. 15 seconds unless set.
    ///
    /// Short on purpose: when a server closes a connection just as a message is written, it is unknown whether the message was
    /// accepted. Keep it below the server's own limit.
    pub fn pool_idle_timeout(mut self, limit: Duration) -> Self {
        self.connections.idle_timeout = limit;
        self
    }

    /// Sets the number of idle connections to keep for each host. No limit unless set; 0 keeps none.
    pub fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
        self.connections.max_idle_per_host = connections;
        self
    }

    /// Trusts an additional root certificate, in DER.
    ///
    /// # Errors
    ///
    /// Fails when the bytes are not a certificate.
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    pub fn root_certificate_der(mut self, der: &[u8]) -> Result<Self, SetupError> {
        self.extra_roots.add_der(der)?;
        Ok(self)
    }

    /// Trusts one or more additional root certificates, in PEM.
    ///
    /// # Errors
    ///
    /// Fails when the text is invalid, or contains no certificate.
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    pub fn root_certificates_pem(mut self, pem: &[u8]) -> Result<Self, SetupError> {
        self.extra_roots.add_pem(pem)?;
        Ok(self)
    }

    /// Uses rustls for TLS, with ring and Mozilla's roots. This is the default if the feature is enabled.
    #[cfg(feature = "reqwest-rustls")]
    pub fn rustls(mut self) -> Self {
        self.library = Library::Rustls(None);
        self
    }

    /// Uses rustls for TLS with complete settings: roots, cryptography, client certificates. Roots added here are then ignored.
    ///
    /// The offered protocols (ALPN) are set to HTTP/1.1.
    #[cfg(feature = "reqwest-rustls")]
    pub fn rustls_config(mut self, config: rustls::ClientConfig) -> Self {
        self.library = Library::Rustls(Some(Box::new(config)));
        self
    }

    /// Uses the system's TLS library, with the system's roots.
    #[cfg(feature = "reqwest-native-tls")]
    pub fn native_tls(mut self) -> Self {
        self.library = Library::Native(None);
        self
    }

    /// Uses the system's TLS library with complete settings: roots, client certificates. Roots added here are then ignored.
    #[cfg(feature = "reqwest-native-tls")]
    pub fn native_tls_connector(mut self, connector: native_tls::TlsConnector) -> Self {
        self.library = Library::Native(Some(connector));
        self
    }

    /// Changes settings of reqwest's own builder, such as a proxy, a resolver or the local address.
    ///
    /// The settings that the contract of a transport needs are set afterwards and cannot be changed here: redirects, retries,
    /// `Referer`, decompression, the HTTP version, the settings with a method here, and all of TLS.
    ///
    /// The function is called for each reqwest client that the transport creates, so it must be `Clone`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use incs_client::backend::ReqwestTransport;
    ///
    /// let proxy = reqwest::Proxy::all("http://proxy.example:3128")?;
    /// let transport = ReqwestTransport::builder().configure(|client| client.proxy(proxy)).build()?;
    /// # let _ = transport;
    /// # Ok(())
    /// # }
    /// ```
    pub fn configure(
        mut self,
        change: impl FnOnce(ClientBuilder) -> ClientBuilder + Clone + Send + Sync + 'static,
    ) -> Self {
        self.changes.push(Box::new(move |client| change.clone()(client)));
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be started, or a setting of [`configure`](Self::configure) is not usable.
    pub fn build(self) -> Result<ReqwestTransport, SetupError> {
        let settings = Settings {
            changes: self.changes,
            connections: self.connections,
            #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
            tls: self.library.tls(&self.extra_roots)?,
        };
        let pool = Pool::new(&settings.connections);
        // Invalid settings fail here, not at the first call.
        pool.lease(|| settings.client())?.allow_reuse();
        Ok(ReqwestTransport { pool, settings: Arc::new(settings) })
    }
}

impl Settings {
    /// Creates a reqwest client with these settings.
    fn client(&self) -> Result<reqwest::Client, SetupError> {
        // The environment of a process must not decide where messages are sent.
        let client = ClientBuilder::new().no_proxy();
        let client = self
            .changes
            .iter()
            .fold(client, |client, change| change(client))
            .connect_timeout(self.connections.connect_timeout)
            .pool_idle_timeout(self.connections.idle_timeout)
            .pool_max_idle_per_host(self.connections.max_idle_per_host)
            .tcp_nodelay(true)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // Another crate of the program may have enabled these.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate();
        #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
        let client = match &self.tls {
            #[cfg(feature = "reqwest-rustls")]
            Tls::Rustls(config) => client.tls_backend_preconfigured((**config).clone()),
            #[cfg(feature = "reqwest-native-tls")]
            Tls::Native(connector) => client.tls_backend_preconfigured(connector.clone()),
        };
        let refused = |error: reqwest::Error| {
            SetupError::new("the client of reqwest cannot be built").with_source(error.without_url())
        };
        client.build().map_err(refused)
    }
}

#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
impl Library {
    fn tls(self, extra: &tls::ExtraRoots) -> Result<Tls, SetupError> {
        match self {
            #[cfg(feature = "reqwest-rustls")]
            Self::Rustls(Some(config)) => Ok(Tls::Rustls(Box::new(tls::http1_only(*config)))),
            #[cfg(feature = "reqwest-rustls")]
            Self::Rustls(None) => {
                let config = tls::rustls_config(extra);
                config.map(|config| Tls::Rustls(Box::new(config))).map_err(tls::not_set_up)
            }
            #[cfg(feature = "reqwest-native-tls")]
            Self::Native(Some(connector)) => Ok(Tls::Native(connector)),
            #[cfg(feature = "reqwest-native-tls")]
            Self::Native(None) => {
                let mut builder = native_tls::TlsConnector::builder();
                for der in extra.iter() {
                    let root = native_tls::Certificate::from_der(der);
                    builder.add_root_certificate(root.map_err(tls::unreadable_root)?);
                }
                builder.build().map(Tls::Native).map_err(tls::not_set_up)
            }
        }
    }
}

impl fmt::Debug for ReqwestTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The reqwest builder is left out: its default headers may contain a secret.
        f.debug_struct("ReqwestTransportBuilder").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// An error for a URI whose path reqwest would rewrite.
#[derive(Debug, thiserror::Error)]
#[error("the path of the URI would be changed before it is sent")]
struct PathRewritten;

fn url(uri: &http::Uri) -> Result<Url, TransportError> {
    let not_sent = TransportError::new(TransportErrorKind::NotSent);
    match Url::parse(&uri.to_string()) {
        Ok(url) if url.path() == uri.path() => Ok(url),
        Ok(_) => Err(not_sent.with_source(PathRewritten)),
        Err(error) => Err(not_sent.with_source(error)),
    }
}

fn failed(error: reqwest::Error, exchange: &Exchange) -> TransportError {
    let revoked = exchange.revoke();
    let kind = if error.is_connect() {
        connect_kind(&error)
    } else if revoked {
        // Not `is_builder`, which reqwest also returns for a failed redirect, after the request was sent.
        TransportErrorKind::NotSent
    } else {
        return left(error);
    };
    TransportError::new(kind).with_source(error.without_url())
}

fn left(error: reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() { TransportErrorKind::Timeout } else { TransportErrorKind::Interrupted };
    TransportError::new(kind).with_source(error.without_url())
}
