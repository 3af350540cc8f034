//! Tasks of the INCS workbench.

use incs_model::task::{ListQuery, NewTask};

use crate::client::{Call, Client};
use crate::endpoints::tasks::{CreateTask, ListTasks};
use crate::pager::Pager;

/// Tasks of the INCS workbench: [`Client::tasks`]. They need an account or a bearer token.
#[derive(Debug, Clone, Copy)]
pub struct Tasks<'a> {
    client: &'a Client,
}

impl<'a> Tasks<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Gives an agent a task.
    pub fn create(&self, task: NewTask) -> Call<'a, CreateTask> {
        self.client.call(CreateTask::new(task))
    }

    /// The tasks that this query asks for, from its page on.
    pub fn list(&self, query: ListQuery) -> Pager<ListTasks> {
        Pager::new(self.client, ListTasks::new(query))
    }
}
