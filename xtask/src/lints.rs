//! Checks that other tools make: formatting, clippy, each feature alone, and the measuring program.

use anyhow::Result;

use crate::tools::Tools;
use crate::workspace::{Workspace, run};

/// The fuzz targets are a workspace of their own, which no other step looks at.
const FUZZ: [&str; 2] = ["--manifest-path", "fuzz/Cargo.toml"];

/// Checks the formatting of every file.
pub(crate) fn formatting(workspace: &Workspace) -> Result<()> {
    workspace.run(&["fmt", "--all", "--check"])?;
    workspace.run(&[&["fmt", "--check"][..], &FUZZ].concat())
}

/// Runs clippy on all targets with all features, and on the fuzz targets.
pub(crate) fn clippy(workspace: &Workspace) -> Result<()> {
    workspace.run(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])?;
    // They use what was built for the others.
    let target_dir = workspace.target_dir().display().to_string();
    let options = ["--all-targets", "--locked", "--target-dir", &target_dir, "--", "-D", "warnings"];
    workspace.run(&[&["clippy"][..], &FUZZ, &options].concat())
}

/// Runs clippy on each published crate without features and with one at a time, where code that only another feature needs, or that
/// needs another feature, comes to light.
pub(crate) fn features(workspace: &Workspace) -> Result<()> {
    let mut hack = Tools::python(workspace)?.pip("cargo-hack");
    let which = ["--workspace", "--ignore-private", "--each-feature", "--exclude-all-features"];
    run(hack.args(["hack", "clippy"]).args(which).args(["--", "-D", "warnings"]))
}

/// Measures instructions and allocations. With `check` a figure past its gate is an error; without it times are measured too.
pub(crate) fn bench(workspace: &Workspace, check: bool) -> Result<()> {
    let program = ["run", "--release", "-p", "incs-bench", "--bin", "incs-bench", "--"];
    if check {
        return workspace.run(&[&program[..], &["report", "--check"]].concat());
    }
    workspace.run(&[&program[..], &["report"]].concat())?;
    workspace.run(&[&program[..], &["times"]].concat())
}
