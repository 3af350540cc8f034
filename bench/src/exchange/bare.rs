//! The HTTP library alone: bytes out, bytes in, no types, no checks, no limits.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::server::Server;
use super::{Backend, CODE, Kind};

/// The HTTP library alone.
pub(crate) struct Bare {
    library: Library,
    uri: http::Uri,
    body: Bytes,
}

enum Library {
    Hyper(Client<HttpConnector, Full<Bytes>>),
    Reqwest(reqwest::Client),
}

impl Bare {
    pub(crate) fn new(backend: Backend, kind: Kind, server: &Server) -> Self {
        let library = match backend {
            Backend::Hyper => {
                let mut connector = HttpConnector::new();
                connector.set_nodelay(true);
                Library::Hyper(Client::builder(TokioExecutor::new()).build(connector))
            }
            Backend::Reqwest => Library::Reqwest(reqwest::Client::new()),
        };
        let uri = format!("{}/external/messages/whatsapp", server.base_url());
        let (Ok(uri), Ok(body)) = (uri.parse(), incs_model::encode(&kind.message())) else {
            unreachable!("a fixture that cannot be written")
        };
        Self { library, uri, body: body.into() }
    }

    pub(crate) async fn once(&self) {
        let taken = match &self.library {
            Library::Hyper(client) => self.by_hyper(client).await,
            Library::Reqwest(client) => self.by_reqwest(client).await,
        };
        assert!(taken.is_some_and(|body| body.len() > 100), "the server did not take the message");
    }

    async fn by_hyper(&self, client: &Client<HttpConnector, Full<Bytes>>) -> Option<Bytes> {
        let request = http::Request::post(self.uri.clone())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, "bench")
            .header(CONTENT_TYPE, "application/json")
            .header("certification-code", CODE)
            .body(Full::new(self.body.clone()))
            .ok()?;
        let reply = client.request(request).await.ok()?;
        let is_ok = reply.status() == http::StatusCode::OK;
        let body = reply.into_body().collect().await.ok()?.to_bytes();
        is_ok.then_some(body)
    }

    async fn by_reqwest(&self, client: &reqwest::Client) -> Option<Bytes> {
        let reply = client
            .post(self.uri.to_string())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, "bench")
            .header(CONTENT_TYPE, "application/json")
            .header("certification-code", CODE)
            .body(self.body.clone())
            .send()
            .await
            .ok()?;
        let is_ok = reply.status() == http::StatusCode::OK;
        let body = reply.bytes().await.ok()?;
        is_ok.then_some(body)
    }
}
