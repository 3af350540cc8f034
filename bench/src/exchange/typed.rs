//! The same through the client: check, write, send, read.

use incs_client::Client;
use incs_client::backend::{HyperTransport, ReqwestTransport};
use incs_client::endpoints::messages::SendWhatsApp;

use super::server::Server;
use super::{Backend, CODE, Kind};

/// The client over a backend.
pub(crate) struct Typed {
    client: Client,
    send: SendWhatsApp,
}

impl Typed {
    pub(crate) fn new(backend: Backend, kind: Kind, server: &Server) -> Self {
        let builder = match backend {
            Backend::Hyper => Client::builder(HyperTransport::new()),
            Backend::Reqwest => match ReqwestTransport::new() {
                Ok(transport) => Client::builder(transport),
                Err(error) => unreachable!("reqwest: {error}"),
            },
        };
        match builder.certification_code(CODE).base_urls(&server.base_url()).build() {
            Ok(client) => Self { client, send: SendWhatsApp::new(kind.message()) },
            Err(error) => unreachable!("{error}"),
        }
    }

    /// The call alone; the message is there already.
    pub(crate) async fn once(&self) {
        let sent = self.client.execute(&self.send).await;
        assert!(sent.is_ok(), "the server did not take the message: {sent:?}");
    }

    /// What a program writes: the message is made, here copied, and handed over.
    pub(crate) async fn fluent(&self) {
        let sent = self.client.messages().send(self.send.message.clone()).await;
        assert!(sent.is_ok(), "the server did not take the message: {sent:?}");
    }
}
