//! Tasks for agents, to write to a customer (INCS: tasks).
//!
//! Tasks are created and listed at `/external/tasks`. No route to change, cancel or fetch a single task is known, and no
//! webhook about tasks; to fetch one, list with its [`task_id`](ListQuery::task_id).

use incs_model_derive::{ReadStruct, WireStruct, received, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::{BatchId, ChannelId, ConversationId, TaskId, TaskLogId, Username};
use crate::limits::task as limits;
use crate::open::{open_code, tagged_union};
use crate::phone::PhoneNumber;
use crate::time::CivilTime;
use crate::validate::{At, Validate, Violations};

/// A task to create and assign: the body of `POST /external/tasks`.
///
/// ```
/// use incs_model::task::NewTask;
///
/// let to: incs_model::PhoneNumber = "+62 812-0004-5678".parse().unwrap();
/// let task = NewTask::new("May follow-up", 30112, to, "agent_07").with_description("second reminder");
/// incs_model::validate(&task).unwrap();
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NewTask {
    /// The name that the agent sees: at most [`NAME_MAX`](crate::limits::task::NAME_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::NAME_MAX)))]
    pub name: String,
    /// The WhatsApp channel that sends the messages.
    pub auth_id: ChannelId,
    /// The customer.
    #[wire(exact)]
    pub user_phone: PhoneNumber,
    /// The login name of the assigned agent.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub assignee_username: Username,
    /// Always [`TaskKind::Message`].
    #[serde(default)]
    pub r#type: TaskKind,
    /// At most [`DESCRIPTION_MAX`](crate::limits::task::DESCRIPTION_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(max = limits::DESCRIPTION_MAX)))]
    pub description: Option<String>,
    /// The customer's name.
    pub user_name: Option<String>,
    /// The panel that the agent sees beside the chat.
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

/// A query for one page of tasks: the query of `GET /external/tasks`.
///
/// ```
/// use incs_model::task::{ListQuery, TaskStatus};
///
/// let done = ListQuery::new().with_status(TaskStatus::Done).with_page(2);
/// assert_eq!(done.to_query(), [("status", "2".to_owned()), ("page", "2".to_owned())]);
/// # incs_model::validate(&done).unwrap();
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ListQuery {
    /// Only this task.
    pub task_id: Option<TaskId>,
    /// Only tasks of this batch.
    pub creation_id: Option<BatchId>,
    /// Only tasks of this kind. Kinds other than [`TaskKind::Message`] are not documented, but can be queried.
    #[cfg_attr(feature = "schema", schemars(schema_with = "any_kind_schema"))]
    pub r#type: Option<TaskKind>,
    /// Only tasks with this status.
    pub status: Option<TaskStatus>,
    /// Only tasks with this text in their name.
    pub name: Option<String>,
    /// Only tasks created at or after this time. The time zone is **unknown**.
    pub start_at: Option<CivilTime>,
    /// Only tasks created up to this time.
    pub end_at: Option<CivilTime>,
    /// The page number. (Inferred: it counts from 1.)
    pub page: Option<u32>,
    /// Rows of a page: 1 to [`PAGE_SIZE_MAX`](crate::limits::task::PAGE_SIZE_MAX), and
    /// [`PAGE_SIZE_DEFAULT`](crate::limits::task::PAGE_SIZE_DEFAULT) when absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = limits::PAGE_SIZE_MAX)))]
    pub page_size: Option<u32>,
}

/// A page of tasks: `data` of the list's reply. It has a `data` member of its own.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TaskPage {
    /// The number of tasks on all pages.
    pub total: u64,
    /// The tasks of this page.
    pub data: Vec<Task>,
}

impl ListQuery {
    /// Returns the query as names and values, not percent-encoded.
    pub fn to_query(&self) -> Vec<(&'static str, String)> {
        fn text(value: Option<&impl ToString>) -> Option<String> {
            value.map(ToString::to_string)
        }

        let values = [
            ("task_id", text(self.task_id.as_ref())),
            ("creation_id", text(self.creation_id.as_ref())),
            ("type", text(self.r#type.as_ref())),
            ("status", text(self.status.as_ref())),
            ("name", text(self.name.as_ref())),
            ("start_at", text(self.start_at.as_ref())),
            ("end_at", text(self.end_at.as_ref())),
            ("page", text(self.page.as_ref())),
            ("page_size", text(self.page_size.as_ref())),
        ];
        values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

impl Validate for ListQuery {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        if let Some(status) = self.status {
            found.range(&at.key("status"), status.as_i64(), &limits::LIST_STATUS);
        }
        if let Some(page) = self.page {
            found.range(&at.key("page"), page.into(), &limits::LIST_PAGE);
        }
        if let Some(size) = self.page_size {
            found.range(&at.key("page_size"), size.into(), &limits::LIST_PAGE_SIZE);
        }
    }
}

#[cfg(feature = "schema")]
fn any_kind_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "integer" })
}

/// A task in the platform's form: `data` of a creation, or a row of the list. The panel is not included.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Task {
    /// The task's id.
    pub id: TaskId,
    /// The batch that created the task.
    pub creation_id: BatchId,
    /// The WhatsApp channel that sends the messages.
    pub auth_id: ChannelId,
    /// The name that the agent sees.
    pub name: String,
    /// The kind of task.
    pub r#type: TaskKind,
    /// The customer.
    pub user_phone: Address,
    /// The login name of the assigned agent.
    pub assignee_username: Username,
    /// The task's status.
    pub status: TaskStatus,
    /// The time of creation.
    pub created_at: CivilTime,
    /// The time of the last change.
    pub updated_at: CivilTime,
    /// The log of the task, oldest entry first (sampled only).
    #[serde(default)]
    pub logs: Vec<TaskLog>,
    /// The description below the name.
    pub description: Option<String>,
    /// The customer's name.
    pub user_name: Option<String>,
    /// The conversation that was assigned with it. The list omits it.
    pub conversation_id: Option<ConversationId>,
}

