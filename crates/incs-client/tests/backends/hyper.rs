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
    async fn tls_may_be_set_as_a_whole_and_still_offers_http_1_only() {
        crate::tls::a_server_with_a_trusted_certificate_is_called(|authority: &Authority| {
            HyperTransport::builder().rustls_config(authority.client_config()).build()
        })
        .await;
    }
}

#[cfg(not(feature = "hyper-rustls"))]
#[tokio::test]
async fn https_without_its_feature_says_which_one_to_switch_on() {
    crate::exchange::https_needs_a_feature(&HyperTransport::new(), "hyper-rustls").await;
}

#[test]
fn the_debug_text_shows_the_settings_and_nothing_else() {
    assert_eq!(format!("{:?}", HyperTransport::new()), "HyperTransport { .. }");
    assert_eq!(
        format!("{:?}", HyperTransport::builder()),
        "HyperTransportBuilder { connections: Connections { connect_timeout: 5s, idle_timeout: 15s, \
         max_idle_per_host: 18446744073709551615 }, .. }"
    );
}
