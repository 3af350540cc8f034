//! Over reqwest.

use std::collections::HashMap;
use std::sync::Mutex;

use incs_client::backend::{ReqwestTransport, ReqwestTransportBuilder};
use incs_client::contract;

/// With the same client for all servers of the same root: some TLS libraries read all roots of the system for each client.
async fn hold(builder: fn() -> ReqwestTransportBuilder) {
    let transports = Mutex::new(HashMap::<Option<Vec<u8>>, ReqwestTransport>::new());
    let run = contract::run(|server| {
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
    hold(|| ReqwestTransport::builder().rustls()).await;
}

#[cfg(feature = "reqwest-rustls")]
#[tokio::test]
async fn reqwest_with_rustls_passes_on_one_thread() {
    hold(|| ReqwestTransport::builder().rustls()).await;
}

#[cfg(feature = "reqwest-native-tls")]
#[tokio::test(flavor = "multi_thread")]
async fn reqwest_with_the_tls_of_the_system_passes() {
    hold(|| ReqwestTransport::builder().native_tls()).await;
}
