//! A webhook delivery before verification.

use std::fmt;

use incs_model::Timestamp;

use crate::explain::RejectionCause;
use crate::parse::Verified;
use crate::rejection::Rejection;
use crate::scheme::Scheme;
use crate::shape::{self, Limits};
use crate::signed_request::{Headers, SignedRequest};

/// A webhook delivery before verification.
///
/// Its body cannot be read. [`verify`](Self::verify) checks the sender and returns a [`Verified`] delivery:
///
/// ```
/// use incs_model::Timestamp;
/// use incs_webhook::{Delivery, Secrets, scheme::SharedSecret};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let now: Timestamp = "2026-11-22T08:00:00Z".parse()?;
/// let scheme = SharedSecret::in_header("x-token", Secrets::try_new("k2vW7xq0TzN4")?);
/// let headers = [("x-token", "k2vW7xq0TzN4")];
/// let delivery = Delivery::new(&headers, b"{}");
/// let verified = delivery.verify(&scheme, now)?;
/// assert_eq!(verified.body(), b"{}");
/// assert_eq!(verified.parse().items().len(), 1);
/// # Ok(())
/// # }
/// ```
///
/// The types enforce this order. The body cannot be read before verification:
///
/// ```compile_fail,E0599
/// # use incs_webhook::Delivery;
/// let headers = [("x-token", "k2vW7xq0TzN4")];
/// let delivery = Delivery::new(&headers, b"{}");
/// delivery.body();
/// ```
///
/// Its field is private:
///
/// ```compile_fail,E0616
/// # use incs_webhook::Delivery;
/// let headers = [("x-token", "k2vW7xq0TzN4")];
/// let delivery = Delivery::new(&headers, b"{}");
/// delivery.signed_request;
/// ```
///
/// Items cannot be parsed before verification:
///
/// ```compile_fail,E0599
/// # use incs_webhook::Delivery;
/// let headers = [("x-token", "k2vW7xq0TzN4")];
/// let delivery = Delivery::new(&headers, b"{}");
/// delivery.parse();
/// ```
///
/// A [`Verified`] cannot be constructed by other means:
///
/// ```compile_fail,E0624
/// # use incs_webhook::{Limits, Verified};
/// Verified::new(b"{}", Limits::DEFAULT);
/// ```
///
/// ```compile_fail,E0451
/// # use incs_webhook::{Limits, Verified};
/// let _ = Verified { body: b"{}", limits: Limits::DEFAULT };
/// ```
///
/// A [`SignedRequest`], which shows the body to schemes, cannot be constructed either:
///
/// ```compile_fail,E0624
/// # use incs_webhook::SignedRequest;
/// let headers = [("x-token", "k2vW7xq0TzN4")];
/// SignedRequest::new(&headers, None, b"{}").body();
/// ```
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    signed_request: SignedRequest<'a>,
    limits: Limits,
}

impl<'a> Delivery<'a> {
    /// Creates a delivery from the headers and the **unchanged** body of a request.
    pub fn new(headers: &'a dyn Headers, body: &'a [u8]) -> Self {
        Self { signed_request: SignedRequest::new(headers, None, body), limits: Limits::DEFAULT }
    }

    /// Sets the target of the request: path and query as in the request line. Schemes look for secrets in it.
    #[must_use]
    pub fn with_target(self, path_and_query: &'a str) -> Self {
        Self { signed_request: self.signed_request.with_target(path_and_query), ..self }
    }

    /// Sets the limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Checks the size and content type, then the sender.
    ///
    /// # Errors
    ///
    /// Returns a rejection if the body is too large, the content type is not JSON, or the scheme does not accept the delivery.
    pub fn verify<S: Scheme + ?Sized>(self, scheme: &S, now: Timestamp) -> Result<Verified<'a>, Rejection> {
        self.counted(true, || {
            shape::check_outside(&self.signed_request, self.limits)?;
            Ok(scheme.verify(&self.signed_request, now)?)
        })
    }

    /// Accepts the delivery without verification. **Anyone who knows the URL can then forge messages of your customers.**
    ///
    /// Since nothing else protects the handler, this checks size, content type, UTF-8, depth and JSON, and that the body is of INCS or
    /// Exotel.
    ///
    /// # Errors
    ///
    /// Returns a rejection if one of these checks fails.
    pub fn dangerously_skip_verification(self) -> Result<Verified<'a>, Rejection> {
        self.counted(false, || {
            shape::check_outside(&self.signed_request, self.limits)?;
            Ok(shape::check_inside(self.signed_request.body(), self.limits)?)
        })
    }

    /// Returns the delivery as verified if the check accepts it, and counts the result with the feature `metrics`.
    #[cfg_attr(not(feature = "metrics"), allow(unused_variables, reason = "only the feature counts"))]
    fn counted(
        self,
        is_verified: bool,
        check: impl FnOnce() -> Result<(), Rejection>,
    ) -> Result<Verified<'a>, Rejection> {
        let result = check();
        #[cfg(feature = "metrics")]
        match &result {
            Ok(()) => crate::metrics::accepted(is_verified),
            Err(rejection) => crate::metrics::rejected(rejection),
        }
        result.map(|()| Verified::new(self.signed_request.body(), self.limits))
    }

    /// Finds the likely cause of a rejection, as help for setting up a receiver.
    ///
    /// Call it only after a rejection, and do not send the cause to the sender. It tries variants that [`verify`](Self::verify) must
    /// not accept, so it costs more. Returns `None` if the scheme accepts the delivery.
    pub fn explain<S: Scheme + ?Sized>(&self, scheme: &S, now: Timestamp) -> Option<RejectionCause> {
        let error = scheme.verify(&self.signed_request, now).err()?;
        if self.signed_request.body().len() > self.limits.body {
            return Some(RejectionCause::Unknown);
        }
        Some(scheme.explain(&self.signed_request, now).unwrap_or_else(|| RejectionCause::of(&error)))
    }
}

impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivery(<{} bytes>)", self.signed_request.body().len())
    }
}
