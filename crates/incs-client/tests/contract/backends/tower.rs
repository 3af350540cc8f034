//! Over a `tower::Service`: hyper-util's client, as it comes.

use std::error::Error;

use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::TokioExecutor;
use incs_client::backend::{OutgoingBody, TowerTransport};
use incs_client::contract::{Security, Suite};
use incs_client::transport::TransportErrorKind;

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
