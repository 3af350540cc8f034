//! Authentication schemes for the sender of a delivery.
//!
//! INCS documents no signature. Ask INCS for one of these schemes; otherwise put a [`SharedSecret`] into the URL that you register.
//!
//! | scheme | proof | signed time |
//! | --- | --- | --- |
//! | [`SharedSecret`] | a secret in path, query or header; the body is not protected | no |
//! | [`HmacSha256`] | a signature with a header, encoding and parts of your choice | optional |
//! | [`StandardWebhooks`] | the headers of Standard Webhooks, or of Svix | yes |
//! | [`Meta`] | `X-Hub-Signature-256` | no |
//! | [`Exotel`] | `X-Exotel-Signature` | no |
//! | [`AnyOf`] | the proof of one of several schemes | depends on the scheme |
//!
//! A scheme without a signed time cannot detect replays. Store the [`DedupKey`](crate::DedupKey)s to detect them.

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
pub use crate::rejection::VerifyError;
pub use crate::signature::{Encoding, Part, SignedPartsError, TimestampHeader};

use crate::explain::RejectionCause;
use crate::signed_request::SignedRequest;

/// An authentication scheme. Implement it for your own schemes.
///
/// ```
/// use incs_model::Timestamp;
/// use incs_webhook::scheme::{VerifyError, Scheme};
/// use incs_webhook::SignedRequest;
///
/// /// A proxy has verified the client's certificate.
/// #[derive(Debug)]
/// struct CheckedByProxy;
///
/// impl Scheme for CheckedByProxy {
///     fn verify(&self, signed_request: &SignedRequest<'_>, _now: Timestamp) -> Result<(), VerifyError> {
///         match signed_request.header("x-client-verified") {
///             Some(b"SUCCESS") => Ok(()),
///             Some(_) => Err(VerifyError::Mismatch),
///             None => Err(VerifyError::MissingHeader("x-client-verified".into())),
///         }
///     }
/// }
/// ```
pub trait Scheme: Send + Sync {
    /// Verifies the sender.
    ///
    /// # Errors
    ///
    /// Returns an error if the proof is missing or wrong.
    fn verify(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError>;

    /// Checks the headers and target before the body is read, to reject unauthenticated requests early. The body is empty here. A
    /// request that passes is still [verified](Self::verify) with its body.
    ///
    /// The default implementation accepts every head.
    ///
    /// # Errors
    ///
    /// Returns an error if no body could make the delivery acceptable.
    fn check_head(&self, head: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        let _ = (head, now);
        Ok(())
    }

    /// Finds the likely cause of a rejection, as help for setting up a receiver. It may try variants that [`verify`](Self::verify) must
    /// not accept. The cause contains no secret and no expected signature.
    fn explain(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Option<RejectionCause> {
        let _ = (signed_request, now);
        None
    }
}

/// Reduces the result for an empty body to the head: a wrong signature may be right for the real body.
fn without_body(verified: Result<(), VerifyError>) -> Result<(), VerifyError> {
    match verified {
        Err(VerifyError::Mismatch | VerifyError::TooOld | VerifyError::TooNew) => Ok(()),
        verified => verified,
    }
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<S: Scheme + ?Sized> Scheme for $pointer {
            fn verify(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
                (**self).verify(signed_request, now)
            }

            fn check_head(&self, head: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
                (**self).check_head(head, now)
            }

            fn explain(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Option<RejectionCause> {
                (**self).explain(signed_request, now)
            }
        }
    )+};
}

forward!(&S, Box<S>, Arc<S>);

/// Accepts what any of several schemes accepts. It is as strong as the weakest of them.
///
/// If no scheme accepts the delivery, the error comes from the nearest scheme: a wrong signature is more specific than a
/// missing header.
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
    /// Creates a scheme that accepts what `scheme` accepts.
    pub fn new(scheme: impl Scheme + 'static) -> Self {
        Self { first: Arc::new(scheme), others: Vec::new() }
    }

    /// Adds an alternative scheme, which is tried after the previous ones.
    #[must_use]
    pub fn or(mut self, scheme: impl Scheme + 'static) -> Self {
        self.others.push(Arc::new(scheme));
        self
    }

    /// Tries the schemes in order until one accepts. Returns the error that came nearest otherwise.
    fn first_accepting(&self, check: impl Fn(&dyn Scheme) -> Result<(), VerifyError>) -> Result<(), VerifyError> {
        let Err(mut nearest) = check(&*self.first) else { return Ok(()) };
        for scheme in &self.others {
            let Err(error) = check(&**scheme) else { return Ok(()) };
            nearest = nearest.or_nearer(error);
        }
        Err(nearest)
    }
}

impl Scheme for AnyOf {
    fn verify(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        self.first_accepting(|scheme| scheme.verify(signed_request, now))
    }

    fn check_head(&self, head: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        self.first_accepting(|scheme| scheme.check_head(head, now))
    }

    fn explain(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Option<RejectionCause> {
        let cause = |scheme: &Arc<dyn Scheme>| {
            let error = scheme.verify(signed_request, now).err()?;
            Some(scheme.explain(signed_request, now).unwrap_or_else(|| RejectionCause::of(&error)))
        };
        let causes: Option<Vec<RejectionCause>> = std::iter::once(&self.first).chain(&self.others).map(cause).collect();
        // The last of several maxima is the first scheme's.
        causes?.into_iter().rev().max_by_key(RejectionCause::weight)
    }
}

impl fmt::Debug for AnyOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyOf(<{}>)", 1 + self.others.len())
    }
}
