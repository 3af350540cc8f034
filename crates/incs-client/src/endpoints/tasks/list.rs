//! `GET /external/tasks`.

use std::borrow::Cow;

use incs_model::envelope::Frame;
use incs_model::id::TaskId;
use incs_model::limits::task::PAGE_SIZE_DEFAULT;
use incs_model::task::{ListQuery, Task, TaskPage};
use incs_model::{DecodeError, Report};

use super::PATH;
use crate::endpoint::{CredentialKind, Endpoint, Query};
use crate::pager::Listing;

/// Lists a page of tasks (INCS: list tasks).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ListTasks {
    /// Which tasks, and which page of them.
    pub query: ListQuery,
}

impl ListTasks {
    /// Lists this page.
    pub fn new(query: ListQuery) -> Self {
        Self { query }
    }
}

impl Endpoint for ListTasks {
    type Reply = TaskPage;

    fn operation(&self) -> &'static str {
        "list_tasks"
    }

    fn path(&self) -> Cow<'static, str> {
        PATH.into()
    }

    fn query(&self) -> Query {
        self.query.to_query().into_iter().collect()
    }

    fn credential(&self) -> CredentialKind {
        CredentialKind::Bearer
    }

    fn validate(&self) -> Result<(), Report> {
        incs_model::validate(&self.query)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<TaskPage, DecodeError> {
        reply.data()
    }
}

impl Listing for ListTasks {
    type Row = Task;
    type Key = TaskId;

    fn rows(reply: TaskPage) -> Vec<Task> {
        reply.data
    }

    fn key(row: &Task) -> TaskId {
        row.id
    }

    fn page_size(&self) -> usize {
        self.query.page_size.unwrap_or(PAGE_SIZE_DEFAULT) as usize
    }

    fn advance(&mut self, _: TaskId) {
        self.query.page = Some(self.query.page.unwrap_or(1).saturating_add(1));
    }
}
