//! What one of several schemes accepts.

use std::fmt;
use std::sync::Arc;

use incs_model::Timestamp;

use super::{Refusal, Scheme, nearer};
use crate::evidence::Evidence;
use crate::explain::Cause;

/// What one of several schemes accepts: the first that does is enough, so all together are as strong as the weakest.
///
/// When none does, the refusal is that of the scheme that came nearest: one whose signature does not fit tells more than one
/// whose header is missing.
///
/// ```
/// use incs_webhook::Secrets;
/// use incs_webhook::scheme::{AnyOf, Exotel, SharedSecret};
///
/// # fn main() -> Result<(), incs_webhook::EmptySecret> {
/// let scheme = AnyOf::new(Exotel::new(Secrets::try_new("the-api-token")?))
///     .or(SharedSecret::in_path(Secrets::try_new("k2vW7xq0TzN4")?));
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AnyOf {
    first: Arc<dyn Scheme>,
    others: Vec<Arc<dyn Scheme>>,
}

impl AnyOf {
    /// What this scheme accepts.
    pub fn new(scheme: impl Scheme + 'static) -> Self {
        Self { first: Arc::new(scheme), others: Vec::new() }
    }

    /// What this scheme accepts, too. It is asked after those before it.
    #[must_use]
    pub fn or(mut self, scheme: impl Scheme + 'static) -> Self {
        self.others.push(Arc::new(scheme));
        self
    }
}

impl Scheme for AnyOf {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        let Err(mut nearest) = self.first.verify(evidence, now) else { return Ok(()) };
        for scheme in &self.others {
            let Err(refusal) = scheme.verify(evidence, now) else { return Ok(()) };
            nearest = nearer(nearest, refusal);
        }
        Err(nearest)
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        let mut telling: Option<Cause> = None;
        for scheme in std::iter::once(&self.first).chain(&self.others) {
            let refusal = scheme.verify(evidence, now).err()?;
            let cause = scheme.explain(evidence, now).unwrap_or_else(|| Cause::of(&refusal));
            telling = match telling {
                Some(best) if best.weight() >= cause.weight() => Some(best),
                _ => Some(cause),
            };
        }
        telling
    }
}

impl fmt::Debug for AnyOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyOf(<{}>)", 1 + self.others.len())
    }
}
