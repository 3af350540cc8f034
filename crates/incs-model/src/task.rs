//! Tasks: asking an agent to write to a customer (INCS: tasks).
//!
//! Tasks are created and listed at `/external/tasks`. No route to change, cancel or fetch a single one is known, and no
//! webhook about them; to look at one, list with its [`task_id`](ListQuery::task_id).

use incs_model_derive::{WireStruct, received, skip_serializing_none};
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
/// let task = NewTask::new("May follow-up", 30112_u64, to, "agent_07").with_description("second reminder");
/// incs_model::validate(&task).unwrap();
/// ```
#[skip_serializing_none]
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
    pub description: Option<String>,
    /// The customer's name.
    pub user_name: Option<String>,
    /// What the agent sees beside the chat.
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

/// Which tasks to list, and which page of them: the query of `GET /external/tasks`.
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
    /// One task.
    pub task_id: Option<TaskId>,
    /// The tasks of one batch.
    pub creation_id: Option<BatchId>,
    /// Tasks of one kind. Other kinds than [`TaskKind::Message`] are not documented, yet may be asked for.
    #[cfg_attr(feature = "schema", schemars(schema_with = "any_kind_schema"))]
    pub r#type: Option<TaskKind>,
    /// Tasks that are so far.
    pub status: Option<TaskStatus>,
    /// Tasks with this in their name.
    pub name: Option<String>,
    /// Tasks created from this time on. The zone is **unknown**.
    pub start_at: Option<CivilTime>,
    /// Tasks created up to this time.
    pub end_at: Option<CivilTime>,
    /// The page; that it counts from 1 is inferred.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub page: Option<u32>,
    /// Rows of a page: 1 to [`PAGE_SIZE_MAX`](crate::limits::task::PAGE_SIZE_MAX), and
    /// [`PAGE_SIZE_DEFAULT`](crate::limits::task::PAGE_SIZE_DEFAULT) when absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = limits::PAGE_SIZE_MAX)))]
    pub page_size: Option<u32>,
}

/// A page of tasks: `data` of the list's reply. It holds a `data` of its own.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TaskPage {
    /// Tasks on all pages together.
    pub total: u64,
    /// The tasks of this page.
    pub data: Vec<Task>,
}

impl ListQuery {
    /// The query as names and values, not yet percent-encoded.
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

/// A task as the platform keeps it: `data` of a creation, or a row of the list. The panel does not come back.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The batch in which it was created.
    pub creation_id: BatchId,
    /// The WhatsApp channel to write from.
    pub auth_id: ChannelId,
    /// What the agent sees.
    pub name: String,
    /// What kind of task it is.
    pub r#type: TaskKind,
    /// The customer.
    pub user_phone: Address,
    /// The login name of the agent who has it.
    pub assignee_username: Username,
    /// How far it is.
    pub status: TaskStatus,
    /// When it was created.
    pub created_at: CivilTime,
    /// When it was last changed.
    pub updated_at: CivilTime,
    /// What happened to it, oldest first (sampled only).
    #[serde(default)]
    pub logs: Vec<TaskLog>,
    /// What the agent sees below the name.
    pub description: Option<String>,
    /// The customer's name.
    pub user_name: Option<String>,
    /// The conversation that was assigned with it. The list does not have it.
    pub conversation_id: Option<ConversationId>,
}

/// Something that happened to a task.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TaskLog {
    /// The entry's id.
    pub id: TaskLogId,
    /// What happened.
    pub r#type: TaskLogKind,
    /// The task's status after it.
    pub status: TaskStatus,
    /// The task's status before it.
    pub pre_status: TaskStatus,
    /// Who had the task after it; empty at the creation.
    pub assignee_username: Username,
    /// A remark.
    pub comment: String,
    /// The time of the event.
    pub created_at: CivilTime,
    /// When the entry was last changed.
    pub updated_at: CivilTime,
}

open_code! {
    /// What kind of task it is.
    #[derive(Default)]
    pub enum TaskKind {
        /// Write to a customer. The only kind that can be created.
        #[default]
        Message = 3,
    }
}

open_code! {
    /// How far a task is.
    pub enum TaskStatus {
        /// Not started.
        NotStarted = 0,
        /// In progress.
        InProgress = 1,
        /// Done.
        Done = 2,
        /// Ended before it was done.
        Terminated = 3,
    }
}

open_code! {
    /// What happened to a task. Further values are **unknown**.
    pub enum TaskLogKind {
        /// It was created.
        Created = 1,
        /// It was given to an agent.
        Assigned = 2,
    }
}

/// The `module_id` of an [`OrderPanel`]: the same for everybody.
pub const MODULE_ID: &str = "019d3dcd-f5a8-70e7-aff8-c54bde267f38";

tagged_union! {
    /// What an agent sees beside the chat of a task, told by its `module_id`. One kind is documented.
    pub enum Panel by "module_id" {
        /// The customer's orders and what is due.
        Orders(OrderPanel) = "019d3dcd-f5a8-70e7-aff8-c54bde267f38",
    }
}

/// The customer's orders and what is due.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderPanel {
    /// What is due over all orders: a decimal number in a string, or empty.
    pub total_amount: String,
    /// The orders.
    pub orders: Vec<Order>,
}

/// One order. All members are strings and always written; any may be empty (which ones must not be is **unknown**).
///
/// ```
/// use incs_model::task::{Order, OrderPanel};
///
/// let order = Order::new("LN20260502002").with_due_amount("2500").with_next_due_date("2026-05-25");
/// let panel = OrderPanel::new("2500", [order]);
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
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
    /// The amount lent: a decimal number.
    #[serde(default)]
    pub loan_amount: String,
    /// The amount due: a decimal number.
    #[serde(default)]
    pub due_amount: String,
    /// When it is due: `YYYY-MM-DD`.
    #[serde(default)]
    pub next_due_date: String,
    /// When the loan was confirmed: `YYYY-MM-DD HH:MM:SS`; the zone is **unknown**.
    #[serde(default)]
    pub confirm_loan_time: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_has_every_filter() {
        let query = ListQuery::new()
            .with_task_id(412_u64)
            .with_creation_id(188_u64)
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
        assert_eq!(
            crate::validate(&ListQuery::new().with_page(0)).unwrap_err().to_string(),
            "/page: 0, expected at least 1"
        );
    }

    #[test]
    fn a_panel_of_orders_has_the_one_known_module_id() {
        assert_eq!(Panel::KNOWN, [MODULE_ID]);
    }

    #[test]
    fn a_panel_of_another_module_is_kept() {
        let body = r#"{"module_id":"4f6c","rows":[1]}"#;
        let panel: Panel = crate::json::decode(body.as_bytes()).unwrap();
        assert_eq!(panel.kind(), "4f6c");
        assert_eq!(serde_json::to_string(&panel).unwrap(), body);
    }
}
