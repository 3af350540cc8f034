//! Tasks: asking an agent to write to a customer (INCS: tasks).
//!
//! Tasks are created and listed at `/external/tasks`. No route to change, cancel or fetch a single one is known, and no
//! webhook about them; to look at one, list with its [`task_id`](ListQuery::task_id).

mod list;
mod new;
mod panel;
mod resource;

pub use self::list::{ListQuery, TaskPage};
pub use self::new::NewTask;
pub use self::panel::{MODULE_ID, Order, OrderPanel, Panel};
pub use self::resource::{Task, TaskKind, TaskLog, TaskLogKind, TaskStatus};
