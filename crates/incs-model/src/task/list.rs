//! Paging through tasks.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use super::resource::{Task, TaskKind, TaskStatus};
use crate::id::{BatchId, TaskId};
use crate::limits::task as limits;
use crate::time::CivilTime;
use crate::validate::{At, Validate, Violations};

/// Which tasks to list, and which page of them: the query of `GET /external/tasks`.
///
/// ```
/// use incs_model::task::{ListQuery, TaskStatus};
///
/// let done = ListQuery::new().with_status(TaskStatus::Done).with_page(2_u32);
/// assert_eq!(done.to_query(), [("status", "2".to_owned()), ("page", "2".to_owned())]);
/// # incs_model::validate(&done).unwrap();
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ListQuery {
    /// One task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
    /// The tasks of one batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_id: Option<BatchId>,
    /// Tasks of one kind. Other kinds than [`TaskKind::Message`] are not documented, yet may be asked for.
    #[cfg_attr(feature = "schema", schemars(schema_with = "any_kind_schema"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<TaskKind>,
    /// Tasks that are so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// Tasks with this in their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Tasks created from this time on. The zone is **unknown**.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_at: Option<CivilTime>,
    /// Tasks created up to this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_at: Option<CivilTime>,
    /// The page; that it counts from 1 is inferred.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Rows of a page: 1 to [`PAGE_SIZE_MAX`](crate::limits::task::PAGE_SIZE_MAX), and
    /// [`PAGE_SIZE_DEFAULT`](crate::limits::task::PAGE_SIZE_DEFAULT) when absent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = limits::PAGE_SIZE_MAX)))]
    #[serde(skip_serializing_if = "Option::is_none")]
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
            .with_page(1_u32)
            .with_page_size(100_u32);
        let text: Vec<_> = query.to_query().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            text.join("&"),
            "task_id=412&creation_id=188&type=3&status=0&name=May&start_at=2026-05-04 10:02:31&end_at=2026-05-05 00:00:00&page=1&page_size=100"
        );
        crate::validate(&query).unwrap();
        assert_eq!(
            crate::validate(&ListQuery::new().with_page(0_u32)).unwrap_err().to_string(),
            "/page: 0, expected at least 1"
        );
    }
}
