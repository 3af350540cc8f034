//! Every backend passes the contract suite.

#![allow(clippy::unwrap_used, reason = "a test ends with the first surprise")]

#[cfg(feature = "hyper-rustls")]
mod hyper {
    use incs_client::backend::HyperTransport;
    #[cfg(feature = "testing")]
    use incs_client::testing::CapturingTransport;
    use incs_client_contract::ServerInfo;

    fn transport(server: &ServerInfo) -> HyperTransport {
        let mut builder = HyperTransport::builder().connect_timeout(server.connect_timeout());
        if let Some(root) = server.root_certificate() {
            builder = builder.root_certificate_der(root).unwrap();
        }
        builder.build()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn hyper_passes() {
        incs_client_contract::run(transport).await.unwrap();
    }

    #[tokio::test]
    async fn hyper_passes_on_one_thread() {
        incs_client_contract::run(transport).await.unwrap();
    }

    #[cfg(feature = "testing")]
    #[tokio::test(flavor = "multi_thread")]
    async fn hyper_passes_under_a_capturing_transport() {
        incs_client_contract::run(|server| CapturingTransport::new(transport(server))).await.unwrap();
    }
}

#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
mod reqwest {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use incs_client::backend::{ReqwestTransport, ReqwestTransportBuilder};

    /// With the same client for all servers of the same root: some TLS libraries read all roots of the system for each client.
    async fn check(builder: fn() -> ReqwestTransportBuilder) {
        let transports = Mutex::new(HashMap::<Option<Vec<u8>>, ReqwestTransport>::new());
        let run = incs_client_contract::run(|server| {
            let root = server.root_certificate().map(<[u8]>::to_vec);
            let mut transports = transports.lock().unwrap();
            let transport = transports.entry(root).or_insert_with(|| {
                let mut builder = builder().connect_timeout(server.connect_timeout());
                if let Some(root) = server.root_certificate() {
                    builder = builder.root_certificate_der(root).unwrap();
                }
                builder.build().unwrap()
            });
            transport.clone()
        });
        run.await.unwrap();
    }

    #[cfg(feature = "reqwest-rustls")]
    #[tokio::test(flavor = "multi_thread")]
    async fn reqwest_with_rustls_passes() {
        check(|| ReqwestTransport::builder().rustls()).await;
    }

    #[cfg(feature = "reqwest-rustls")]
    #[tokio::test]
    async fn reqwest_rustls_passes_single_threaded() {
        check(|| ReqwestTransport::builder().rustls()).await;
    }

    #[cfg(feature = "reqwest-native-tls")]
    #[tokio::test(flavor = "multi_thread")]
    async fn reqwest_native_tls_passes() {
        check(|| ReqwestTransport::builder().native_tls()).await;
    }
}

/// hyper-util's client as a `tower::Service`.
#[cfg(feature = "tower")]
mod tower {
    use std::error::Error;

    use hyper_util::client::legacy::{self, Client};
    use hyper_util::rt::TokioExecutor;
    use incs_client::backend::{OutgoingBody, TowerTransport};
    use incs_client::transport::TransportErrorKind;
    use incs_client_contract::{Security, Suite};

    fn kind(error: &(dyn Error + 'static)) -> TransportErrorKind {
        match error.downcast_ref::<legacy::Error>() {
            Some(error) if error.is_connect() => TransportErrorKind::Connect,
            _ => TransportErrorKind::Interrupted,
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_tower_service_passes() {
        let suite = Suite::new().on(Security::Plain);
        let run = suite.run(|_| {
            let client = Client::builder(TokioExecutor::new()).build_http::<OutgoingBody>();
            TowerTransport::new(client).with_classifier(kind).with_causes()
        });
        run.await.unwrap();
    }
}
