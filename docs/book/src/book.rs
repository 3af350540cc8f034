//! The book: the chapters of docs/SUMMARY.md, and the pages of the repository outside docs/.

mod chapters;
mod links;
mod warnings;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use mdbook_driver::MDBook;

use crate::llms;

use self::chapters::Chapters;
use self::warnings::Warnings;

/// Builds the book of the repository at `root` into `out`, and returns the warnings of the builder.
///
/// # Errors
///
/// Fails when a chapter cannot be read, a link leads nowhere, or the output cannot be written.
pub fn build(root: &Path, out: &Path) -> Result<Vec<String>> {
    let warnings = Warnings::default();
    let mut index = String::new();
    tracing::subscriber::with_default(warnings.clone(), || {
        let mut book = MDBook::load(root.join("docs"))?;
        book.config.build.build_dir = out.to_path_buf();
        let chapters = Chapters::gather(root, &mut book.book)?;
        let mut outcome = Ok(());
        book.book.for_each_chapter_mut(|chapter| {
            if outcome.is_ok() {
                outcome = chapters.rewrite_links(chapter);
            }
        });
        outcome?;
        index = chapters.index(&fs::read_to_string(root.join(llms::PATH))?)?;
        book.build().context("the book is not built")
    })?;
    // Its links lead to the chapters; the copy that mdBook makes has the links of the repository.
    fs::write(out.join("llms.txt"), index)?;
    // mdBook copies every file of docs/ that is not a page; readers need neither its settings nor the program in docs/book.
    let _ = fs::remove_file(out.join("book.toml"));
    let _ = fs::remove_dir_all(out.join("book"));
    Ok(warnings.take())
}
