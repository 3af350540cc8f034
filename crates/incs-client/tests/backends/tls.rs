//! The tests of all backends with TLS: written once, run for each.

use std::sync::Arc;
use std::time::Duration;

use incs_client::transport::{Transport, TransportErrorKind};
use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use crate::support::{arrive, assert_discreet, call, end, listen, post, soon};

/// The tests below for the transports that the functions make.
macro_rules! tls_tests {
    (trusting: $trusting:expr, plain: $plain:expr) => {
        crate::tls::tls_tests! { @each
            $trusting => a_server_with_a_trusted_certificate_is_called,
            $plain => an_unknown_certificate_is_refused,
            $trusting => a_certificate_of_another_name_is_refused,
            $plain => a_server_without_tls_is_refused,
            $plain => a_handshake_that_stalls_is_no_connection,
            $plain => a_handshake_that_breaks_off_is_no_connection,
        }
    };
    (@each $($make:expr => $name:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::tls::$name($make).await;
            }
        )*
    };
}
pub(crate) use tls_tests;

/// A test authority, whose certificate is trusted only where a test adds it.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        // The name that every certificate gets unasked would make those below look signed by themselves.
        params.distinguished_name.push(rcgen::DnType::CommonName, "Authority");
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn der(&self) -> &[u8] {
        self.0.der()
    }

    #[cfg(any(feature = "hyper-rustls", feature = "reqwest-native-tls"))]
    pub(crate) fn pem(&self) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let lines = self.der().chunks(48).map(|line| {
            let groups = line.chunks(3).map(|group| {
                let bits = group.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
                let digit = |place: usize| char::from(DIGITS[bits >> (18 - 6 * place) & 63]);
                (0..4).map(|place| if place <= group.len() { digit(place) } else { '=' }).collect::<String>()
            });
            groups.collect::<String>() + "\n"
        });
        format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n", lines.collect::<String>())
    }

    /// Settings of a client that trusts this authority, and would rather speak HTTP/2.
    #[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls"))]
    pub(crate) fn client_config(&self) -> rustls::ClientConfig {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        config
    }

    /// A server for the name, which would rather speak HTTP/2.
    pub(crate) fn acceptor(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

async fn assert_fails(transport: &impl Transport, uri: &str, kind: TransportErrorKind) {
    let (request, send_gate) = post(uri);
    let error = call(transport, request).await.unwrap_err();
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(!send_gate.maybe_sent());
    // The name of the host is shown by TLS, and is no secret.
    assert_discreet(&error);
}

pub(crate) async fn a_server_with_a_trusted_certificate_is_called<T: Transport>(make: impl Fn(&Authority) -> T) {
    let authority = Authority::new();
    let (listener, address) = listen().await;
    let acceptor = authority.acceptor("localhost");
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.unwrap();
        while arrive(&mut stream).await.is_some() {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await.unwrap();
        }
    });
    let transport = make(&authority);
    for _ in 0..2 {
        let (request, send_gate) = post(&format!("https://localhost:{}/path", address.port()));
        assert_eq!(&call(&transport, request).await.unwrap().body()[..], b"hi");
        assert!(send_gate.maybe_sent());
    }
}

async fn assert_refused(transport: &impl Transport, authority: &Authority, name: &str) {
    let (listener, address) = listen().await;
    let acceptor = authority.acceptor(name);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        if let Ok(mut stream) = acceptor.accept(stream).await {
            end(&mut stream).await;
        }
    });
    assert_fails(transport, &format!("https://localhost:{}/path", address.port()), TransportErrorKind::Tls).await;
}

pub(crate) async fn an_unknown_certificate_is_refused<T: Transport>(make: impl Fn(Duration) -> T) {
    assert_refused(&make(Duration::from_secs(10)), &Authority::new(), "localhost").await;
}

pub(crate) async fn a_certificate_of_another_name_is_refused<T: Transport>(make: impl Fn(&Authority) -> T) {
    let authority = Authority::new();
    assert_refused(&make(&authority), &authority, "elsewhere").await;
}

pub(crate) async fn a_server_without_tls_is_refused<T: Transport>(make: impl Fn(Duration) -> T) {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        end(&mut stream).await;
    });
    let transport = make(Duration::from_secs(10));
    assert_fails(&transport, &format!("https://{address}/path"), TransportErrorKind::Tls).await;
}

pub(crate) async fn a_handshake_that_stalls_is_no_connection<T: Transport>(make: impl Fn(Duration) -> T) {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        end(&mut stream).await;
    });
    let transport = make(Duration::from_millis(200));
    assert_fails(&transport, &format!("https://{address}/path"), TransportErrorKind::Connect).await;
    soon(server).await.unwrap();
}

pub(crate) async fn a_handshake_that_breaks_off_is_no_connection<T: Transport>(make: impl Fn(Duration) -> T) {
    for reset in [false, true] {
        let (listener, address) = listen().await;
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            // What is read is not answered; what is left unread makes the end a reset.
            stream.readable().await.unwrap();
            if !reset {
                let mut hello = vec![0; 16 * 1024];
                assert!(stream.read(&mut hello).await.unwrap() > 0);
            }
        });
        let transport = make(Duration::from_secs(10));
        assert_fails(&transport, &format!("https://{address}/path"), TransportErrorKind::Connect).await;
    }
}
