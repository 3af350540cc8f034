//! `cargo xtask bench`: builds and runs the measuring program in `bench`.

use anyhow::Result;

use crate::workspace::Workspace;

/// Runs the report of instructions and allocations, which fails when a promise is broken if `check` is set. Times are recorded
/// without it only: clocks of shared machines drift, so no time is a gate.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<()> {
    let program = ["run", "--release", "-p", "incs-bench", "--bin", "incs-bench", "--"];
    if check {
        return workspace.run(&[&program[..], &["report", "--check"]].concat());
    }
    workspace.run(&[&program[..], &["report"]].concat())?;
    workspace.run(&[&program[..], &["times"]].concat())
}
