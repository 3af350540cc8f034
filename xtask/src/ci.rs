//! `cargo xtask ci`: every check, the tests first.

use std::cell::Cell;
use std::time::Instant;

use anyhow::Result;

use crate::steps::{self, Failure, Step, seconds};
use crate::workspace::Workspace;
use crate::{book, guards, interop, lints, release, test};

/// Runs all steps. The test counts are the last line of the log, where readers look for them.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let start = Instant::now();
    let tests = Cell::new(test::Counts::default());
    let run_tests = |workspace: &Workspace| {
        tests.set(test::run(workspace, test::Tools::All)?);
        Ok(())
    };
    // Later steps reuse the builds of earlier ones.
    let steps: &[Step<'_>] = &[
        ("test", &run_tests),
        ("fmt", &lints::formatting),
        ("guards", &guards::run),
        ("release --check --fast", &|workspace| release::check(workspace, true)),
        ("book --check", &|workspace| book::run(workspace, true)),
        ("interop", &interop::run),
        ("clippy", &lints::clippy),
        ("features", &lints::features),
        ("package", &release::package),
        ("rustdoc", &release::docs),
        ("bench --check", &lints::bench_gates),
    ];
    steps::run(steps, workspace, Failure::Stops)?;
    println!("\nci: all {} steps ok in {}", steps.len(), seconds(start.elapsed()));
    println!("{}", tests.get().line());
    Ok(())
}
