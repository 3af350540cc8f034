//! The calls of a client, in groups.

mod auth;
mod messages;
mod tasks;
mod templates;

pub use self::auth::Auth;
pub use self::messages::Messages;
pub use self::tasks::Tasks;
pub use self::templates::{RcsTemplates, Templates, WhatsAppTemplates};
