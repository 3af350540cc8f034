//! A task as the platform keeps it.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::{BatchId, ChannelId, ConversationId, TaskId, TaskLogId, Username};
use crate::open::open_code;
use crate::time::CivilTime;

/// A task as the platform keeps it: `data` of a creation, or a row of the list. The panel does not come back.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The customer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The conversation that was assigned with it. The list does not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    /// When it happened.
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
