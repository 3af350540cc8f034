//! All that a URL needs to receive.

use std::fmt;
use std::sync::Arc;

use incs_model::Timestamp;
use incs_model::inbound::Provider;

use crate::delivery::Delivery;
use crate::evidence::Headers;
use crate::item::Batch;
use crate::rejection::Rejection;
use crate::scheme::Scheme;
use crate::shape::Limits;

/// All that a URL needs to receive: how its sender proves who it is, and how much is read. Cheap to clone.
#[derive(Clone)]
pub struct Receiver {
    scheme: Arc<dyn Scheme>,
    limits: Limits,
    provider: Option<Provider>,
}

impl Receiver {
    /// Receives what the scheme accepts.
    pub fn new(scheme: impl Scheme + 'static) -> Self {
        Self { scheme: Arc::new(scheme), limits: Limits::DEFAULT, provider: None }
    }

    /// Sets how much is read.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Says who posts here, where it need not be found out from each body.
    #[must_use]
    pub fn with_provider(self, provider: Provider) -> Self {
        Self { provider: Some(provider), ..self }
    }

    /// How much is read.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The scheme.
    pub fn scheme(&self) -> &dyn Scheme {
        &*self.scheme
    }

    /// Verifies a request and reads every item of its body. `target` is its path and query.
    ///
    /// # Errors
    ///
    /// When the request is not to be taken. Answer [`Rejection::status`], and 200 to everything else.
    pub fn receive(
        &self,
        headers: &dyn Headers,
        target: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Batch, Rejection> {
        self.take(Delivery::new(headers, body).with_target(target), now)
    }

    pub(crate) fn take(&self, delivery: Delivery<'_>, now: Timestamp) -> Result<Batch, Rejection> {
        let verified = delivery.with_limits(self.limits).verify(&*self.scheme, now)?;
        Ok(match &self.provider {
            Some(provider) => verified.parse_from(provider.clone()),
            None => verified.parse(),
        })
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("limits", &self.limits)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}
