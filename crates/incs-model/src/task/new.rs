//! A task to create.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use super::panel::Panel;
use super::resource::TaskKind;
use crate::id::{ChannelId, Username};
use crate::limits::task as limits;
use crate::phone::PhoneNumber;
use crate::validate::{At, Validate, Violations};

/// A task to create and assign: the body of `POST /external/tasks`.
///
/// ```
/// use incs_model::task::NewTask;
///
/// let to: incs_model::PhoneNumber = "+62 812-0004-5678".parse().unwrap();
/// let task = NewTask::new("May follow-up", 30112_u64, to, "agent_07").with_description("second reminder");
/// incs_model::validate(&task).unwrap();
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NewTask {
    /// What the agent sees: at most [`NAME_MAX`](crate::limits::task::NAME_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::NAME_MAX)))]
    pub name: String,
    /// The WhatsApp channel to write from.
    pub auth_id: ChannelId,
    /// The customer.
    pub user_phone: PhoneNumber,
    /// The login name of the agent who gets the task.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub assignee_username: Username,
    /// Always [`TaskKind::Message`].
    #[serde(default)]
    pub r#type: TaskKind,
    /// At most [`DESCRIPTION_MAX`](crate::limits::task::DESCRIPTION_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(max = limits::DESCRIPTION_MAX)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The customer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// What the agent sees beside the chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_module_info: Option<Panel>,
}

impl Validate for NewTask {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.text(&at.key("name"), &self.name, &limits::NAME);
        found.not_empty(&at.key("assignee_username"), self.assignee_username.as_str());
        found.range(&at.key("type"), self.r#type.as_i64(), &limits::KIND);
        if let Some(description) = &self.description {
            found.max_chars(&at.key("description"), description, &limits::DESCRIPTION);
        }
        if let Some(Panel::Unknown(_)) = &self.task_module_info {
            found.unknown_kind(&at.key("task_module_info"), "module_id");
        }
    }
}
