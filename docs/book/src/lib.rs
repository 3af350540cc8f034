//! The pages of the workspace: a book is made of them, those about sending are made of code, and the code in all of them compiles
//! and runs. It stands here since this crate is not published, and a published one cannot reach beyond its folder.

pub mod book;
#[cfg(doctest)]
mod pages;
pub mod sending;

use std::path::Path;

/// The root of the repository.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}
