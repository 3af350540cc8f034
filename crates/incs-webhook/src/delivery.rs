//! What arrived, of which nothing is known yet.

use std::fmt;

use incs_model::Timestamp;

use crate::evidence::Evidence;
use crate::explain::Cause;
use crate::headers::Headers;
use crate::limits::Limits;
use crate::rejection::Rejection;
use crate::scheme::Scheme;
use crate::shape;
use crate::verified::Verified;

/// What arrived, of which nothing is known yet. It shows nothing of itself: the only way on is
/// [`verify`](Self::verify).
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
