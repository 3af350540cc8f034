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

mod any_of;
mod encoding;
mod exotel;
mod hmac_sha256;
mod keys;
mod meta;
mod part;
mod recipe;
mod shared_secret;
mod standard_webhooks;
mod window;

use std::borrow::Cow;

use incs_model::Timestamp;

pub use self::any_of::AnyOf;
pub use self::encoding::Encoding;
pub(crate) use self::encoding::Tag;
pub use self::exotel::Exotel;
pub use self::hmac_sha256::HmacSha256;
pub(crate) use self::keys::{Keys, is_same, keyed};
pub use self::meta::Meta;
pub use self::part::{Part, SignedPartsError, TimestampHeader};
pub(crate) use self::recipe::{Recipe, tag_len};
#[cfg(feature = "testing")]
pub(crate) use self::shared_secret::Place;
pub use self::shared_secret::SharedSecret;
pub use self::standard_webhooks::{HeaderNames, SecretNotBase64, StandardWebhooks};

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
///
/// Times are compared last, so [`TooOld`](Self::TooOld) and [`TooNew`](Self::TooNew) say that the signature is right.
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

impl Refusal {
    /// How near the delivery came to being accepted; what came nearest tells the most.
    pub(crate) fn nearness(&self) -> u8 {
        match self {
            Self::TooOld | Self::TooNew => 5,
            Self::Mismatch => 4,
            Self::UnreadableHeader(_) => 3,
            Self::NoLiveSecret => 2,
            Self::MissingHeader(_) => 1,
            Self::MissingSecret => 0,
        }
    }
}

/// The refusal that came nearer; the first of two that came as near.
fn nearer(first: Refusal, second: Refusal) -> Refusal {
    if second.nearness() > first.nearness() { second } else { first }
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
