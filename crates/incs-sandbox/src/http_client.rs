//! The HTTP client that posts webhooks: pooled, with TLS, and limited to allowed addresses.

use std::error::Error as StdError;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_service::Service;

use crate::config::Config;

/// The most bytes read of a reply, so that its connection can be reused.
const LONGEST_REPLY: usize = 64 << 10;
/// The time after which an idle connection is closed.
const KEPT: Duration = Duration::from_secs(5);

type Connector = HttpsConnector<HttpConnector<Resolver<GaiResolver>>>;

/// The pooled HTTP client that webhooks are posted with. It follows no redirect and knows no proxy.
pub(crate) struct HttpClient {
    /// `None` if TLS cannot be had, which no build is known to do.
    client: Option<Client<Connector, Full<Bytes>>>,
    /// The time limit of a request.
    patience: Duration,
}

impl HttpClient {
    pub(crate) fn new(config: &Config) -> Self {
        Self { client: client(config.remote_webhooks).ok(), patience: config.retry.patience }
    }

    /// Sends a request. Returns the status of the reply, or why there is none, without any address.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<u16, String> {
        let reply = async {
            let client = self.client.as_ref().ok_or("no TLS")?;
            let reply = client.request(request).await.map_err(|error| cause(&error))?;
            let status = reply.status().as_u16();
            // Only the status counts; the rest is read so that the connection can be used again.
            let _ = Limited::new(reply.into_body(), LONGEST_REPLY).collect().await;
            Ok(status)
        };
        match tokio::time::timeout(self.patience, reply).await {
            Ok(result) => result,
            Err(_) => Err("no answer in time".to_owned()),
        }
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").finish_non_exhaustive()
    }
}

fn client(remote: bool) -> Result<Client<Connector, Full<Bytes>>, rustls::Error> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let tls = tls.with_root_certificates(roots).with_no_client_auth();
    let mut http = HttpConnector::new_with_resolver(Resolver::new(GaiResolver::new(), remote));
    http.enforce_http(false);
    http.set_nodelay(true);
    let connector =
        HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(http);
    let mut builder = Client::builder(TokioExecutor::new());
    builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(KEPT);
    Ok(builder.build(connector))
}

fn cause(error: &hyper_util::client::legacy::Error) -> String {
    let mut source = StdError::source(error);
    while let Some(inner) = source {
        if inner.is::<NotThisMachine>() {
            return inner.to_string();
        }
        source = inner.source();
    }
    if error.is_connect() { "no connection" } else { "the connection broke before an answer" }.to_owned()
}

/// Resolves names, and refuses one that leads to another machine, unless that is allowed. The connection is made to the very
/// addresses that were looked at.
#[derive(Debug, Clone)]
struct Resolver<R> {
    inner: R,
    remote: bool,
}

impl<R> Resolver<R> {
    fn new(inner: R, remote: bool) -> Self {
        Self { inner, remote }
    }
}

impl<R> Service<Name> for Resolver<R>
where
    R: Service<Name>,
    R::Response: Iterator<Item = SocketAddr>,
    R::Error: Into<BoxError>,
    R::Future: Send + 'static,
{
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Resolving;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, name: Name) -> Resolving {
        let (found, remote) = (self.inner.call(name), self.remote);
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = found.await.map_err(Into::into)?.collect();
            if remote || addresses.iter().all(|address| address.ip().to_canonical().is_loopback()) {
                Ok(addresses.into_iter())
            } else {
                Err(NotThisMachine.into())
            }
        })
    }
}

/// A name leads to another machine.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the name leads to another machine, which is not allowed in this sandbox")]
struct NotThisMachine;

type BoxError = Box<dyn StdError + Send + Sync>;
type Resolving = Pin<Box<dyn Future<Output = Result<std::vec::IntoIter<SocketAddr>, BoxError>> + Send>>;

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};

    use super::*;

    /// Resolves any name to these.
    #[derive(Clone)]
    struct Fixed(Vec<SocketAddr>);

    impl Service<Name> for Fixed {
        type Response = std::vec::IntoIter<SocketAddr>;
        type Error = std::io::Error;
        type Future = Ready<Result<Self::Response, Self::Error>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Name) -> Self::Future {
            ready(Ok(self.0.clone().into_iter()))
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_another_machine_is_refused_even_if_it_leads_here_too() {
        for (addresses, remote, accepted) in [
            (vec!["127.0.0.1:80"], false, true),
            (vec!["127.0.0.1:80", "[::1]:80"], false, true),
            (vec!["10.0.0.7:80"], false, false),
            (vec!["127.0.0.1:80", "10.0.0.7:80"], false, false),
            (vec!["[::ffff:169.254.169.254]:80"], false, false),
            (vec!["0.0.0.0:80"], false, false),
            (vec!["10.0.0.7:80"], true, true),
        ] {
            let fixed = Fixed(addresses.iter().map(|address| address.parse().unwrap()).collect());
            let mut resolver = Resolver::new(fixed, remote);
            let result = resolver.call("localhost".parse().unwrap()).await;
            assert_eq!(result.is_ok(), accepted, "{addresses:?}");
        }
    }
}
