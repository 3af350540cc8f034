//! `POST /external/tasks`.

use std::borrow::Cow;

use http::Method;
use incs_model::envelope::Frame;
use incs_model::task::{NewTask, Task};
use incs_model::{DecodeError, Report};

use super::PATH;
use crate::endpoint::{CredentialKind, Endpoint};

/// Gives an agent a task (INCS: create a task).
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

    fn validate(&self) -> Result<(), Report> {
        incs_model::validate(&self.task)
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        incs_model::encode(&self.task).map(Some)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Task, DecodeError> {
        reply.data()
    }
}
