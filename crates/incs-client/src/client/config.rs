//! What all clones of a client share.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderValue;

use super::base_url::BaseUrl;
use crate::clock::Clock;
use crate::credentials::Bearer;
use crate::endpoint::Host;
use crate::rate::Limiter;
use crate::retry::RetryPolicy;
use crate::transport::Transport;

pub(crate) struct Config {
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chat: BaseUrl,
    pub(crate) api: BaseUrl,
    pub(crate) user_agent: HeaderValue,
    pub(crate) bearer: Bearer,
    pub(crate) retry: RetryPolicy,
    pub(crate) attempt_timeout: Duration,
    pub(crate) response_limit: usize,
    pub(crate) validate: bool,
    pub(crate) limiter: Limiter,
    pub(crate) random: Mutex<fastrand::Rng>,
}

impl Config {
    pub(crate) fn base(&self, host: Host) -> &BaseUrl {
        match host {
            Host::Chat => &self.chat,
            Host::Api => &self.api,
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
            .field("user_agent", &self.user_agent)
            .field("retry", &self.retry)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("response_limit", &self.response_limit)
            .field("validate", &self.validate)
            .finish_non_exhaustive()
    }
}
