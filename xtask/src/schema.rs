//! `cargo xtask schema`: lets the tests write `docs/schemas/` and the files made from it, or compares schemas with older ones.

pub(crate) mod diff;

use anyhow::Result;

use crate::workspace::{Workspace, run as run_program};

const FOLDER: &str = "docs/schemas";

/// The tests that write the generated files, by program. A test that reads schemas comes after the one that writes them.
const TESTS: [&str; 3] = ["generated", "openapi", "known_members"];

/// Writes every schema and the files made from them, or checks them.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<()> {
    // The page of all schemas lists those of the program's lines.
    frozen(workspace, "it", "committed_line_schemas", check)?;
    TESTS.iter().try_for_each(|test| frozen(workspace, test, "", check))
}

/// Writes a page that is generated from the model, or checks it.
pub(crate) fn page(workspace: &Workspace, module: &str, check: bool) -> Result<()> {
    frozen(workspace, "generated", module, check)
}

/// Runs a test program that compares generated files with the committed ones, or writes them. It is built like in `cargo xtask test`,
/// so that nothing is compiled twice.
fn frozen(workspace: &Workspace, program: &str, filter: &str, check: bool) -> Result<()> {
    let mut args = vec!["test", "--quiet", "--workspace", "--all-features", "--test", program];
    if !filter.is_empty() {
        args.extend(["--", filter]);
    }
    run_program(workspace.cargo(&args).env("UPDATE_FROZEN", if check { "0" } else { "1" }))
}
