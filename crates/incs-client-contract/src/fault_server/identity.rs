//! Certificates for `localhost`.

use std::io;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// Shared by all servers of a process, since creating keys and clients that trust a new root takes time.
static SHARED: OnceLock<Identity> = OnceLock::new();

/// A certificate with its key, and the root that signed it.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    /// In DER.
    pub(crate) root: Bytes,
}

impl Identity {
    /// Returns the identity of all servers of this process.
    pub(crate) fn shared() -> io::Result<Self> {
        if let Some(shared) = SHARED.get() {
            return Ok(shared.clone());
        }
        let generated = Self::generate()?;
        Ok(SHARED.get_or_init(|| generated).clone())
    }

    /// Creates a new root, and its certificate for `localhost`.
    pub(crate) fn generate() -> io::Result<Self> {
        let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "root of a fault server");
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let root = CertifiedIssuer::self_signed(params, key).map_err(io::Error::other)?;

        let key = KeyPair::generate().map_err(io::Error::other)?;
        let params = CertificateParams::new(vec!["localhost".to_owned()]).map_err(io::Error::other)?;
        let leaf = params.signed_by(&key, &root).map_err(io::Error::other)?;

        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], key))
            .map_err(io::Error::other)?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), root: Bytes::copy_from_slice(root.der()) })
    }
}
