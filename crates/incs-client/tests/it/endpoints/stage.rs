//! A server, and a client over a real transport that calls it.

use incs_client::Client;
use incs_client::backend::HyperTransport;
use incs_client::endpoint::Host;
use incs_client::retry::RetryPolicy;
use incs_client_contract::{Fault, FaultServer, Security, SeenRequest};
use incs_model::Channel;

use crate::support::samples::{CODE, TOKEN};

/// A server, and a client that calls it once.
pub(super) struct Stage {
    server: FaultServer,
    pub(super) client: Client,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let server = FaultServer::start(Security::Plain).await.unwrap();
        let client = Client::builder(HyperTransport::new())
            .base_url(Host::Chat, &format!("{}/chat", server.uri()))
            .base_url(Host::Api, &format!("{}/api/", server.uri()))
            .certification_code(CODE)
            .channel_code(&Channel::WhatsApp, "whatsapp")
            .channel_code(&Channel::Viber, "viber")
            .channel_code(&Channel::Rcs, "rcs")
            .bearer_token(TOKEN)
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        Self { server, client }
    }

    pub(super) fn answer(&self, reply: impl Into<Fault>) {
        self.server.push(reply);
    }

    /// The last request, and how many there were.
    pub(super) fn last(&self) -> (SeenRequest, usize) {
        let mut seen = self.server.seen().complete;
        let count = seen.len();
        (seen.pop().unwrap(), count)
    }

    pub(super) fn authority(&self) -> String {
        self.server.uri().trim_start_matches("http://").to_owned()
    }
}
