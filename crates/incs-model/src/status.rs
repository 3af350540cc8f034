//! Asking what became of messages (INCS: message status).

mod list;
mod query;
mod state;

pub use self::list::{MessageStatus, StatusList};
pub use self::query::StatusQuery;
pub use self::state::State;
