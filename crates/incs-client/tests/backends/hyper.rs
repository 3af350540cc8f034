//! The transport over hyper-util.

use incs_client::backend::HyperTransport;

use crate::exchange::exchange_tests;

exchange_tests!(HyperTransport::new());

#[cfg(feature = "hyper-rustls")]
mod tls {
    use std::time::Duration;

    use incs_client::backend::HyperTransport;

    use crate::tls::{Authority, tls_tests};

    fn trusting(authority: &Authority) -> HyperTransport {
        HyperTransport::builder().root_certificate_der(authority.der()).unwrap().build()
    }

    fn plain(limit: Duration) -> HyperTransport {
        HyperTransport::builder().connect_timeout(limit).build()
    }

    tls_tests!(trusting: trusting, plain: plain);

    #[tokio::test]
    async fn a_root_may_come_as_pem() {
        crate::tls::a_server_with_a_trusted_certificate_is_called(|authority: &Authority| {
            HyperTransport::builder().root_certificates_pem(authority.pem().as_bytes()).unwrap().build()
        })
        .await;
    }

    #[tokio::test]
    async fn custom_tls_offers_only_http_1() {
        crate::tls::a_server_with_a_trusted_certificate_is_called(|authority: &Authority| {
            HyperTransport::builder().rustls_config(authority.client_config()).build()
        })
        .await;
    }
}

#[cfg(not(feature = "hyper-rustls"))]
#[tokio::test]
async fn https_without_feature_names_it() {
    crate::exchange::https_needs_a_feature(&HyperTransport::new(), "hyper-rustls").await;
}

#[cfg(not(feature = "hyper-rustls"))]
#[test]
fn https_proxy_needs_a_feature() {
    let error = HyperTransport::builder().proxy("https://proxy.example").unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "https needs the feature `hyper-rustls`, which is off");
}

#[test]
fn debug_shows_only_settings() {
    assert_eq!(format!("{:?}", HyperTransport::new()), "HyperTransport { .. }");
    assert_eq!(
        format!("{:?}", HyperTransport::builder()),
        "HyperTransportBuilder { connections: Connections { connect_timeout: 5s, idle_timeout: 15s, \
         max_idle_per_host: 18446744073709551615 }, .. }"
    );
}
