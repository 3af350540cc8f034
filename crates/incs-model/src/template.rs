//! Templates: what is submitted for review, what the platform keeps, and whether a send fits (INCS: RCS templates, WhatsApp
//! templates).

mod list;
mod placeholder;
pub mod rcs;
pub mod whatsapp;

pub use self::list::ListQuery;
