//! Names of hosts, resolved to addresses that may be posted to.

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

/// Resolves names, and refuses one that leads to another machine, unless that is allowed. The connection is made to the very
/// addresses that were looked at.
#[derive(Debug, Clone)]
pub(super) struct Resolver<R> {
    inner: R,
    remote: bool,
}

/// A name leads to another machine.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the name leads to another machine, which is not allowed in this sandbox")]
pub(super) struct NotThisMachine;

type BoxError = Box<dyn StdError + Send + Sync>;
type Resolving = Pin<Box<dyn Future<Output = Result<std::vec::IntoIter<SocketAddr>, BoxError>> + Send>>;

impl<R> Resolver<R> {
    pub(super) fn new(inner: R, remote: bool) -> Self {
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
