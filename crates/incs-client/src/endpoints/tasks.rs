//! Tasks of the INCS workbench (the `SaaS` API).

mod create;
mod list;

pub use self::create::CreateTask;
pub use self::list::ListTasks;

const PATH: &str = "/external/tasks";
