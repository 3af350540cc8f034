//! What arrived, of which nothing is known yet.

use std::fmt;

use incs_model::Timestamp;

use crate::evidence::{Evidence, Headers};
use crate::explain::Cause;
use crate::parse::Verified;
use crate::rejection::Rejection;
use crate::scheme::Scheme;
use crate::shape::{self, Limits};

/// What arrived, of which nothing is known yet. It shows nothing of itself: the only way on is
/// [`verify`](Self::verify).
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
/// No other order compiles. The body can not be read before:
///
/// ```compile_fail,E0599
/// # use incs_webhook::Delivery;
/// let headers = [("x-token", "k2vW7xq0TzN4")];
/// let delivery = Delivery::new(&headers, b"{}");
/// delivery.body();
/// ```
///
/// nor by its field:
///
/// ```compile_fail,E0616
/// # use incs_webhook::Delivery;
/// let headers = [("x-token", "k2vW7xq0TzN4")];
/// let delivery = Delivery::new(&headers, b"{}");
/// delivery.evidence;
/// ```
///
/// nor can items:
///
/// ```compile_fail,E0599
/// # use incs_webhook::Delivery;
/// let headers = [("x-token", "k2vW7xq0TzN4")];
/// let delivery = Delivery::new(&headers, b"{}");
/// delivery.parse();
/// ```
///
/// and what is verified can not be made by hand, by its constructor or by its fields:
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
/// nor what only schemes get to see:
///
/// ```compile_fail,E0624
/// # use incs_webhook::Evidence;
/// let headers = [("x-token", "k2vW7xq0TzN4")];
/// Evidence::new(&headers, None, b"{}").body();
/// ```
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    evidence: Evidence<'a>,
    limits: Limits,
}

impl<'a> Delivery<'a> {
    /// A delivery: its headers, and its body **byte for byte as it came**.
    pub fn new(headers: &'a dyn Headers, body: &'a [u8]) -> Self {
        Self { evidence: Evidence::new(headers, None, body), limits: Limits::DEFAULT }
    }

    /// Adds the target of the request: path and query as they stand in the request line. Secrets in path or query are looked
    /// for there.
    #[must_use]
    pub fn with_target(self, path_and_query: &'a str) -> Self {
        Self { evidence: self.evidence.with_target(path_and_query), ..self }
    }

    /// Sets how much is read.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Checks size and content type, then who sent it.
    ///
    /// # Errors
    ///
    /// When it is too large, calls itself something other than JSON, or is not accepted by the scheme.
    pub fn verify<S: Scheme + ?Sized>(self, scheme: &S, now: Timestamp) -> Result<Verified<'a>, Rejection> {
        shape::check_outside(&self.evidence, self.limits)?;
        scheme.verify(&self.evidence, now)?;
        Ok(Verified::new(self.evidence.body(), self.limits))
    }

    /// Takes the delivery of a sender that proves nothing. **Anyone who finds the URL can then forge messages of your
    /// customers.** Since nothing else stands between the internet and your handler, the whole shape is checked: size,
    /// content type, UTF-8, depth, JSON, and that the body is of INCS or Exotel.
    ///
    /// # Errors
    ///
    /// When the shape is wrong.
    pub fn dangerously_skip_verification(self) -> Result<Verified<'a>, Rejection> {
        shape::check_outside(&self.evidence, self.limits)?;
        shape::check_inside(self.evidence.body(), self.limits)?;
        Ok(Verified::new(self.evidence.body(), self.limits))
    }

    /// The likely cause of a refusal, for the person who sets a receiver up. It tries what [`verify`](Self::verify) must not
    /// accept, so it costs more; call it after a refusal, not before, and show it only to yourself. `None` when the
    /// scheme accepts the delivery.
    pub fn explain<S: Scheme + ?Sized>(&self, scheme: &S, now: Timestamp) -> Option<Cause> {
        let refusal = scheme.verify(&self.evidence, now).err()?;
        if self.evidence.body().len() > self.limits.body {
            return Some(Cause::Unknown);
        }
        Some(scheme.explain(&self.evidence, now).unwrap_or_else(|| Cause::of(&refusal)))
    }
}

impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivery(<{} bytes>)", self.evidence.body().len())
    }
}
