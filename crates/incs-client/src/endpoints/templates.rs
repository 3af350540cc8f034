//! Templates of RCS and WhatsApp.

pub mod rcs;
pub mod whatsapp;

use std::fmt::Write as _;

use incs_model::id::TemplateId;
use incs_model::limits::template::LIST_COUNT_DEFAULT;
use incs_model::template::ListQuery;

use crate::endpoint::segment;

/// Rows of a page that is full.
fn page_size(query: &ListQuery) -> usize {
    query.count.unwrap_or(LIST_COUNT_DEFAULT) as usize
}

/// The path of one template.
fn path_of(path: &str, id: &TemplateId) -> String {
    let mut path = path.to_owned();
    // A `String` takes any text.
    let _ = write!(path, "/{}", segment(id.as_str()));
    path
}
