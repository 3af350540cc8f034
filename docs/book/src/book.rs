//! The book: the chapters that docs/SUMMARY.md names, and the pages of the repository that stand beside docs/.

mod chapters;
mod links;
mod warnings;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use mdbook_driver::MDBook;

use self::chapters::Chapters;
use self::warnings::Warnings;

/// Builds the book of the repository at `root` into `out`, and gives the warnings that came up.
///
/// # Errors
///
/// When a chapter cannot be read, a link of one leads nowhere, or nothing can be written.
pub fn build(root: &Path, out: &Path) -> Result<Vec<String>> {
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), || {
        let mut book = MDBook::load(root.join("docs"))?;
        book.config.build.build_dir = out.to_path_buf();
        let chapters = Chapters::gather(root, &mut book.book)?;
        let mut outcome = Ok(());
        book.book.for_each_chapter_mut(|chapter| {
            if outcome.is_ok() {
                outcome = chapters.lead(chapter);
            }
        });
        outcome?;
        book.build().context("the book is not built")
    })?;
    // mdBook copies every file of docs/ that is no page; readers need neither its settings nor the program in docs/book.
    let _ = fs::remove_file(out.join("book.toml"));
    let _ = fs::remove_dir_all(out.join("book"));
    Ok(warnings.take())
}
