//! The likely cause of a failed check.

mod reading;
mod rewriting;
mod search;
mod spelling;

use std::borrow::Cow;
use std::time::Duration;

use crate::scheme::Refusal;

pub(crate) use self::reading::Reading;
pub(crate) use self::search::likely_cause;

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
    /// It fits a secret that is read in another way than the scheme does.
    #[error("it fits the secret if that is taken {0}: give the secret in the form that the scheme takes")]
    SecretKind(&'static str),
    /// It fits a secret that has expired.
    #[error("it fits a secret that has expired")]
    ExpiredSecret,
    /// The signature is right, but its time is outside the window.
    #[error("the signature is right, but its time is {} s {} this clock", .by.as_secs(), if *.ahead { "ahead of" } else { "behind" })]
    Clock {
        /// By how much the two differ.
        by: Duration,
        /// Whether the sender's clock is ahead of the receiver's.
        ahead: bool,
    },
    /// The signature or secret is right, but written in another encoding or with another prefix.
    #[error("the signature or secret is right, but written as {0}")]
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

impl Cause {
    /// What a refusal tells by itself.
    pub(crate) fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::MissingHeader(name) => Self::MissingHeader(name.clone()),
            Refusal::UnreadableHeader(name) => Self::UnreadableHeader(name.clone()),
            Refusal::MissingSecret => Self::MissingSecret,
            Refusal::TooOld | Refusal::TooNew | Refusal::Mismatch | Refusal::NoLiveSecret => Self::Unknown,
        }
    }

    /// How much it tells, compared with the causes of other schemes.
    pub(crate) fn weight(&self) -> u8 {
        match self {
            Self::Clock { .. }
            | Self::ExpiredSecret
            | Self::Encoding(_)
            | Self::SecretKind(_)
            | Self::BodyRewritten => 4,
            Self::Unknown => 3,
            Self::UnreadableHeader(_) => 2,
            Self::MissingHeader(_) => 1,
            Self::MissingSecret => 0,
        }
    }
}
