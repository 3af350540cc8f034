//! Tasks of the INCS workbench (the `SaaS` API).

use std::borrow::Cow;

use http::Method;
use incs_model::envelope::Frame;
use incs_model::id::TaskId;
use incs_model::limits::task::PAGE_SIZE_DEFAULT;
use incs_model::task::{ListQuery, NewTask, Task, TaskPage};
use incs_model::{DecodeError, Report};

use crate::endpoint::{CredentialKind, Endpoint, Paginated, Query};

const PATH: &str = "/external/tasks";

/// Creates a task for an agent: `POST /external/tasks` (INCS: create a task).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CreateTask {
    /// The task.
    pub task: NewTask,
}

impl CreateTask {
    /// Creates this task.
    pub fn new(task: NewTask) -> Self {
        Self { task }
    }
}

impl Endpoint for CreateTask {
    type Reply = Task;

    fn operation(&self) -> &'static str {
        "create_task"
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn path(&self) -> Cow<'static, str> {
        PATH.into()
    }

    fn credential(&self) -> CredentialKind {
        CredentialKind::Bearer
    }

    fn check(&self) -> Report {
        incs_model::check(&self.task)
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        incs_model::encode(&self.task).map(Some)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Task, DecodeError> {
        reply.data()
    }
}

/// Lists a page of tasks: `GET /external/tasks` (INCS: list tasks).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ListTasks {
    /// The filter and the page.
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

    fn check(&self) -> Report {
        incs_model::check(&self.query)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<TaskPage, DecodeError> {
        reply.data()
    }
}

impl Paginated for ListTasks {
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
