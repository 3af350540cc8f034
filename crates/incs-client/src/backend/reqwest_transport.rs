//! The transport over reqwest.

mod builder;

use std::fmt;

use async_trait::async_trait;
use reqwest::{Body, Url};

pub use self::builder::ReqwestTransportBuilder;
use super::collect::collect;
use super::outgoing::{Ticket, outgoing};
use super::setup_error::SetupError;
use super::target;
use crate::transport::{Request, Response, Transport, TransportError, TransportErrorKind};

/// The feature to switch on for https, when none is on.
const TLS_FEATURE: Option<&str> =
    if cfg!(any(feature = "reqwest-rustls", feature = "reqwest-native-tls")) { None } else { Some("reqwest-rustls") };

/// A transport over reqwest: HTTP/1.1, and https with the feature `reqwest-rustls` or `reqwest-native-tls`.
///
/// It follows no redirect, sends no `Referer`, unpacks nothing, and uses no proxy, not even one that the environment names,
/// unless [`configure`](ReqwestTransportBuilder::configure) sets it. It needs a tokio runtime. A clone shares the connections.
///
/// What its errors say: no address, no connection or a handshake that stalled is `Connect`; a certificate or a handshake that
/// was refused is `Tls`; whatever else happened before the body left is `NotSent`, after it `Interrupted`, or `Timeout` when
/// the operating system or a limit set with `configure` gave the connection up. No error shows the URL.
///
/// What reqwest does besides, and cannot be told not to:
///
/// - A request without `Accept` gets `Accept: */*`.
/// - It reads the URI by other rules than `http`. When these would change the path, as they do with `/../`, the request is not
///   sent.
/// - A kept connection that turns out dead before anything was written is replaced, and the request sent on the new one.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), incs_client::backend::SetupError> {
/// use std::time::Duration;
///
/// use incs_client::backend::ReqwestTransport;
///
/// let transport = ReqwestTransport::builder().connect_timeout(Duration::from_secs(2)).build()?;
/// # let _ = transport;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ReqwestTransport {
    client: reqwest::Client,
}

impl ReqwestTransport {
    /// One with the default settings.
    ///
    /// # Errors
    ///
    /// When TLS cannot be started.
    pub fn new() -> Result<Self, SetupError> {
        Self::builder().build()
    }

    /// Settings, to be changed.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::default()
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client below shows its default headers, which may hold a secret.
        f.debug_struct("ReqwestTransport").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        target::check(request.uri(), TLS_FEATURE)?;
        let url = url(request.uri())?;
        let (request, ticket) = outgoing(request)?;
        let (head, body) = request.into_parts();
        let mut request = reqwest::Request::new(head.method, url);
        *request.headers_mut() = head.headers;
        *request.body_mut() = Some(Body::wrap(body));

        let reply = self.client.execute(request).await.map_err(|error| failed(error, &ticket))?;
        ticket.answered();
        let (mut head, body) = http::Response::<Body>::from(reply).into_parts();
        // reqwest leaves the URL here, query and all.
        head.extensions.clear();
        let body = collect(body, ticket.limit).await.map_err(|unread| unread.into_error(left))?;
        Ok(Response::from_parts(head, body))
    }
}

/// reqwest would rewrite the path of the URI.
#[derive(Debug, thiserror::Error)]
#[error("the path of the URI would be sent as another one")]
struct PathRewritten;

fn url(uri: &http::Uri) -> Result<Url, TransportError> {
    let not_sent = TransportError::new(TransportErrorKind::NotSent);
    match Url::parse(&uri.to_string()) {
        Ok(url) if url.path() == uri.path() => Ok(url),
        Ok(_) => Err(not_sent.with_source(PathRewritten)),
        Err(error) => Err(not_sent.with_source(error)),
    }
}

fn failed(error: reqwest::Error, ticket: &Ticket) -> TransportError {
    let recalled = ticket.recall();
    let kind = if error.is_connect() {
        connect_kind(&error)
    } else if recalled {
        // Not `is_builder`: reqwest also says so when it fails over a redirect, and then the request has long left.
        TransportErrorKind::NotSent
    } else {
        return left(error);
    };
    TransportError::new(kind).with_source(error.without_url())
}

fn left(error: reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() { TransportErrorKind::Timeout } else { TransportErrorKind::Interrupted };
    TransportError::new(kind).with_source(error.without_url())
}

#[cfg_attr(
    not(any(feature = "reqwest-rustls", feature = "reqwest-native-tls")),
    expect(unused_variables, reason = "without TLS there is one kind only")
)]
fn connect_kind(error: &reqwest::Error) -> TransportErrorKind {
    #[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    if super::tls::refused(error) {
        return TransportErrorKind::Tls;
    }
    TransportErrorKind::Connect
}
