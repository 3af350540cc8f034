//! `cargo xtask book`: the pages about sending, then all pages as a book in target/book whose links are checked.

use anyhow::Result;

use crate::workspace::Workspace;

/// Writes the pages that are made of code, or with `check` compares them, and builds the book.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<()> {
    // Of the whole workspace, as the tests build it, so that nothing is compiled twice.
    let program = ["run", "--quiet", "--all-features", "--bin", "incs-book", "--"];
    let check: &[&str] = if check { &["--check"] } else { &[] };
    workspace.run(&[&program[..], &["pages"], check].concat())?;
    let out = workspace.target_dir().join("book").display().to_string();
    workspace.run(&[&program[..], &["build", "--out", &out]].concat())
}
