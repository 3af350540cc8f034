//! The client.

mod base_url;
mod budget;
mod builder;
mod call;
mod config;
mod credential;
mod execute;
mod request;
mod watch;
mod within;

use std::fmt;
use std::sync::Arc;

use incs_model::{Channel, Secret};

#[cfg(feature = "schema")]
pub(crate) use self::base_url::BaseUrl;
pub(crate) use self::budget::Budget;
pub use self::builder::{BuildError, ClientBuilder};
pub use self::call::Call;
pub(crate) use self::call::CallOptions;
pub(crate) use self::config::Config;
pub(crate) use self::request::Prepared;
pub(crate) use self::watch::Watch;
use crate::credentials::Codes;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::groups::{Auth, Messages, Tasks, Templates};
use crate::transport::Transport;

/// Calls the platform. Cloning is cheap and shares connections, token and limiter.
///
/// ```
/// # async fn example(transport: impl incs_client::transport::Transport, clock: impl incs_client::clock::Clock)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// use incs_client::Client;
/// use incs_model::whatsapp;
///
/// let client = Client::builder_with_clock(transport, clock).certification_code("5d1f").build()?;
/// let message = whatsapp::Message::text("85251230088".parse()?, "Your order is ready.");
/// match client.messages().send(message).await {
///     Ok(sent) => println!("on its way as {}", sent.msg_id),
///     Err(error) if error.request_state().is_safe_to_repeat() => println!("nothing went out: {error}"),
///     Err(error) => println!("find out before you send it again: {error}; {}", error.help()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    config: Arc<Config>,
    codes: Codes,
}

impl Client {
    /// A builder of a client over this transport, with the clock of tokio.
    #[cfg(feature = "tokio")]
    pub fn builder(transport: impl Transport) -> ClientBuilder {
        ClientBuilder::new(transport, crate::clock::TokioClock::default())
    }

    /// A builder of a client over this transport, with a clock of your own.
    pub fn builder_with_clock(transport: impl Transport, clock: impl crate::clock::Clock) -> ClientBuilder {
        ClientBuilder::new(transport, clock)
    }

    /// Sending messages, and what became of them.
    pub fn messages(&self) -> Messages<'_> {
        Messages::new(self)
    }

    /// Templates.
    pub fn templates(&self) -> Templates<'_> {
        Templates::new(self)
    }

    /// Tasks of the INCS workbench.
    pub fn tasks(&self) -> Tasks<'_> {
        Tasks::new(self)
    }

    /// Tokens.
    pub fn auth(&self) -> Auth<'_> {
        Auth::new(self)
    }

    /// Runs any endpoint, ours or yours.
    ///
    /// # Errors
    ///
    /// See [`Error`]; its [`request_state`](Error::request_state) says whether anything was done.
    pub async fn execute<E: Endpoint>(&self, endpoint: E) -> Result<E::Reply, Error> {
        self.run(&endpoint, &CallOptions::default()).await
    }

    /// A call to any endpoint, to be set up and awaited.
    pub fn call<E: Endpoint>(&self, endpoint: E) -> Call<'_, E> {
        Call::new(self, endpoint)
    }

    /// This client with another certification code for every channel: that of another WhatsApp number, say. Everything else is
    /// shared.
    ///
    /// # Errors
    ///
    /// When the code cannot stand in a header.
    pub fn with_certification_code(&self, code: impl Into<Secret>) -> Result<Self, BuildError> {
        let mut codes = Codes::default();
        codes.set(None, &code.into())?;
        Ok(Self { config: Arc::clone(&self.config), codes })
    }

    /// This client with another certification code for one channel.
    ///
    /// # Errors
    ///
    /// When the code cannot stand in a header, or the channel is not known.
    pub fn with_channel_code(&self, channel: &Channel, code: impl Into<Secret>) -> Result<Self, BuildError> {
        let mut codes = self.codes.clone();
        codes.set(Some(channel), &code.into())?;
        Ok(Self { config: Arc::clone(&self.config), codes })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("config", &self.config).field("codes", &self.codes).finish_non_exhaustive()
    }
}
