//! TLS of the backends: trusted roots, cryptography, and its errors.

use std::error::Error as StdError;
use std::io;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::setup::SetupError;

/// Additional trusted roots.
#[derive(Debug, Clone, Default)]
pub(super) struct ExtraRoots(Vec<CertificateDer<'static>>);

impl ExtraRoots {
    /// Adds one certificate.
    pub(super) fn add_der(&mut self, der: &[u8]) -> Result<(), SetupError> {
        let der = CertificateDer::from(der.to_vec());
        #[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls"))]
        let read = rustls::RootCertStore::empty().add(der.clone());
        #[cfg(not(any(feature = "hyper-rustls", feature = "reqwest-rustls")))]
        let read = native_tls::Certificate::from_der(&der);
        read.map_err(unreadable_root)?;
        self.0.push(der);
        Ok(())
    }

    /// Adds all certificates of a PEM text, at least one.
    pub(super) fn add_pem(&mut self, pem: &[u8]) -> Result<(), SetupError> {
        let before = self.0.len();
        for der in CertificateDer::pem_slice_iter(pem) {
            // The parser's error may quote a line, and the file may contain a key.
            let der = der.map_err(|_| SetupError::new("the PEM of root certificates cannot be read"))?;
            self.add_der(&der)?;
        }
        if self.0.len() == before {
            return Err(SetupError::new("the PEM of root certificates holds no certificate"));
        }
        Ok(())
    }

    #[cfg(feature = "reqwest-native-tls")]
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|der| &**der)
    }
}

pub(super) fn unreadable_root(error: impl StdError + Send + Sync + 'static) -> SetupError {
    SetupError::new("a root certificate cannot be read").with_source(error)
}

#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
pub(super) fn not_set_up(error: impl StdError + Send + Sync + 'static) -> SetupError {
    SetupError::new("TLS could not be set up").with_source(error)
}

/// Returns the default rustls settings: ring, TLS 1.2 and 1.3, Mozilla's roots and the additional ones. The provider is explicit,
/// because the process-wide one belongs to the program and may be missing.
#[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls"))]
pub(super) fn rustls_config(extra: &ExtraRoots) -> Result<rustls::ClientConfig, rustls::Error> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(extra.0.iter().cloned());
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(http1_only(builder.with_root_certificates(roots).with_no_client_auth()))
}

/// Offers only HTTP/1.1, whatever the settings say, since the connections support nothing else.
#[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls"))]
pub(super) fn http1_only(mut config: rustls::ClientConfig) -> rustls::ClientConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// Returns whether a connection failed because the TLS handshake was refused. A stalled or interrupted handshake does not count:
/// the next one may succeed.
pub(super) fn refused(error: &(dyn StdError + 'static)) -> bool {
    for cause in causes(error) {
        #[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls"))]
        if cause.is::<rustls::Error>() || cause.is::<rustls_pki_types::InvalidDnsNameError>() {
            return true;
        }
        #[cfg(feature = "reqwest-native-tls")]
        if cause.is::<native_tls::Error>() {
            return !broke_off(cause);
        }
    }
    false
}

/// Returns whether the system's library only reports a closed connection. OpenSSL 3 reports an early end as a protocol error
/// without a code, so its text decides.
#[cfg(feature = "reqwest-native-tls")]
fn broke_off(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(<dyn StdError>::is::<io::Error>)
        || error.to_string().to_ascii_lowercase().contains("unexpected eof")
}

/// Returns an error and its causes. `io::Error::source` skips the inner error, so it is unwrapped.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn StdError + 'static)),
        None => error.source(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pem_without_certificate_is_refused() {
        let key = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
        for pem in ["", "hello", key] {
            let error = ExtraRoots::default().add_pem(pem.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), "the PEM of root certificates holds no certificate", "{pem}");
        }
    }

    #[test]
    fn broken_pem_is_not_quoted() {
        let pem = "-----BEGIN CERTIFICATE-----\nsecret!\n-----END CERTIFICATE-----\n";
        let error = ExtraRoots::default().add_pem(pem.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "the PEM of root certificates cannot be read");
        assert!(!format!("{error:?}").contains("secret"));
    }

    #[test]
    fn invalid_certificate_bytes_are_refused() {
        let error = ExtraRoots::default().add_der(b"hello").unwrap_err();
        assert_eq!(error.to_string(), "a root certificate cannot be read");
    }

    #[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls"))]
    #[test]
    fn tls_offers_only_http_1() {
        let mut config = rustls_config(&ExtraRoots::default()).unwrap();
        assert_eq!(config.alpn_protocols, [b"http/1.1".to_vec()]);
        config.alpn_protocols = vec![b"h2".to_vec()];
        assert_eq!(http1_only(config).alpn_protocols, [b"http/1.1".to_vec()]);
    }

    #[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls"))]
    #[test]
    fn refusal_is_found_in_wrapped_errors() {
        let refusal = rustls::Error::General("no".into());
        assert!(refused(&io::Error::other(io::Error::new(io::ErrorKind::InvalidData, refusal))));
        assert!(!refused(&io::Error::other(io::Error::from(io::ErrorKind::UnexpectedEof))));
    }
}
