//! The client that is built from the settings, and its runtime.

use async_trait::async_trait;
use incs_facade::client::backend::{HyperTransport, HyperTransportBuilder};
use incs_facade::client::endpoint::Host;
use incs_facade::client::http::Uri;
use incs_facade::client::transport::{Request, Response, Transport, TransportError};
use incs_facade::client::{BuildError, Client, ClientBuilder};

use crate::exit::{Exit, Failure, HostError};
use crate::output::Context;
use crate::settings::Settings;

/// Builds a client from the settings.
pub(crate) fn client(context: &Context) -> Result<Client, Failure> {
    build(builder(context)?)
}

/// Returns the builder of that client, for further options. A token takes precedence over an account.
pub(crate) fn builder(context: &Context) -> Result<ClientBuilder, Failure> {
    with_transport(&Settings::load(context)?, |transport| transport)
}

/// The name of this program in requests.
pub(crate) const USER_AGENT: &str = concat!("incs-cli/", env!("CARGO_PKG_VERSION"));

/// Returns the builder of a client with these settings, over a transport with some changes.
pub(crate) fn with_transport(
    settings: &Settings,
    change: impl FnOnce(HyperTransportBuilder) -> HyperTransportBuilder,
) -> Result<ClientBuilder, Failure> {
    let mut builder = Client::builder(NamingTransport(change(transport(settings)?).build())).user_agent(USER_AGENT);
    if let Some(url) = settings.chat_url()? {
        builder = builder.base_url(Host::Chat, url.expose());
    }
    if let Some(url) = settings.api_url()? {
        builder = builder.base_url(Host::Api, url.expose());
    }
    for (channel, url) in settings.channel_urls()? {
        builder = builder.channel_base_url(&channel, url.expose());
    }
    if let Some(code) = settings.certification_code()? {
        builder = builder.certification_code(code);
    }
    for (channel, code) in settings.channel_codes()? {
        builder = builder.channel_code(&channel, code);
    }
    if let Some(token) = settings.token()? {
        builder = builder.bearer_token(token);
    } else if let Some((username, password)) = settings.account()? {
        builder = builder.account(username, password);
    }
    Ok(builder)
}

/// Returns the builder of the transport: Mozilla's roots, and the proxy of the settings.
pub(crate) fn transport(settings: &Settings) -> Result<HyperTransportBuilder, Failure> {
    let builder = HyperTransport::builder();
    let Some(url) = settings.proxy_url()? else { return Ok(builder) };
    builder.proxy(url.expose()).map_err(|error| {
        Failure::usage(format!("invalid settings: {error}"))
            .with_help("check INCS_PROXY_URL or `proxy_url` of the profile; expected http://host:port")
    })
}

/// Builds the client. A wrong setting is a usage failure.
pub(crate) fn build(builder: ClientBuilder) -> Result<Client, Failure> {
    builder.build().map_err(|error| {
        let help = match &error {
            BuildError::BaseUrl(_) => {
                "check INCS_BASE_URL, INCS_CHAT_URL, INCS_API_URL and the URLs of channels, or the profile"
            }
            BuildError::PlainHttp => "use https, or an address of this machine",
            _ => "check the environment and the profile",
        };
        Failure::usage(format!("invalid settings: {error}")).with_help(help)
    })
}

/// Starts the runtime of a command that uses the network.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failure, format!("cannot start the async runtime: {error}")))
}

/// A hyper transport whose errors name the host.
#[derive(Debug)]
pub(crate) struct NamingTransport(pub(crate) HyperTransport);

#[async_trait]
impl Transport for NamingTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let host = host_of(request.uri());
        let result = self.0.call(request).await;
        result.map_err(|error| TransportError::new(error.kind()).with_source(HostError { host, error }))
    }
}

/// Returns host and port of a URL, without the parts that may be secret: user, path and query.
pub(crate) fn host_of(uri: &Uri) -> String {
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
    format!("{}:{port}", uri.host().unwrap_or_default())
}
