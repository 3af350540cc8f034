//! The likely cause of a failed check.

use std::borrow::Cow;
use std::time::Duration;

/// The likely cause of a failed check, for the person who sets a receiver up. Never holds a secret or an expected signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// A header that the scheme needs did not arrive: the sender does not sign, or a proxy drops it.
    #[error("the header {0} did not arrive: the sender does not sign, or a proxy drops it")]
    MissingHeader(Cow<'static, str>),
    /// The signature is of other bytes of the same JSON: something parsed the body and wrote it anew.
    #[error(
        "the signature is of other bytes of the same JSON: hand over the body as it came, not parsed and written anew"
    )]
    BodyRewritten,
    /// The signature fits the secret read in another way.
    #[error("the signature fits the secret {0}: this is another kind of secret than the scheme takes")]
    SecretKind(&'static str),
    /// The signature fits a secret that has expired.
    #[error("the signature fits a secret that has expired")]
    ExpiredSecret,
    /// The signature is right, but its time is outside the window.
    #[error("the signature is right, but its time is {} s {} this clock", .by.as_secs(), if *.ahead { "ahead of" } else { "behind" })]
    Clock {
        /// By how much the two differ.
        by: Duration,
        /// Whether the sender's clock is ahead of the receiver's.
        ahead: bool,
    },
    /// The signature is right, but written in another encoding or with another prefix.
    #[error("the signature is right, but written as {0}")]
    Encoding(&'static str),
    /// The header is not in the form of the scheme.
    #[error("the header {0} is not in the form of the scheme: another scheme may be in use")]
    UnreadableHeader(Cow<'static, str>),
    /// The request's target was not given, or holds no secret.
    #[error("the request's target was not given to the delivery, or holds no secret")]
    MissingSecret,
    /// Nothing fits: another secret, a changed body, or another scheme.
    #[error("nothing fits: another secret, a body that was changed on the way, or another scheme")]
    Unknown,
}
