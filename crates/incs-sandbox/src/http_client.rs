//! The HTTP client that posts webhooks: pooled, with TLS, and limited to allowed addresses.

use std::error::Error as StdError;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::config::Config;

/// The most bytes read of a reply, so that its connection can be reused.
const MAX_REPLY: usize = 64 << 10;
/// The time after which an idle connection is closed.
const MAX_IDLE: Duration = Duration::from_secs(5);

type Connector = HttpsConnector<RejectSelf<HttpConnector<Resolver<GaiResolver>>>>;

/// The pooled HTTP client that webhooks are posted with. It follows no redirect and knows no proxy.
pub(crate) struct HttpClient {
    /// `None` if TLS is not available, which no known build has.
    client: Option<Client<Connector, Full<Bytes>>>,
    /// The time limit of a request.
    timeout: Duration,
}

impl HttpClient {
    pub(crate) fn new(config: &Config) -> Self {
        Self { client: client(config).ok(), timeout: config.retry.timeout }
    }

    /// Sends a request. Returns the status of the reply, or the reason why no reply arrived, without any address.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<u16, String> {
        let reply = async {
            let client = self.client.as_ref().ok_or("no TLS")?;
            let reply = client.request(request).await.map_err(|error| cause(&error))?;
            let status = reply.status().as_u16();
            // Only the status counts; the body is read so that the connection can be reused.
            let _ = Limited::new(reply.into_body(), MAX_REPLY).collect().await;
            Ok(status)
        };
        match tokio::time::timeout(self.timeout, reply).await {
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

fn client(config: &Config) -> Result<Client<Connector, Full<Bytes>>, rustls::Error> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let tls = tls.with_root_certificates(roots).with_no_client_auth();
    let mut http = HttpConnector::new_with_resolver(Resolver::new(GaiResolver::new(), config.remote_webhooks));
    http.enforce_http(false);
    http.set_nodelay(true);
    let connect = RejectSelf { inner: http, own: config.address };
    let connector =
        HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(connect);
    let mut builder = Client::builder(TokioExecutor::new());
    builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(MAX_IDLE);
    Ok(builder.build(connector))
}

fn cause(error: &hyper_util::client::legacy::Error) -> String {
    let mut source = StdError::source(error);
    while let Some(inner) = source {
        if inner.is::<Refused>() {
            return inner.to_string();
        }
        source = inner.source();
    }
    if error.is_connect() { "no connection" } else { "the connection broke before an answer" }.to_owned()
}

/// Resolves names, and refuses a name of another machine, unless that is allowed. The connection uses exactly the addresses that
/// were checked.
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
                Err(Refused::OtherMachine.into())
            }
        })
    }
}

/// Connects, and refuses connections to this sandbox itself: a webhook posted to the sandbox would change it, or cause further
/// webhooks. Compares addresses, since many names can lead here.
#[derive(Debug, Clone)]
struct RejectSelf<C> {
    inner: C,
    own: SocketAddr,
}

impl<C> Service<Uri> for RejectSelf<C>
where
    C: Service<Uri, Response = TokioIo<TcpStream>>,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Connecting;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Connecting {
        let (connecting, own) = (self.inner.call(uri), self.own);
        Box::pin(async move {
            let stream = connecting.await.map_err(Into::into)?;
            let peer = stream.inner().peer_addr()?;
            if (peer.ip().to_canonical(), peer.port()) == (own.ip(), own.port()) {
                return Err(Refused::Itself.into());
            }
            Ok(stream)
        })
    }
}

/// A forbidden connection.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum Refused {
    #[error("the name leads to another machine, which is not allowed in this sandbox")]
    OtherMachine,
    #[error("the URL leads to this sandbox itself")]
    Itself,
}

type BoxError = Box<dyn StdError + Send + Sync>;
type Connecting = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, BoxError>> + Send>>;
type Resolving = Pin<Box<dyn Future<Output = Result<std::vec::IntoIter<SocketAddr>, BoxError>> + Send>>;

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};

    use super::*;

    /// Resolves any name to fixed addresses.
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
    async fn name_with_remote_address_is_refused() {
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
    #[tokio::test]
    async fn own_address_is_refused_when_connecting() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, other_port) = (listener.local_addr().unwrap(), other.local_addr().unwrap().port());
        tokio::spawn(async move { while listener.accept().await.is_ok() {} });
        tokio::spawn(async move { while other.accept().await.is_ok() {} });
        for host in ["127.0.0.1", "localhost", "LOCALHOST", "0.0.0.0", "[::ffff:127.0.0.1]", "127.1", "2130706433"] {
            for (port, error) in [
                (address.port(), "the URL leads to this sandbox itself"),
                (other_port, "the connection broke before an answer"),
            ] {
                let config = Config { address, remote_webhooks: true, ..Config::default() };
                let request = Request::post(format!("http://{host}:{port}/")).body(Full::default()).unwrap();
                assert_eq!(HttpClient::new(&config).send(request).await, Err(error.to_owned()), "{host} {port}");
            }
        }
    }
}
