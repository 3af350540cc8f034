//! The transport over the pooled client of hyper-util.

mod builder;
mod connector;

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;

use hyper_util::client::legacy::{Client, Error, ResponseFuture};

pub use self::builder::HyperTransportBuilder;
use self::connector::Connector;
use super::collect::collect;
use super::outgoing::{OutgoingBody, Ticket, outgoing};
use super::target;
use crate::transport::{Request, Response, Transport, TransportError, TransportErrorKind};

/// The feature to switch on for https, when it is off.
const TLS_FEATURE: Option<&str> = if cfg!(feature = "hyper-rustls") { None } else { Some("hyper-rustls") };

/// A transport over the pooled client of hyper-util: HTTP/1.1, and https with the feature `hyper-rustls`.
///
/// It keeps connections open for a short while and reuses them. It follows no redirect, repeats nothing, uses no proxy, and
/// needs a tokio runtime. A clone shares the connections.
///
/// What its errors say: no address, no connection or a handshake that stalled is `Connect`; a certificate or a handshake that
/// was refused is `Tls`; a kept connection that turned out dead before anything was written is `NotSent`; whatever happens
/// after the body left is `Interrupted`. It sets no limit on the time a reply may take: the client does.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::time::Duration;
///
/// use incs_client::backend::HyperTransport;
///
/// let transport = HyperTransport::builder().connect_timeout(Duration::from_secs(2)).build();
/// # let _ = transport;
/// # }
/// ```
#[derive(Clone)]
pub struct HyperTransport {
    client: Client<Connector, OutgoingBody>,
}

impl HyperTransport {
    /// One with the default settings.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Settings, to be changed.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::default()
    }
}

impl Default for HyperTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport").finish_non_exhaustive()
    }
}

/// Written out, where the attribute of `async_trait` would keep the whole request inside the future: this future is half as
/// large, and is made for every call.
impl Transport for HyperTransport {
    fn call<'life0, 'async_trait>(
        &'life0 self,
        request: Request,
    ) -> Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        let (mut request, ticket) = match target::check(request.uri(), TLS_FEATURE).and_then(|()| outgoing(request)) {
            Ok(outgoing) => outgoing,
            Err(error) => return Box::pin(std::future::ready(Err(error))),
        };
        // The connections speak nothing else, and hyper-util would refuse a request that asks for it.
        *request.version_mut() = http::Version::HTTP_11;
        // Nothing happens before this is polled.
        let reply = self.client.request(request);
        Box::pin(exchange(reply, ticket))
    }
}

async fn exchange(reply: ResponseFuture, ticket: Ticket) -> Result<Response, TransportError> {
    let reply = reply.await.map_err(|error| failed(error, &ticket))?;
    ticket.answered();
    let (head, body) = reply.into_parts();
    let broken = |error| TransportError::new(TransportErrorKind::Interrupted).with_source(error);
    let body = collect(body, ticket.limit).await.map_err(|unread| unread.into_error(broken))?;
    Ok(Response::from_parts(head, body))
}

fn failed(error: Error, ticket: &Ticket) -> TransportError {
    let recalled = ticket.recall();
    let kind = if error.is_connect() {
        connect_kind(&error)
    } else if recalled || unsent(&error) {
        TransportErrorKind::NotSent
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind).with_source(error)
}

#[cfg_attr(not(feature = "hyper-rustls"), expect(unused_variables, reason = "without TLS there is one kind only"))]
fn connect_kind(error: &Error) -> TransportErrorKind {
    #[cfg(feature = "hyper-rustls")]
    if super::tls::refused(error) {
        return TransportErrorKind::Tls;
    }
    TransportErrorKind::Connect
}

/// Whether hyper gave the request back without having begun it. For a request without a body nothing else tells.
fn unsent(error: &Error) -> bool {
    error.source().and_then(|cause| cause.downcast_ref::<hyper::Error>()).is_some_and(hyper::Error::is_canceled)
}
