//! Encrypted connections.

use std::sync::Arc;

use incs_relay::store::StoreError;
use incs_relay_postgres::{PgOptions, PgStore};
use incs_relay_testing::postgres::{self, Server};

use crate::support::append;

/// Returns TLS settings that trust this certificate only.
fn trusting(certificate: &rcgen::Certificate) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[tokio::test]
async fn connections_are_encrypted_if_the_certificate_is_trusted() {
    if postgres::is_left_out("connections_are_encrypted_if_the_certificate_is_trusted") {
        return;
    }
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let server = Server::start().unwrap();
    server.use_tls(&own.cert.pem(), &own.signing_key.serialize_pem()).unwrap();
    let url = server.url().replace("127.0.0.1", "localhost");
    let required = format!("{url}?sslmode=require");

    let options = PgOptions::new(&required).unwrap().with_tls(trusting(&own.cert));
    let store = options.open().await.unwrap();
    append(&store, "a", &["one"]).await;
    let encrypted = "SELECT count(*) > 0 AND bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                     WHERE application_name = 'incs-relay'";
    assert_eq!(server.admin(encrypted).unwrap(), "t");

    // The roots of the system do not include it, and neither does another certificate.
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let refused = [
        PgStore::open(&required).await,
        PgOptions::new(&required).unwrap().with_tls(trusting(&other.cert)).open().await,
    ];
    for error in refused {
        assert!(matches!(&error, Err(StoreError::Unsuitable(reason)) if reason.contains("TLS")), "{error:?}");
    }
    // Within this machine it is not needed.
    assert!(PgStore::open(&url).await.is_ok());
    assert!(PgStore::open(&format!("{url}?sslmode=disable")).await.is_ok());
}
