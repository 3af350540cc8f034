//! How a sender proves who it is.
//!
//! INCS documents no signature, so ask it for one of these, and otherwise put a [`SharedSecret`] into the URL that you register.
//!
//! | scheme | what proves the sender | says when it was signed |
//! | --- | --- | --- |
//! | [`SharedSecret`] | a secret in path, query or header; the body is not protected | no |
//! | [`HmacSha256`] | a signature whose header, encoding and parts you choose | if you choose so |
//! | [`StandardWebhooks`] | the headers of Standard Webhooks, also by their names of Svix | yes |
//! | [`Meta`] | `X-Hub-Signature-256` | no |
//! | [`Exotel`] | `X-Exotel-Signature` | no |
//! | [`AnyOf`] | what one of several schemes accepts | as they do |
//!
//! A scheme that does not say when can not tell a delivery from its copy: keep the [`DedupKey`](crate::DedupKey)s.

mod hmac_sha256;
mod shared_secret;
mod standard_webhooks;

use std::fmt;
use std::sync::Arc;

use incs_model::Timestamp;

#[cfg(feature = "testing")]
pub(crate) use self::shared_secret::Place;

pub use self::hmac_sha256::{Exotel, HmacSha256, Meta};
pub use self::shared_secret::SharedSecret;
pub use self::standard_webhooks::{HeaderNames, SecretNotBase64, StandardWebhooks};
pub use crate::rejection::Refusal;
pub use crate::signature::{Encoding, Part, SignedPartsError, TimestampHeader};

use crate::evidence::Evidence;
use crate::explain::Cause;

/// How a sender proves who it is. Write your own by implementing this.
///
/// ```
/// use incs_model::Timestamp;
/// use incs_webhook::scheme::{Refusal, Scheme};
/// use incs_webhook::Evidence;
///
/// /// A proxy in front of us has checked the client's certificate.
/// #[derive(Debug)]
/// struct CheckedByProxy;
///
/// impl Scheme for CheckedByProxy {
///     fn verify(&self, evidence: &Evidence<'_>, _now: Timestamp) -> Result<(), Refusal> {
///         match evidence.header("x-client-verified") {
///             Some(b"SUCCESS") => Ok(()),
///             Some(_) => Err(Refusal::Mismatch),
///             None => Err(Refusal::MissingHeader("x-client-verified".into())),
///         }
///     }
/// }
/// ```
pub trait Scheme: Send + Sync {
    /// Whether the sender is who it claims to be.
    ///
    /// # Errors
    ///
    /// When it is not, or nothing shows that it is.
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal>;

    /// The likely cause of a refusal, for the person who sets a receiver up. It may try what [`verify`](Self::verify) must not
    /// accept, and names neither secret nor expected signature.
    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        let _ = (evidence, now);
        None
    }
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<S: Scheme + ?Sized> Scheme for $pointer {
            fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
                (**self).verify(evidence, now)
            }

            fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
                (**self).explain(evidence, now)
            }
        }
    )+};
}

forward!(&S, Box<S>, Arc<S>);

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
            nearest = nearest.or_nearer(refusal);
        }
        Err(nearest)
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        let cause = |scheme: &Arc<dyn Scheme>| {
            let refusal = scheme.verify(evidence, now).err()?;
            Some(scheme.explain(evidence, now).unwrap_or_else(|| Cause::of(&refusal)))
        };
        let causes: Option<Vec<Cause>> = std::iter::once(&self.first).chain(&self.others).map(cause).collect();
        // The last of several maxima is the first scheme's.
        causes?.into_iter().rev().max_by_key(Cause::weight)
    }
}

impl fmt::Debug for AnyOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyOf(<{}>)", 1 + self.others.len())
    }
}
