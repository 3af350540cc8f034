//! The scheme and limits of one webhook URL.

use std::fmt;
use std::sync::Arc;

use incs_model::Timestamp;
use incs_model::inbound::Provider;

use crate::delivery::Delivery;
use crate::item::Batch;
use crate::rejection::Rejection;
use crate::scheme::Scheme;
use crate::shape::{self, Limits};
use crate::signed_request::{Headers, SignedRequest};

/// Receives the deliveries of one webhook URL with a scheme and limits. Cheap to clone.
#[derive(Clone)]
pub struct Receiver {
    scheme: Arc<dyn Scheme>,
    limits: Limits,
    provider: Option<Provider>,
}

impl Receiver {
    /// Creates a receiver for deliveries that the scheme accepts.
    pub fn new(scheme: impl Scheme + 'static) -> Self {
        Self { scheme: Arc::new(scheme), limits: Limits::DEFAULT, provider: None }
    }

    /// Sets the limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sets the provider of all deliveries, instead of finding it from each body.
    #[must_use]
    pub fn with_provider(self, provider: Provider) -> Self {
        Self { provider: Some(provider), ..self }
    }

    /// Returns the limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns the scheme.
    pub fn scheme(&self) -> &dyn Scheme {
        &*self.scheme
    }

    /// Checks the headers and target of a request before its body is read, to reject unauthenticated requests early. A request that
    /// passes must still be [received](Self::receive) with its body.
    ///
    /// This compares a [`SharedSecret`](crate::scheme::SharedSecret). Of a signature it checks only the presence and form.
    ///
    /// # Errors
    ///
    /// Returns a rejection if no body could make the request acceptable. Answer with [`Rejection::status`].
    pub fn check_head(&self, headers: &dyn Headers, target: &str, now: Timestamp) -> Result<(), Rejection> {
        let head = SignedRequest::new(headers, Some(target), &[]);
        let checked = shape::check_outside(&head, self.limits).map_err(Rejection::from);
        let checked = checked.and_then(|()| Ok(self.scheme.check_head(&head, now)?));
        checked.inspect_err(rejected_early)
    }

    /// Verifies a request and parses every item of its body. `target` is the path and query.
    ///
    /// # Errors
    ///
    /// Returns a rejection if the request is not accepted. Answer it with [`Rejection::status`], and everything else with 200.
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
        #[cfg(feature = "tracing")]
        let span = crate::trace::receive().entered();
        let verified = delivery.with_limits(self.limits).verify(&*self.scheme, now);
        let result = verified.map(|verified| match &self.provider {
            Some(provider) => verified.parse_from(provider.clone()),
            None => verified.parse(),
        });
        #[cfg(feature = "tracing")]
        crate::trace::ended(&span, result.as_ref());
        result
    }
}

/// Reports a delivery that is rejected before its body is read.
#[cfg_attr(
    not(any(feature = "metrics", feature = "tracing")),
    allow(unused_variables, reason = "the features report it")
)]
pub(crate) fn rejected_early(rejection: &Rejection) {
    #[cfg(feature = "metrics")]
    crate::metrics::rejected(rejection);
    #[cfg(feature = "tracing")]
    crate::trace::rejected(rejection);
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("limits", &self.limits)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}
