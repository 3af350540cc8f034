//! Connections through a proxy.

use std::error::Error as StdError;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::{BoxFuture, ready};
use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use incs_model::HttpUrl;
use tower_service::Service;

use super::connect::NoTls;
use super::setup::SetupError;

/// The proxy of each target, if it has one.
#[derive(Clone, Default)]
pub(super) struct Proxies(Option<Arc<Matcher>>);

impl Proxies {
    /// Reads the URL of a proxy for all targets.
    ///
    /// # Errors
    ///
    /// Fails when the URL cannot be used. The error does not show it: a URL that was mistyped may have its password anywhere.
    pub(super) fn all(url: &str) -> Result<Self, SetupError> {
        let parts = HttpUrl::parse(url).map_err(unusable)?;
        // A password with an unescaped `/`, `?` or `#` ends the authority too early.
        if !matches!(parts.path(), "" | "/") || url.contains(['?', '#']) {
            return Err(SetupError::new("the URL of the proxy has a path, a query or a fragment"));
        }
        let proxies = Self(Some(Arc::new(Matcher::builder().all(url).build())));
        match proxies.of(&Uri::from_static("https://localhost/")) {
            Some(proxy) => check(&proxy).map(|()| proxies),
            None => Err(SetupError::new("the URL of the proxy cannot be read")),
        }
    }

    /// Reads the environment.
    pub(super) fn from_env() -> Self {
        Self(Some(Arc::new(Matcher::from_env())))
    }

    fn of(&self, target: &Uri) -> Option<Intercept> {
        self.0.as_ref()?.intercept(target)
    }
}

/// Makes connections to a target, directly or through the tunnel of its proxy. TLS to the target comes on top of them.
#[derive(Clone)]
pub(super) struct Route<C> {
    proxies: Proxies,
    /// Makes connections to a proxy, with TLS when its URL says https.
    connector: C,
}

impl<C> Route<C> {
    pub(super) fn new(proxies: Proxies, connector: C) -> Self {
        Self { proxies, connector }
    }
}

type BoxError = Box<dyn StdError + Send + Sync>;

impl<C> Service<Uri> for Route<C>
where
    C: Service<Uri, Error: Into<BoxError>, Future: Send + 'static> + Clone,
    C::Response: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<C::Response, BoxError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let address = match plain(&target) {
            Ok(address) => address,
            Err(error) => return Box::pin(ready(Err(error.into()))),
        };
        let Some(proxy) = self.proxies.of(&target) else {
            let connecting = self.connector.call(address);
            return Box::pin(async move { connecting.await.map_err(Into::into) });
        };
        if let Err(error) = check(&proxy) {
            return Box::pin(ready(Err(error.into())));
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.connector.clone());
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        let tunneling = tunnel.call(address);
        Box::pin(async move { Ok(tunneling.await?) })
    }
}

/// Returns the address of a target: no TLS, and the port named, which a tunnel would take for 443 otherwise.
fn plain(target: &Uri) -> Result<Uri, http::Error> {
    let default = if target.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
    let authority = format!("{}:{}", target.host().unwrap_or_default(), target.port_u16().unwrap_or(default));
    Uri::builder().scheme(Scheme::HTTP).authority(authority).path_and_query("/").build()
}

/// Refuses a proxy that the libraries below read in another way, or know no protocol for.
fn check(proxy: &Intercept) -> Result<(), SetupError> {
    let text = proxy.uri().to_string();
    let url = HttpUrl::parse_server(&text).map_err(unusable)?;
    if url.is_https() && cfg!(not(feature = "hyper-rustls")) {
        return Err(unusable(NoTls("hyper-rustls")));
    }
    Ok(())
}

fn unusable(why: impl StdError + Send + Sync + 'static) -> SetupError {
    SetupError::new("the proxy cannot be used").with_source(why)
}
