//! The client that the settings ask for, and the runtime it needs.

use incs_facade::client::backend::HyperTransport;
use incs_facade::client::endpoint::Host;
use incs_facade::client::{BuildError, Client, ClientBuilder};

use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::settings::Settings;

/// The client that the settings ask for.
pub(crate) fn client(context: &Context) -> Result<Client, Failure> {
    build(builder(context)?)
}

/// The same, to be told more. A token that is set wins over an account.
pub(crate) fn builder(context: &Context) -> Result<ClientBuilder, Failure> {
    let settings = Settings::load(context)?;
    let mut builder =
        Client::builder(HyperTransport::new()).user_agent(concat!("incs-cli/", env!("CARGO_PKG_VERSION")));
    if let Some(url) = settings.chat_url()? {
        builder = builder.base_url(Host::Chat, url.expose());
    }
    if let Some(url) = settings.api_url()? {
        builder = builder.base_url(Host::Api, url.expose());
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

/// Builds it; what is wrong with a setting is a failure of usage.
pub(crate) fn build(builder: ClientBuilder) -> Result<Client, Failure> {
    builder.build().map_err(|error| {
        let help = match &error {
            BuildError::BaseUrl => "look at INCS_BASE_URL, INCS_CHAT_URL and INCS_API_URL, or at the profile",
            BuildError::PlainHttp => "use https, or an address of this machine",
            _ => "look at the environment and the profile",
        };
        Failure::usage(format!("the settings are wrong: {error}")).with_help(help)
    })
}

/// The runtime of a command that waits for the network.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failure, format!("no runtime: {error}")))
}
