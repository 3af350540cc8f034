//! How a sender proves who it is.

use std::borrow::Cow;

use incs_model::Timestamp;

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

/// Why a scheme does not accept a delivery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A header that the scheme needs is not there.
    #[error("the header {0} is missing")]
    MissingHeader(Cow<'static, str>),
    /// A header is there, but not in the form of the scheme.
    #[error("the header {0} is not in the form of the scheme")]
    UnreadableHeader(Cow<'static, str>),
    /// The secret should stand in the path or query, and the request's target was not given or has none.
    #[error("the request's target holds no secret")]
    MissingSecret,
    /// It was signed longer ago than the window allows.
    #[error("it was signed longer ago than the window allows")]
    TooOld,
    /// It was signed further in the future than the window allows.
    #[error("it was signed further in the future than the window allows")]
    TooNew,
    /// The signature or the secret is wrong.
    #[error("the signature or the secret is wrong")]
    Mismatch,
    /// Every secret of the scheme has expired.
    #[error("every secret of the scheme has expired")]
    NoLiveSecret,
}

impl<S: Scheme + ?Sized> Scheme for &S {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        (**self).verify(evidence, now)
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        (**self).explain(evidence, now)
    }
}

impl<S: Scheme + ?Sized> Scheme for Box<S> {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        (**self).verify(evidence, now)
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        (**self).explain(evidence, now)
    }
}

impl<S: Scheme + ?Sized> Scheme for std::sync::Arc<S> {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        (**self).verify(evidence, now)
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        (**self).explain(evidence, now)
    }
}
