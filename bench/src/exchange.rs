//! One text sent over loopback: through the client, handwritten with serde over the same HTTP library, and without serde.

mod server;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use incs_client::Client;
use incs_client::backend::{HyperTransport, ReqwestTransport};
use incs_client::endpoints::messages::SendWhatsApp;
use incs_model::whatsapp::Message;

pub use self::server::{Server, serve};
use crate::baselines::{Reply, TextToSend};

const CODE: &str = "3f0c6a52-0000-4000-8000-000000000000";
const TO: &str = "85251230088";
const TEXT: &str = "Your parcel leaves the warehouse today.";

/// The HTTP library of both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// hyper-util's pooled client.
    Hyper,
    /// reqwest.
    Reqwest,
}

impl Backend {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hyper, Self::Reqwest];

    /// Returns its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hyper => "hyper",
            Self::Reqwest => "reqwest",
        }
    }
}

/// A way to send the text.
pub struct Way(Inner);

enum Inner {
    Client { client: Client, send: SendWhatsApp },
    Hyper { client: HyperClient<HttpConnector, Full<Bytes>>, uri: http::Uri },
    Reqwest { client: reqwest::Client, url: reqwest::Url },
    BareReqwest { client: reqwest::Client, url: reqwest::Url, body: Bytes },
    BareUreq { agent: ureq::Agent, uri: http::Uri, body: Bytes },
}

impl Way {
    /// Returns the client over a backend: it validates, serializes, sends and parses.
    pub fn client(backend: Backend, server: &Server) -> Self {
        let builder = match backend {
            Backend::Hyper => Client::builder(HyperTransport::new()),
            Backend::Reqwest => match ReqwestTransport::new() {
                Ok(transport) => Client::builder(transport),
                Err(error) => unreachable!("reqwest: {error}"),
            },
        };
        let Ok(to) = TO.parse() else { unreachable!("digits only") };
        match builder.certification_code(CODE).base_urls(&server.base_url()).build() {
            Ok(client) => Self(Inner::Client { client, send: SendWhatsApp::new(Message::new(to, TEXT)) }),
            Err(error) => unreachable!("{error}"),
        }
    }

    /// Returns the handwritten way over the HTTP library: plain derives for the body and the reply.
    pub fn by_hand(backend: Backend, server: &Server) -> Self {
        let url = url(server);
        Self(match backend {
            Backend::Hyper => {
                let mut connector = HttpConnector::new();
                connector.set_nodelay(true);
                let Ok(uri) = url.parse() else { unreachable!("a URL of loopback") };
                Inner::Hyper { client: HyperClient::builder(TokioExecutor::new()).build(connector), uri }
            }
            Backend::Reqwest => {
                let Ok(url) = url.parse() else { unreachable!("a URL of loopback") };
                Inner::Reqwest { client: reqwest::Client::new(), url }
            }
        })
    }

    /// Returns reqwest without serde: the body is ready, and the reply is not decoded.
    pub fn bare_reqwest(server: &Server) -> Self {
        let (Ok(url), Some(body)) = (url(server).parse(), body()) else { unreachable!("a URL of loopback") };
        Self(Inner::BareReqwest { client: reqwest::Client::new(), url, body })
    }

    /// Returns ureq without serde: the body is ready, and the reply is not decoded.
    pub fn bare_ureq(server: &Server) -> Self {
        let (Ok(uri), Some(body)) = (url(server).parse(), body()) else { unreachable!("a URL of loopback") };
        Self(Inner::BareUreq { agent: ureq::Agent::new_with_defaults(), uri, body })
    }

    /// Sends the text once.
    ///
    /// # Panics
    ///
    /// Panics if the server does not accept the text, since nothing was measured then.
    pub async fn once(&self) {
        match &self.0 {
            Inner::Client { client, send } => {
                let sent = client.execute(send).await;
                assert!(sent.is_ok(), "the server did not accept the message: {sent:?}");
            }
            Inner::Hyper { client, uri } => assert!(by_hyper(client, uri).await.is_some(), "hyper did not send"),
            Inner::Reqwest { client, url } => {
                let Some(body) = body() else { unreachable!("a text of ASCII") };
                let reply = by_reqwest(client, url, body).await;
                assert!(reply.is_some_and(|reply| read(&reply).is_some()), "reqwest did not send");
            }
            Inner::BareReqwest { client, url, body } => {
                let reply = by_reqwest(client, url, body.clone()).await;
                assert!(reply.is_some_and(|reply| reply.starts_with(b"{")), "reqwest did not send");
            }
            Inner::BareUreq { agent, uri, body } => {
                let reply = by_ureq(agent, uri, body);
                assert!(reply.is_some_and(|reply| reply.starts_with(b"{")), "ureq did not send");
            }
        }
    }
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Inner::Client { .. } => "client",
            Inner::Hyper { .. } | Inner::Reqwest { .. } => "by hand",
            Inner::BareReqwest { .. } | Inner::BareUreq { .. } => "bare",
        })
    }
}

async fn by_hyper(client: &HyperClient<HttpConnector, Full<Bytes>>, uri: &http::Uri) -> Option<String> {
    let request = http::Request::post(uri.clone())
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "bench")
        .header(CONTENT_TYPE, "application/json")
        .header("certification-code", CODE)
        .body(Full::new(body()?))
        .ok()?;
    let reply = client.request(request).await.ok()?;
    let is_ok = reply.status() == http::StatusCode::OK;
    let bytes = reply.into_body().collect().await.ok()?.to_bytes();
    if is_ok { read(&bytes) } else { None }
}

async fn by_reqwest(client: &reqwest::Client, url: &reqwest::Url, body: Bytes) -> Option<Bytes> {
    let reply = client
        .post(url.clone())
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "bench")
        .header(CONTENT_TYPE, "application/json")
        .header("certification-code", CODE)
        .body(body)
        .send()
        .await
        .ok()?;
    let is_ok = reply.status() == http::StatusCode::OK;
    reply.bytes().await.ok().filter(|_| is_ok)
}

fn by_ureq(agent: &ureq::Agent, uri: &http::Uri, body: &Bytes) -> Option<Vec<u8>> {
    let reply = agent
        .post(uri.clone())
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "bench")
        .header(CONTENT_TYPE, "application/json")
        .header("certification-code", CODE)
        .send(body.as_ref());
    reply.ok()?.into_body().read_to_vec().ok()
}

fn url(server: &Server) -> String {
    format!("{}/external/messages/whatsapp", server.base_url())
}

fn body() -> Option<Bytes> {
    let message = TextToSend { to: TO.to_owned(), r#type: "text".to_owned(), text: TEXT.to_owned() };
    serde_json::to_vec(&message).ok().map(Bytes::from)
}

fn read(bytes: &[u8]) -> Option<String> {
    let reply: Reply = serde_json::from_slice(bytes).ok()?;
    let accepted = reply.status == "success" && reply.code == 200;
    reply.data.filter(|_| accepted).map(|sent| sent.msg_id)
}
