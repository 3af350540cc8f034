//! Why a reply gave nothing.

use std::fmt;

use super::Envelope;
use super::code::Code;
use crate::decode::DecodeError;

/// Why a reply gave nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The platform says that the call failed.
    #[error(transparent)]
    Refused(Refusal),
    /// The call succeeded, but its `data` has another shape.
    #[error("the call succeeded, but its reply is of another shape")]
    Data(#[source] DecodeError),
}

/// The platform says that a call failed.
///
/// `Display` holds the numbers and never the platform's text, which may repeat what you sent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the platform refused the call with code {}{}", .0.code, ProviderCode(.0.provider_code()))]
pub struct Refusal(Box<Envelope>);

impl Refusal {
    pub(super) fn new(envelope: Envelope) -> Self {
        Self(Box::new(envelope))
    }

    /// What went wrong.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The number of Meta's error, if there is one. See [`Envelope::provider_code`].
    pub fn provider_code(&self) -> Option<u32> {
        self.0.provider_code()
    }

    /// What went wrong, for people. It may repeat what you sent.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The whole reply.
    pub fn envelope(&self) -> &Envelope {
        &self.0
    }

    /// The whole reply.
    pub fn into_envelope(self) -> Envelope {
        *self.0
    }
}

struct ProviderCode(Option<u32>);

impl fmt::Display for ProviderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |code| write!(f, ", provider code {code}"))
    }
}
