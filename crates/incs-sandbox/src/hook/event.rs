//! The kinds of event, in one word each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A message has a new state.
pub(crate) const MESSAGE_STATUS: &str = "message_status_update";
/// A customer wrote.
pub(crate) const NEW_MESSAGE: &str = "new_message";
/// A message went through the workbench, in either direction.
pub(crate) const MESSAGE_CREATED: &str = "message_created";
/// Exotel: a user wrote.
pub(crate) const EXOTEL_INCOMING: &str = "incoming_message";
/// Exotel: what became of a message.
pub(crate) const EXOTEL_REPORT: &str = "dlr";

/// The kinds of INCS, by the platform's own names.
pub(crate) const INCS: &[&str] = &[
    MESSAGE_STATUS,
    NEW_MESSAGE,
    MESSAGE_CREATED,
    "template_status_update",
    "template_category_update",
    "template_quality_update",
];

/// The kinds of Exotel, by the words of its `callback_type`.
pub(crate) const EXOTEL: &[&str] = &[EXOTEL_INCOMING, EXOTEL_REPORT];

/// In whose form webhooks are posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Provider {
    #[default]
    Incs,
    Exotel,
}

impl Provider {
    /// The kinds of event that it has.
    pub(crate) fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Incs => INCS,
            Self::Exotel => EXOTEL,
        }
    }
}
