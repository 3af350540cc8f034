//! The settings of the transport over hyper-util.

use std::fmt;

use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::HyperTransport;
use super::connector::{Connector, Limited, tcp};
use crate::backend::connections::{Connections, connection_setters};
#[cfg(feature = "hyper-rustls")]
use crate::backend::setup_error::SetupError;
#[cfg(feature = "hyper-rustls")]
use crate::backend::tls;

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
    connection_setters!();

    /// Trusts the root certificate besides Mozilla's roots, in DER.
    ///
    /// # Errors
    ///
    /// When the bytes are no certificate.
    #[cfg(feature = "hyper-rustls")]
    pub fn root_certificate_der(mut self, der: &[u8]) -> Result<Self, SetupError> {
        self.extra_roots.add_der(der)?;
        Ok(self)
    }

    /// Trusts the root certificates besides Mozilla's roots, in PEM, one or more.
    ///
    /// # Errors
    ///
    /// When the text is broken, or holds no certificate.
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
        Limited::new(Ok(tcp(self.connections.connect_timeout)), self.connections.connect_timeout)
    }

    #[cfg(feature = "hyper-rustls")]
    fn connector(self) -> Connector {
        let config = match self.rustls_config {
            Some(config) => Ok(tls::http1_only(config)),
            // It cannot fail with ring; should it do so one day, every call says why.
            None => tls::rustls_config(&self.extra_roots).map_err(super::connector::SetupRefused),
        };
        let inner = config.map(|config| (tcp(self.connections.connect_timeout), config).into());
        Limited::new(inner, self.connections.connect_timeout)
    }
}

impl fmt::Debug for HyperTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransportBuilder").field("connections", &self.connections).finish_non_exhaustive()
    }
}
