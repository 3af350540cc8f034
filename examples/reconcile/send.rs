//! A text of the input, and the outcome of its send.

use serde::Deserialize;

use incs_facade::model::PhoneNumber;
use incs_facade::model::id::MessageId;

/// A text of the input.
#[derive(Clone, Deserialize)]
pub(crate) struct Send {
    pub(crate) reference: String,
    pub(crate) to: PhoneNumber,
    pub(crate) text: String,
    #[serde(skip)]
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Default)]
pub(crate) enum Outcome {
    /// It was not sent, or was rejected: nothing reached the customer.
    #[default]
    NotSent,
    /// The send started, but no reply confirms it; it may have been sent.
    Unknown,
    /// It was sent with this id, which the reply or a webhook reported.
    Accepted(MessageId),
}

impl Send {
    pub(crate) fn id(&self) -> Option<&MessageId> {
        match &self.outcome {
            Outcome::Accepted(id) => Some(id),
            Outcome::Unknown | Outcome::NotSent => None,
        }
    }
}
