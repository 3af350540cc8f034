//! The transport over reqwest.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Body, ClientBuilder, Url};

use super::body::{Ticket, collect, outgoing};
use super::connect::{Connections, SetupError, check_target, connect_kind};
#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
use super::tls;
use crate::transport::{Request, Response, Transport, TransportError, TransportErrorKind};

/// The feature to switch on for https, when none is on.
const TLS_FEATURE: Option<&str> =
    if cfg!(any(feature = "reqwest-rustls", feature = "reqwest-native-tls")) { None } else { Some("reqwest-rustls") };

/// A transport over reqwest: HTTP/1.1, and https with the feature `reqwest-rustls` or `reqwest-native-tls`.
///
/// It follows no redirect, sends no `Referer`, unpacks nothing, and uses no proxy, not even one that the environment names,
/// unless [`configure`](ReqwestTransportBuilder::configure) sets it. It needs a tokio runtime. A clone shares the connections.
///
/// Its errors: no address, no connection or a handshake that stalled is `Connect`; a certificate or a handshake that
/// was refused is `Tls`; whatever else happened before the body left is `NotSent`, after it `Interrupted`, or `Timeout` when
/// the operating system or a limit set with `configure` gave the connection up. No error shows the URL.
///
/// Some behaviour of reqwest cannot be switched off:
///
/// - A request without `Accept` gets `Accept: */*`.
/// - It reads the URI by other rules than `http`. When these would change the path, as they do with `/../`, the request is not
///   sent.
/// - A kept connection that turns out dead before anything was written is replaced, and the request sent on the new one.
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
    client: reqwest::Client,
}

impl ReqwestTransport {
    /// One with the default settings.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be started.
    pub fn new() -> Result<Self, SetupError> {
        Self::builder().build()
    }

    /// Settings, to be changed.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::default()
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client below shows its default headers, which may hold a secret.
        f.debug_struct("ReqwestTransport").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        check_target(request.uri(), TLS_FEATURE)?;
        let url = url(request.uri())?;
        let (request, ticket) = outgoing(request)?;
        let (head, body) = request.into_parts();
        let mut request = reqwest::Request::new(head.method, url);
        *request.headers_mut() = head.headers;
        *request.body_mut() = Some(Body::wrap(body));

        let reply = self.client.execute(request).await.map_err(|error| failed(error, &ticket))?;
        ticket.answered();
        let (mut head, body) = http::Response::<Body>::from(reply).into_parts();
        // reqwest leaves the URL here, query and all.
        head.extensions.clear();
        let body = collect(body, ticket.limit, left).await?;
        Ok(Response::from_parts(head, body))
    }
}

/// The settings of a [`ReqwestTransport`].
#[must_use]
pub struct ReqwestTransportBuilder {
    client: ClientBuilder,
    connections: Connections,
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    extra_roots: tls::ExtraRoots,
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    library: Library,
}

/// The library that does TLS.
#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
enum Library {
    #[cfg(feature = "reqwest-rustls")]
    Rustls(Option<Box<rustls::ClientConfig>>),
    #[cfg(feature = "reqwest-native-tls")]
    Native,
}

impl Default for ReqwestTransportBuilder {
    fn default() -> Self {
        Self {
            // The environment of a process shall not decide where messages go.
            client: ClientBuilder::new().no_proxy(),
            connections: Connections::default(),
            #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
            extra_roots: tls::ExtraRoots::default(),
            #[cfg(feature = "reqwest-rustls")]
            library: Library::Rustls(None),
            #[cfg(all(feature = "reqwest-native-tls", not(feature = "reqwest-rustls")))]
            library: Library::Native,
        }
    }
}

impl ReqwestTransportBuilder {
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

    /// Trusts the root certificate besides those known, in DER.
    ///
    /// # Errors
    ///
    /// Fails when the bytes are not a certificate.
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    pub fn root_certificate_der(mut self, der: &[u8]) -> Result<Self, SetupError> {
        self.extra_roots.add_der(der)?;
        Ok(self)
    }

    /// Trusts the root certificates besides those known, in PEM, one or more.
    ///
    /// # Errors
    ///
    /// Fails when the text is broken, or holds no certificate.
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    pub fn root_certificates_pem(mut self, pem: &[u8]) -> Result<Self, SetupError> {
        self.extra_roots.add_pem(pem)?;
        Ok(self)
    }

