//! Building a client.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;
use incs_model::auth::TokenRequest;
use incs_model::{Channel, Secret};

use super::{BaseUrl, Client, Config, GivenIds};
use crate::clock::Clock;
use crate::credentials::{Account, Bearer, Codes, TokenCache, bearer};
use crate::endpoint::Host;
use crate::error::BuildError;
#[cfg(feature = "rate-limit")]
use crate::rate::{Limiter, RateLimits};
use crate::retry::RetryPolicy;
use crate::transport::{RESPONSE_LIMIT, Transport};

/// Builds a [`Client`]. [`build`](Self::build) returns the error of an invalid setting.
pub struct ClientBuilder {
    config: Config,
    codes: Codes,
    account: Option<Account>,
    allow_http: bool,
    fault: Option<BuildError>,
}

impl ClientBuilder {
    pub(crate) fn new(transport: impl Transport, clock: impl Clock) -> Self {
        let (chat, api) = (BaseUrl::chat(), BaseUrl::api());
        Self {
            config: Config {
                transport: Box::new(transport),
                clock: Arc::new(clock),
                chat,
                api,
                channels: HashMap::new(),
                user_agent: HeaderValue::from_static(concat!("incs-client/", env!("CARGO_PKG_VERSION"))),
                bearer: Bearer::Absent,
                retry: RetryPolicy::default(),
                attempt_timeout: Duration::from_secs(30),
                response_limit: RESPONSE_LIMIT,
                validate: true,
                #[cfg(feature = "rate-limit")]
                limiter: Limiter::default(),
                random: Mutex::new(fastrand::Rng::new()),
                given_ids: Mutex::new(GivenIds::default()),
            },
            codes: Codes::default(),
            account: None,
            allow_http: false,
            fault: None,
        }
    }

    /// Sets the certification code of all channels without their own code.
    #[must_use]
    pub fn certification_code(self, code: impl Into<Secret>) -> Self {
        self.code(None, &code.into())
    }

    /// Sets the certification code of one channel.
    #[must_use]
    pub fn channel_code(self, channel: &Channel, code: impl Into<Secret>) -> Self {
        self.code(Some(channel), &code.into())
    }

    fn code(mut self, channel: Option<&Channel>, code: &Secret) -> Self {
        let result = self.codes.set(channel, code);
        self.record(result)
    }

    /// Sets the account whose bearer token the task routes need. The token is fetched at the first call that needs it, and once
    /// more when it is refused.
    #[must_use]
    pub fn account(mut self, username: impl Into<incs_model::id::Username>, password: impl Into<Secret>) -> Self {
        let request = TokenRequest::new(username, password);
        self.account = Some(Account { request, member: self.account.and_then(|account| account.member) });
        self
    }

    /// Sets the account, and names the member of `data` that holds the token: the platform's pages do not. Unless named, `token`
    /// and `access_token` are tried.
    #[must_use]
    pub fn account_with_member(mut self, request: TokenRequest, member: impl Into<String>) -> Self {
        self.account = Some(Account { request, member: Some(member.into()) });
        self
    }

    /// Sets a bearer token that you fetched yourself. It is never renewed.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<Secret>) -> Self {
        let value = bearer(&token.into()).ok_or(BuildError::Credential);
        let result = value.map(|value| self.config.bearer = Bearer::Fixed(value));
        self.record(result)
    }

    /// Sets the base URL of a role of hosts: scheme, host, and a path before all others if need be.
    #[must_use]
    pub fn base_url(mut self, host: Host, url: &str) -> Self {
        let result = BaseUrl::parse(url).map(|url| match host {
            Host::Chat => self.config.chat = url,
            Host::Api => self.config.api = url,
        });
        self.record(result)
    }

    /// Sets one base URL for both roles: a proxy, or the sandbox. A base URL of a channel that was set before is forgotten.
    #[must_use]
    pub fn base_urls(mut self, url: &str) -> Self {
        self.config.channels.clear();
        self.base_url(Host::Chat, url).base_url(Host::Api, url)
    }

    /// Sets the base URL that the messages of one channel are sent to, instead of [`Host::Chat`].
    ///
    /// The platform's pages show the route of RCS messages under both hosts, and do not say which one serves an account.
    ///
    /// ```
    /// # fn build(transport: impl incs_client::transport::Transport, clock: impl incs_client::clock::Clock)
    /// # -> Result<incs_client::Client, incs_client::BuildError> {
    /// use incs_client::Client;
    /// use incs_model::Channel;
    ///
    /// let client = Client::builder_with_clock(transport, clock)
    ///     .certification_code("5d1f")
    ///     .channel_base_url(&Channel::Rcs, "https://api.incsapp.com")
    ///     .build()?;
    /// # Ok(client)
    /// # }
    /// ```
    #[must_use]
    pub fn channel_base_url(mut self, channel: &Channel, url: &str) -> Self {
        let result = match channel {
            Channel::Unknown(_) => Err(BuildError::Channel),
            _ => BaseUrl::parse(url).map(|url| drop(self.config.channels.insert(channel.clone(), url))),
        };
        self.record(result)
    }

    /// Lets credentials and messages travel in the clear to another machine.
    #[must_use]
    pub fn allow_plain_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Adds your program's name to `user-agent`, before the name of this library.
    #[must_use]
    pub fn user_agent(mut self, name: &str) -> Self {
        let value = HeaderValue::from_str(&format!("{name} incs-client/{}", env!("CARGO_PKG_VERSION")));
        let result = value.map(|value| self.config.user_agent = value).map_err(|_| BuildError::UserAgent);
        self.record(result)
    }

    /// Sets how often and how long a call is tried.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.config.retry = policy;
        self
    }

    /// Sets how long one attempt may take. 30 s unless set; the time for the whole call is
    /// [`RetryPolicy::max_elapsed`].
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.config.attempt_timeout = timeout;
        self
    }

    /// Sets the bytes of the longest reply that is read. 4 MiB unless set.
    #[must_use]
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.config.response_limit = bytes;
        self
    }

    /// Sets whether calls are validated before they are sent; the default is true. The platform may accept today what its pages did
    /// not allow when this library was released.
    #[must_use]
    pub fn validate(mut self, is_checked: bool) -> Self {
        self.config.validate = is_checked;
        self
    }

    /// Makes the waits between attempts the same in every run.
    #[must_use]
    pub fn jitter_seed(mut self, seed: u64) -> Self {
        self.config.random = Mutex::new(fastrand::Rng::with_seed(seed));
        self
    }

    /// Limits how fast this client and its clones call. No limit unless set: the platform documents none.
    #[cfg(feature = "rate-limit")]
    #[must_use]
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.config.limiter = Limiter::new(limits, &self.config.clock);
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// The first thing that was wrong with the settings.
    pub fn build(mut self) -> Result<Client, BuildError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let Config { chat, api, channels, .. } = &self.config;
        if !self.allow_http && [chat, api].into_iter().chain(channels.values()).any(BaseUrl::is_exposed) {
            return Err(BuildError::PlainHttp);
        }
        if let Some(account) = self.account {
            self.config.bearer = Bearer::Account(account, TokenCache::default());
        }
        Ok(Client { config: Arc::new(self.config), codes: self.codes })
    }

    /// Returns the first thing that is wrong with the settings so far.
    #[cfg(feature = "hyper-rustls")]
    pub(super) fn fault(&self) -> Option<&BuildError> {
        self.fault.as_ref()
    }

    fn record(mut self, result: Result<(), BuildError>) -> Self {
        if let Err(fault) = result {
            self.fault.get_or_insert(fault);
        }
        self
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("config", &self.config)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}
