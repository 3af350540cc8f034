//! RCS templates. No route to edit one is known.

mod create;
mod delete;
mod get;
mod list;

pub use self::create::{CreateTemplate, Submitted};
pub use self::delete::DeleteTemplate;
pub use self::get::GetTemplate;
pub use self::list::ListTemplates;

const PATH: &str = "/external/templates/rcs";
