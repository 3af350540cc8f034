//! WhatsApp templates. No route to edit or delete one is known.

mod create;
mod get;
mod list;

pub use self::create::CreateTemplate;
pub use self::get::GetTemplate;
pub use self::list::ListTemplates;

const PATH: &str = "/external/templates";
