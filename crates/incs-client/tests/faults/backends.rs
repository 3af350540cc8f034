//! The transports that the property is held against.

use std::error::Error;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::TokioExecutor;
use incs_client::backend::{HyperTransport, OutgoingBody, ReqwestTransport, TowerTransport};
use incs_client::transport::{Transport, TransportErrorKind};
use incs_client_contract::FaultServer;

/// The time limit for connecting, handshake included.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(150);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Hyper,
    Reqwest,
    Tower,
}

impl Backend {
    /// A transport of its own for a server, so that no connection to another one is kept.
    pub(crate) fn transport(self, server: &FaultServer) -> Arc<dyn Transport> {
        match (self, server.root_certificate()) {
            (Self::Hyper, None) => Arc::new(HyperTransport::builder().connect_timeout(CONNECT_TIMEOUT).build()),
            (Self::Hyper, Some(root)) => {
                let builder = HyperTransport::builder().root_certificate_der(root).unwrap();
                Arc::new(builder.connect_timeout(CONNECT_TIMEOUT).build())
            }
            (Self::Reqwest, None) => {
                Arc::new(ReqwestTransport::builder().connect_timeout(CONNECT_TIMEOUT).build().unwrap())
            }
            (Self::Reqwest, Some(root)) => Arc::new(reqwest_with_tls(root)),
            (Self::Tower, None) => {
                let service = Client::builder(TokioExecutor::new()).build_http::<OutgoingBody>();
                Arc::new(TowerTransport::new(service).with_classifier(kind))
            }
            (Self::Tower, Some(_)) => unreachable!("the service has no TLS"),
        }
    }
}

/// Made once: a client of reqwest takes long to make, and every server has the same root and a port of its own.
fn reqwest_with_tls(root: &[u8]) -> ReqwestTransport {
    static MADE: LazyLock<Mutex<Option<ReqwestTransport>>> = LazyLock::new(Mutex::default);
    let make = || {
        let builder = ReqwestTransport::builder().rustls().root_certificate_der(root).unwrap();
        builder.connect_timeout(CONNECT_TIMEOUT).build().unwrap()
    };
    MADE.lock().unwrap().get_or_insert_with(make).clone()
}

fn kind(error: &(dyn Error + 'static)) -> TransportErrorKind {
    match error.downcast_ref::<legacy::Error>() {
        Some(error) if error.is_connect() => TransportErrorKind::Connect,
        _ => TransportErrorKind::Interrupted,
    }
}
