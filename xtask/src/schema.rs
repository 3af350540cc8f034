//! `cargo xtask schema`: has the tests write `docs/schemas/` and what is made of it, or compares schemas with older ones.

pub(crate) mod diff;

use anyhow::Result;

use crate::workspace::{Workspace, run as run_program};

const FOLDER: &str = "docs/schemas";

/// The tests that hold the generated files, by program; one that reads schemas comes after the one that writes them.
const TESTS: [&str; 3] = ["generated", "openapi", "known_members"];

/// Writes every schema and what is made of them, or checks them.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<()> {
    TESTS.iter().try_for_each(|test| frozen(workspace, test, "", check))
}

/// Writes the page of limits, or checks it.
pub(crate) fn limits(workspace: &Workspace, check: bool) -> Result<()> {
    frozen(workspace, "generated", "limits", check)
}

/// Runs a test program that compares what it makes with what is committed, and writes it if asked to. Built as `cargo xtask test`
/// builds it, so that nothing is compiled twice.
fn frozen(workspace: &Workspace, program: &str, filter: &str, check: bool) -> Result<()> {
    let mut args = vec!["test", "--quiet", "--workspace", "--all-features", "--test", program];
    if !filter.is_empty() {
        args.extend(["--", filter]);
    }
    run_program(workspace.cargo(&args).env("UPDATE_FROZEN", if check { "0" } else { "1" }))
}
