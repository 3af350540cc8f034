//! `cargo xtask ci`: every check, in the order that finds the cheapest fault first.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::steps::{Steps, seconds};
use crate::workspace::Workspace;
use crate::{bench, book, clippy, guards, interop, package, release, test};

struct Step {
    name: &'static str,
    run: fn(&Workspace) -> Result<()>,
}

/// The tests stand last, so that the closing lines of a CI log are the tests that ran.
const STEPS: &[Step] = &[
    Step { name: "fmt", run: |workspace| workspace.run(&["fmt", "--all", "--check"]) },
    Step { name: "clippy", run: clippy::run },
    Step { name: "rustdoc", run: release::build_docs },
    Step { name: "guards", run: guards::run },
    Step { name: "book --check", run: |workspace| book::run(workspace, true) },
    Step { name: "release --check --fast", run: |workspace| release::run(workspace, true) },
    Step { name: "interop", run: interop::run },
    Step { name: "bench --check", run: |workspace| bench::run(workspace, true) },
    Step { name: "package", run: package::run },
    Step { name: "test", run: test::run },
];

/// Runs all steps; at the first failure the summary names those that did not run.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let start = Instant::now();
    run_steps(STEPS, workspace)?;
    println!("\nci: all {} steps ok in {}", STEPS.len(), seconds(start.elapsed()));
    Ok(())
}

fn run_steps(list: &[Step], workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::default();
    let mut rest = list.iter();
    while let Some(step) = rest.next() {
        if rest.len() == 0 {
            println!("\n{steps}");
        }
        let result = steps.run(step.name, || (step.run)(workspace));
        if result.is_err() {
            for skipped in rest {
                steps.not_run(skipped.name);
            }
            println!("\n{steps}");
            return result.with_context(|| format!("ci stopped at {}", step.name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_are_the_last_step() {
        assert_eq!(STEPS.last().unwrap().name, "test");
    }
}
