//! Over hyper.

use incs_client::backend::HyperTransport;
use incs_client::contract::{self, ServerInfo};
use incs_client::testing::CapturingTransport;

fn transport(server: &ServerInfo) -> HyperTransport {
    let mut builder = HyperTransport::builder().connect_timeout(server.connect_timeout());
    if let Some(root) = server.root_certificate() {
        builder = builder.root_certificate_der(root).unwrap();
    }
    builder.build()
}

#[tokio::test(flavor = "multi_thread")]
async fn hyper_passes() {
    contract::run(transport).await.unwrap();
}

#[tokio::test]
async fn hyper_passes_on_one_thread() {
    contract::run(transport).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn hyper_passes_under_a_capturing_transport() {
    contract::run(|server| CapturingTransport::new(transport(server))).await.unwrap();
}
