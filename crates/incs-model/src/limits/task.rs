//! Limits of tasks (INCS: tasks).

use super::{Limit, rules};

/// Characters in a task's name.
pub const NAME_MAX: usize = 256;
/// Characters in a task's description.
pub const DESCRIPTION_MAX: usize = 256;
/// Rows of one page of a task list.
pub const PAGE_SIZE_MAX: u32 = 100;
/// Rows of one page of a task list when the call does not say.
pub const PAGE_SIZE_DEFAULT: u32 = 20;

rules! {
    NAME = "task.name.max_length", "the name of a task", Limit::MaxChars(NAME_MAX), TASKS, Documented, ValidateAndSchema;
    DESCRIPTION = "task.description.max_length", "the description of a task",
        Limit::MaxChars(DESCRIPTION_MAX), TASKS, Documented, ValidateAndSchema;
    KIND = "task.type.known", "the `type` of a new task", Limit::Range { min: 3, max: 3 }, TASKS, Documented, ValidateAndSchema;
    LIST_STATUS = "task.list.status.known", "the `status` asked for in a task list",
        Limit::Range { min: 0, max: 3 }, TASKS, Documented, ValidateAndSchema;
    LIST_PAGE = "task.list.page", "the `page` of a task list; that it counts from 1 is inferred",
        Limit::AtLeast(1), TASKS, Inferred, ValidateAndSchema;
    LIST_PAGE_SIZE = "task.list.page_size", "rows of one page of a task list",
        Limit::Range { min: 1, max: PAGE_SIZE_MAX as i64 }, TASKS, Documented, ValidateAndSchema;
}
