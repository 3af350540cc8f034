//! The settings of a store, and opening it.

use std::fmt;
#[cfg(feature = "rustls")]
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use incs_relay::clock::Clock;
use incs_relay::store::StoreError;
#[cfg(feature = "rustls")]
use tokio_postgres::config::Host;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};

use crate::schema;

/// The largest number of connections of a store, without the one that listens.
const CONNECTIONS: usize = 8;
/// The longest time to connect, and to wait for a free connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// The settings of a [`PgStore`](crate::PgStore).
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use incs_relay_postgres::PgOptions;
///
/// let store = PgOptions::new("postgres://relay@db.example.com/shop")?.with_schema("support")?.open().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PgOptions {
    pub(crate) config: Config,
    pub(crate) schema: String,
    pub(crate) clock: Option<Clock>,
    connections: usize,
    pub(crate) max_waiting_bytes: usize,
    pub(crate) max_batch: usize,
    pub(crate) is_listening: bool,
    #[cfg(feature = "rustls")]
    tls: Option<rustls::ClientConfig>,
}

impl PgOptions {
    /// Returns the default settings for a database, such as `postgres://user:password@host/database`. The parameters of the URL are those
    /// of [`tokio_postgres::Config`].
    ///
    /// With the feature `rustls`, a server on another machine must have a certificate that this one trusts, unless the URL says
    /// `sslmode=disable`. Without the feature, nothing is encrypted.
    ///
    /// # Errors
    ///
    /// Returns an error if the URL cannot be read. It does not contain the URL, which may hold a password.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        let unreadable = |_| StoreError::Unsuitable("the URL of the database cannot be read".to_owned());
        let mut config: Config = url.parse().map_err(unreadable)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("incs-relay");
        }
        config.tcp_user_timeout(Duration::from_secs(15));
        Ok(Self {
            config,
            schema: schema::quoted("incs_relay"),
            clock: None,
            connections: CONNECTIONS,
            max_waiting_bytes: 64 << 20,
            max_batch: usize::MAX,
            is_listening: true,
            #[cfg(feature = "rustls")]
            tls: None,
        })
    }

    /// Sets the name of the schema that holds the tables, `incs_relay` by default. Stores with different schemas have nothing in common.
    ///
    /// # Errors
    ///
    /// Returns an error unless the name is made of up to 40 lower-case letters, digits and `_`, and begins with a letter.
    pub fn with_schema(self, name: &str) -> Result<Self, StoreError> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins_right = name.starts_with(|first: char| first.is_ascii_lowercase());
        if name.len() > 40 || !begins_right || !name.bytes().all(is_plain) {
            return Err(StoreError::Unsuitable(
                "the name of a schema has up to 40 lower-case letters, digits and `_`, and begins with a letter"
                    .to_owned(),
            ));
        }
        Ok(Self { schema: schema::quoted(name), ..self })
    }

    /// Sets the largest number of connections, 8 by default. One more listens for new items.
    #[must_use]
    pub fn with_connections(self, connections: usize) -> Self {
        Self { connections: connections.max(1), ..self }
    }

    /// Sets the largest number of bytes that wait to be written, 64 MiB by default. Beyond it the store answers that it is busy.
    #[must_use]
    pub fn with_max_waiting_bytes(self, bytes: usize) -> Self {
        Self { max_waiting_bytes: bytes, ..self }
    }

    /// Looks for new items by polling only. For PgBouncer in transaction mode, which does not pass on notifications.
    #[must_use]
    pub fn without_listening(self) -> Self {
        Self { is_listening: false, ..self }
    }

    /// Sets the TLS settings, such as the root of a company. Without them, the roots of the system are trusted.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn with_tls(self, config: rustls::ClientConfig) -> Self {
        Self { tls: Some(config), ..self }
    }

    /// Sets the largest number of operations in one statement. For measuring the effect of group commit.
    #[doc(hidden)]
    #[must_use]
    pub fn with_max_batch(self, operations: usize) -> Self {
        Self { max_batch: operations.max(1), ..self }
    }

    /// Sets the clock, for tests. Without it, the database's clock counts.
    #[doc(hidden)]
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// Returns the connections. They are made when they are needed.
    pub(crate) fn pool(&self) -> Result<Pool, StoreError> {
        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match self.connector() {
            Connector::Plain => Manager::from_config(self.config.clone(), NoTls, manager),
            #[cfg(feature = "rustls")]
            Connector::Rustls(tls) => Manager::from_config(self.config.clone(), tls, manager),
        };
        Pool::builder(manager)
            .max_size(self.connections)
            .timeouts(Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|_| StoreError::Closed)
    }

    /// Returns the way to connect. Within this machine TLS is used only if the URL says `sslmode=require`.
    #[cfg(feature = "rustls")]
    pub(crate) fn connector(&self) -> Connector {
        match &self.tls {
            Some(tls) => Connector::Rustls(tokio_postgres_rustls::MakeRustlsConnect::new(tls.clone())),
            None => Connector::Plain,
        }
    }

    #[cfg(not(feature = "rustls"))]
    #[allow(clippy::unused_self, reason = "the settings decide with the feature")]
    pub(crate) fn connector(&self) -> Connector {
        Connector::Plain
    }

    /// Decides about TLS: not within this machine, unless the URL says `sslmode=require`.
    #[cfg(feature = "rustls")]
    pub(crate) fn prepare_tls(mut self) -> Result<Self, StoreError> {
        let is_wanted = match self.config.get_ssl_mode() {
            SslMode::Disable => false,
            SslMode::Prefer => !self.is_local(),
            _ => true,
        };
        if !is_wanted {
            self.tls = None;
            self.config.ssl_mode(SslMode::Disable);
        } else if self.tls.is_none() {
            let mut roots = rustls::RootCertStore::empty();
            // A system may have roots that cannot be read beside others that can.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            let unusable = |_| StoreError::Unsuitable("the settings of TLS cannot be used".to_owned());
            let config =
                rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                    .with_safe_default_protocol_versions()
                    .map_err(unusable)?;
            self.tls = Some(config.with_root_certificates(roots).with_no_client_auth());
        }
        Ok(self)
    }

    #[cfg(not(feature = "rustls"))]
    pub(crate) fn prepare_tls(mut self) -> Result<Self, StoreError> {
        if self.config.get_ssl_mode() == SslMode::Require {
            return Err(StoreError::Unsuitable(
                "sslmode=require needs the feature `rustls` of incs-relay-postgres".to_owned(),
            ));
        }
        self.config.ssl_mode(SslMode::Disable);
        Ok(self)
    }

    /// Returns true if all hosts are this machine.
    #[cfg(feature = "rustls")]
    fn is_local(&self) -> bool {
        self.config.get_hosts().iter().all(|host| match host {
            Host::Tcp(host) => {
                host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
            }
            #[cfg(unix)]
            Host::Unix(_) => true,
        })
    }
}

/// How a connection is protected.
pub(crate) enum Connector {
    Plain,
    #[cfg(feature = "rustls")]
    Rustls(tokio_postgres_rustls::MakeRustlsConnect),
}

impl fmt::Debug for PgOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgOptions").field("schema", &self.schema).finish_non_exhaustive()
    }
}
