//! The client.

mod base_url;
mod builder;
mod call;
#[cfg(feature = "hyper-rustls")]
mod environment;
mod execute;
mod given_ids;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use incs_model::{Channel, Secret};

pub(crate) use self::base_url::BaseUrl;
pub use self::builder::ClientBuilder;
pub use self::call::Call;
pub(crate) use self::call::{CallOptions, StateTracker};
use self::given_ids::GivenIds;
use crate::clock::Clock;
use crate::credentials::{Bearer, Codes};
use crate::endpoint::{Endpoint, Host};
use crate::error::BuildError;
#[cfg(feature = "rate-limit")]
use crate::rate::Limiter;
use crate::retry::RetryPolicy;
use crate::transport::Transport;

/// Calls the platform. Cloning is cheap and shares connections, token and limiter.
///
/// ```
/// # async fn example(transport: impl incs_client::transport::Transport, clock: impl incs_client::clock::Clock)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// use incs_client::{Client, RequestState};
/// use incs_model::whatsapp;
///
/// let client = Client::builder_with_clock(transport, clock).certification_code("5d1f").build()?;
/// let message = whatsapp::Message::new("85251230088".parse()?, "Your order is ready.");
/// match client.messages().send(message).await {
///     Ok(sent) => println!("on its way as {}", sent.message_id),
///     Err(error) => match error.request_state() {
///         RequestState::NotSent | RequestState::Rejected => println!("nothing went out: {error}"),
///         RequestState::Accepted => println!("it is on its way, its id is not known: {error}"),
///         RequestState::Unknown => println!("find out before you send it again: {error}; {}", error.help()),
///     },
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
    /// Returns a builder of a client over this transport, with the clock of tokio.
    #[cfg(feature = "tokio")]
    pub fn builder(transport: impl Transport) -> ClientBuilder {
        ClientBuilder::new(transport, crate::clock::TokioClock::default())
    }

    /// Returns a builder of a client over this transport, with a clock of your own.
    pub fn builder_with_clock(transport: impl Transport, clock: impl Clock) -> ClientBuilder {
        ClientBuilder::new(transport, clock)
    }

    /// Executes an endpoint of this crate or your own when the returned [`Call`] is awaited. Messages are sent by
    /// [`Messages::send`](crate::Messages::send), which executes [`SendMessage`](crate::endpoints::messages::SendMessage).
    ///
    /// ```
    /// # async fn example(client: incs_client::Client, id: incs_model::id::MessageId) -> Result<(), incs_client::Error> {
    /// use std::time::Duration;
    ///
    /// use incs_client::endpoints::messages::GetStatus;
    /// use incs_model::status::StatusQuery;
    ///
    /// let query = GetStatus::new(StatusQuery::new([id]));
    /// let list = client.execute(&query).await?;
    /// let again = client.execute(&query).attempt_timeout(Duration::from_secs(5)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn execute<E: Endpoint>(&self, endpoint: E) -> Call<'_, E> {
        Call::new(self, endpoint)
    }

    /// Returns this client with another certification code for every channel, for example the code of another WhatsApp number.
    /// Everything else is shared.
    ///
    /// # Errors
    ///
    /// Fails when a header cannot hold the code.
    pub fn with_certification_code(&self, code: impl Into<Secret>) -> Result<Self, BuildError> {
        let mut codes = Codes::default();
        codes.set(None, &code.into())?;
        Ok(Self { config: Arc::clone(&self.config), codes })
    }

    /// Returns this client with another certification code for one channel.
    ///
    /// # Errors
    ///
    /// Fails when a header cannot hold the code, or the channel is not known.
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

pub(crate) struct Config {
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chat: BaseUrl,
    pub(crate) api: BaseUrl,
    /// The base URLs of channels that do not use `chat`.
    pub(crate) channels: HashMap<Channel, BaseUrl>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) bearer: Bearer,
    pub(crate) retry: RetryPolicy,
    pub(crate) attempt_timeout: Duration,
    pub(crate) response_limit: usize,
    pub(crate) validate: bool,
    #[cfg(feature = "rate-limit")]
    pub(crate) limiter: Limiter,
    pub(crate) random: Mutex<fastrand::Rng>,
    pub(crate) given_ids: Mutex<GivenIds>,
}

impl Config {
    pub(crate) fn base<E: Endpoint>(&self, endpoint: &E) -> &BaseUrl {
        let channel = endpoint.channel().filter(|_| endpoint.sends_message());
        match (channel.and_then(|channel| self.channels.get(&channel)), endpoint.host()) {
            (Some(url), _) => url,
            (None, Host::Chat) => &self.chat,
            (None, Host::Api) => &self.api,
        }
    }

    /// A random number from 0 up to 1.
    pub(crate) fn jitter(&self) -> f64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("chat", &self.chat)
            .field("api", &self.api)
            .field("channels", &self.channels)
            .field("user_agent", &self.user_agent)
            .field("retry", &self.retry)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("response_limit", &self.response_limit)
            .field("validate", &self.validate)
            .finish_non_exhaustive()
    }
}
