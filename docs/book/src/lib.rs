//! The pages of the workspace as a book and as tests. Pages about sending are generated from code, and the code in all pages
//! compiles and runs. This crate is not published, because a published crate cannot include files outside its folder.

pub mod book;
pub mod llms;
#[cfg(doctest)]
mod pages;
pub mod sending;

use std::path::Path;

/// The root of the repository.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}
