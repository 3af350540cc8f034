//! The settings of the transport over reqwest.

use std::fmt;

use reqwest::ClientBuilder;

use super::ReqwestTransport;
use crate::backend::connections::{Connections, connection_setters};
use crate::backend::setup_error::SetupError;
#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
use crate::backend::tls;

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

#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
impl Default for Library {
    fn default() -> Self {
        #[cfg(feature = "reqwest-rustls")]
        return Self::Rustls(None);
        #[cfg(not(feature = "reqwest-rustls"))]
        return Self::Native;
    }
}

impl Default for ReqwestTransportBuilder {
    fn default() -> Self {
        Self {
            // The environment of a process shall not decide where messages go.
            client: ClientBuilder::new().no_proxy(),
            connections: Connections::default(),
            #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
            extra_roots: tls::ExtraRoots::default(),
            #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
            library: Library::default(),
        }
    }
}

impl ReqwestTransportBuilder {
    connection_setters!();

    /// Trusts the root certificate besides those known, in DER.
    ///
    /// # Errors
    ///
    /// When the bytes are no certificate.
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    pub fn root_certificate_der(mut self, der: &[u8]) -> Result<Self, SetupError> {
        self.extra_roots.add_der(der)?;
        Ok(self)
    }

    /// Trusts the root certificates besides those known, in PEM, one or more.
    ///
    /// # Errors
    ///
    /// When the text is broken, or holds no certificate.
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
    /// What the promises of a transport rest on is set afterwards and cannot be changed so: redirects, retries, `Referer`,
    /// unpacking, the version of HTTP, the settings that have a method here, and with rustls all of TLS.
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
    /// When TLS cannot be started, or a setting of [`configure`](Self::configure) is not usable.
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
        match client.build() {
            Ok(client) => Ok(ReqwestTransport { client }),
            Err(error) => {
                Err(SetupError::new("the client of reqwest cannot be built").with_source(error.without_url()))
            }
        }
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