/// A log entry of a task.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TaskLog {
    /// The entry's id.
    pub id: TaskLogId,
    /// The kind of event.
    pub r#type: TaskLogKind,
    /// The task's status after the event.
    pub status: TaskStatus,
    /// The task's status before the event.
    pub pre_status: TaskStatus,
    /// The agent assigned after the event; empty at the creation.
    pub assignee_username: Username,
    /// A remark.
    pub comment: String,
    /// The time of the event.
    pub created_at: CivilTime,
    /// The time of the entry's last change.
    pub updated_at: CivilTime,
}

open_code! {
    /// The kind of a task.
    #[derive(Default)]
    pub enum TaskKind {
        /// Write to a customer. The only kind that can be created.
        #[default]
        Message = 3,
    }
}

open_code! {
    /// The status of a task.
    pub enum TaskStatus {
        /// Not started.
        NotStarted = 0,
        /// In progress.
        InProgress = 1,
        /// Done.
        Done = 2,
        /// Ended before completion.
        Terminated = 3,
    }
}

open_code! {
    /// The kind of a log entry. Further values are **unknown**.
    pub enum TaskLogKind {
        /// The task was created.
        Created = 1,
        /// The task was assigned to an agent.
        Assigned = 2,
    }
}

/// The `module_id` of an [`OrderPanel`]: the same for every account.
pub const MODULE_ID: &str = "019d3dcd-f5a8-70e7-aff8-c54bde267f38";

tagged_union! {
    /// The panel that an agent sees beside the chat of a task; `module_id` names its kind. One kind is documented.
    pub enum Panel by "module_id" {
        /// The customer's orders and the amounts due.
        Orders(OrderPanel) = "019d3dcd-f5a8-70e7-aff8-c54bde267f38",
    }
}

/// The customer's orders and the amounts due.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderPanel {
    /// The total amount due: a decimal number in a string, or empty.
    pub total_amount: String,
    /// The orders.
    pub orders: Vec<Order>,
}

/// One order. All members are strings and always written; any may be empty (which of them are required is **unknown**).
///
/// ```
/// use incs_model::task::{Order, OrderPanel};
///
/// let order = Order::new("LN20260502002").with_due_amount("2500").with_next_due_date("2026-05-25");
/// let panel = OrderPanel::new("2500", [order]);
/// ```
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Order {
    /// The order's number.
    pub order_number: String,
    /// The customer's name.
    #[serde(default)]
    pub username: String,
    /// The customer's number; may lack the country code.
    #[serde(default)]
    pub phone_number: String,
    /// The loan amount: a decimal number.
    #[serde(default)]
    pub loan_amount: String,
    /// The amount due: a decimal number.
    #[serde(default)]
    pub due_amount: String,
    /// The due date: `YYYY-MM-DD`.
    #[serde(default)]
    pub next_due_date: String,
    /// The time at which the loan was confirmed: `YYYY-MM-DD HH:MM:SS`; the time zone is **unknown**.
    #[serde(default)]
    pub confirm_loan_time: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_has_every_filter() {
        let query = ListQuery::new()
            .with_task_id(412)
            .with_creation_id(188)
            .with_type(TaskKind::Message)
            .with_status(TaskStatus::NotStarted)
            .with_name("May")
            .with_start_at("2026-05-04 10:02:31")
            .with_end_at("2026-05-05 00:00:00")
            .with_page(1)
            .with_page_size(100);
        let text: Vec<_> = query.to_query().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            text.join("&"),
            "task_id=412&creation_id=188&type=3&status=0&name=May&start_at=2026-05-04 10:02:31&end_at=2026-05-05 00:00:00&page=1&page_size=100"
        );
        crate::validate(&query).unwrap();
        assert_eq!(crate::check(&ListQuery::new().with_page(0)).to_string(), "warning: /page: 0, expected at least 1");
    }

    #[test]
    fn order_panel_has_known_module_id() {
        assert_eq!(Panel::KNOWN, [MODULE_ID]);
    }

    #[test]
    fn unknown_panel_is_kept() {
        let body = r#"{"module_id":"4f6c","rows":[1]}"#;
        let panel: Panel = crate::json::decode(body.as_bytes()).unwrap();
        assert_eq!(panel.kind(), "4f6c");
        assert_eq!(serde_json::to_string(&panel).unwrap(), body);
    }
}