    /// Takes rustls for TLS, with ring and Mozilla's roots. So it is unless set, when the feature is on.
    #[cfg(feature = "reqwest-rustls")]
    pub fn rustls(mut self) -> Self {
        self.library = Library::Rustls(None);
        self
    }

    /// Takes rustls for TLS, and sets the whole of it: roots, cryptography, certificates of the client. Roots that were added
    /// here do not count then.
    ///
    /// Which protocols are offered (ALPN) is set to HTTP/1.1.
    #[cfg(feature = "reqwest-rustls")]
    pub fn rustls_config(mut self, config: rustls::ClientConfig) -> Self {
        self.library = Library::Rustls(Some(Box::new(config)));
        self
    }

    /// Takes the library of the system for TLS, with the roots of the system.
    #[cfg(feature = "reqwest-native-tls")]
    pub fn native_tls(mut self) -> Self {
        self.library = Library::Native;
        self
    }

    /// Changes settings of reqwest's own builder, such as a proxy, a resolver or the address to call from.
    ///
    /// The settings that a transport's promises depend on are set afterwards and cannot be changed here: redirects, retries,
    /// `Referer`, unpacking, the version of HTTP, the settings that have a method here, and with rustls all of TLS.
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
    pub fn configure(mut self, change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        self.client = change(self.client);
        self
    }

    /// The transport.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be started, or a setting of [`configure`](Self::configure) is not usable.
    pub fn build(self) -> Result<ReqwestTransport, SetupError> {
        let client = self
            .client
            .connect_timeout(self.connections.connect_timeout)
            .pool_idle_timeout(self.connections.idle_timeout)
            .pool_max_idle_per_host(self.connections.max_idle_per_host)
            .tcp_nodelay(true)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // Another crate of the program may have switched these on.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate();
        #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
        let client = self.library.set(client, &self.extra_roots)?;
        let refused = |error: reqwest::Error| {
            SetupError::new("the client of reqwest cannot be built").with_source(error.without_url())
        };
        Ok(ReqwestTransport { client: client.build().map_err(refused)? })
    }
}

#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
impl Library {
    fn set(self, client: ClientBuilder, extra: &tls::ExtraRoots) -> Result<ClientBuilder, SetupError> {
        match self {
            #[cfg(feature = "reqwest-rustls")]
            Self::Rustls(config) => {
                let config = match config {
                    Some(config) => tls::http1_only(*config),
                    None => tls::rustls_config(extra)
                        .map_err(|error| SetupError::new("TLS could not be set up").with_source(error))?,
                };
                Ok(client.tls_backend_preconfigured(config))
            }
            #[cfg(feature = "reqwest-native-tls")]
            Self::Native => {
                let extra: Result<Vec<_>, _> = extra.iter().map(reqwest::Certificate::from_der).collect();
                let extra =
                    extra.map_err(|error| SetupError::new("a root certificate cannot be read").with_source(error))?;
                Ok(client.tls_backend_native().tls_certs_merge(extra))
            }
        }
    }
}

impl fmt::Debug for ReqwestTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the builder below: its default headers may hold a secret.
        f.debug_struct("ReqwestTransportBuilder").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// reqwest would rewrite the path of the URI.
#[derive(Debug, thiserror::Error)]
#[error("the path of the URI would be sent as another one")]
struct PathRewritten;

fn url(uri: &http::Uri) -> Result<Url, TransportError> {
    let not_sent = TransportError::new(TransportErrorKind::NotSent);
    match Url::parse(&uri.to_string()) {
        Ok(url) if url.path() == uri.path() => Ok(url),
        Ok(_) => Err(not_sent.with_source(PathRewritten)),
        Err(error) => Err(not_sent.with_source(error)),
    }
}

fn failed(error: reqwest::Error, ticket: &Ticket) -> TransportError {
    let recalled = ticket.recall();
    let kind = if error.is_connect() {
        connect_kind(&error)
    } else if recalled {
        // Not `is_builder`: reqwest also says so when it fails over a redirect, and then the request has long left.
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
