//! A text of the input, and what its send came to.

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
    /// It was not begun, or was refused: the customer has nothing.
    #[default]
    NotSent,
    /// It was begun, and no reply tells; it may be out.
    Unknown,
    /// It is out under this id: the reply said so, or it was found.
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
