//! `cargo xtask bench`: builds and runs the measuring program in `bench`.

use anyhow::{Result, ensure};

use crate::workspace::Workspace;

/// Runs the report, then the times; `check` makes them fail when a figure is past its gate.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<()> {
    ensure!(workspace.has("incs-bench"), "there is no bench, so nothing can be measured");
    for command in ["report", "times"] {
        let mut args = vec!["run", "--release", "-p", "incs-bench", "--", command];
        if check {
            args.push("--check");
        }
        workspace.run(&args)?;
    }
    Ok(())
}
