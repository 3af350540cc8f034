//! Checks by other tools: formatting, clippy, each feature alone, and benchmarks.

use anyhow::Result;

use crate::tools::Tools;
use crate::workspace::{Workspace, run};

/// The manifest of the fuzz targets, a separate workspace that no other step checks.
const FUZZ: [&str; 2] = ["--manifest-path", "fuzz/Cargo.toml"];

/// The manifest of the inbox beside its peers, with the oldest rusqlite that it accepts.
const PEERS: [&str; 2] = ["--manifest-path", "bench/peers/Cargo.toml"];

/// The manifest of the example with sqlx, which has the oldest rusqlite too.
const SQLX: [&str; 2] = ["--manifest-path", "examples/sqlx/Cargo.toml"];

/// Checks the formatting of every file.
pub(crate) fn formatting(workspace: &Workspace) -> Result<()> {
    workspace.run(&["fmt", "--all", "--check"])?;
    workspace.run(&[&["fmt", "--check"][..], &FUZZ].concat())?;
    workspace.run(&[&["fmt", "--check"][..], &PEERS].concat())?;
    workspace.run(&[&["fmt", "--check"][..], &SQLX].concat())
}

/// Runs clippy on all targets with all features, and on the fuzz targets.
pub(crate) fn clippy(workspace: &Workspace) -> Result<()> {
    workspace.run(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])?;
    // The fuzz targets reuse the builds of the others.
    let target_dir = workspace.target_dir().display().to_string();
    let options = ["--all-targets", "--locked", "--target-dir", &target_dir, "--", "-D", "warnings"];
    workspace.run(&[&["clippy"][..], &FUZZ, &options].concat())
}

/// Runs clippy on each published crate without features and with one at a time. This finds code that depends on a feature without
/// saying so, and code that no feature uses.
pub(crate) fn features(workspace: &Workspace) -> Result<()> {
    let mut hack = Tools::python(workspace)?.pip("cargo-hack");
    let which = ["--workspace", "--ignore-private", "--each-feature", "--exclude-all-features"];
    run(hack.args(["hack", "clippy"]).args(which).args(["--", "-D", "warnings"]))?;
    oldest_sqlite(workspace)
}

/// Builds the relay with the oldest rusqlite that it accepts, which users of sqlx have, and tests the example with sqlx.
fn oldest_sqlite(workspace: &Workspace) -> Result<()> {
    let target_dir = workspace.target_dir().join("peers").display().to_string();
    workspace.run(&[&["check"][..], &PEERS, &["--locked", "--target-dir", &target_dir]].concat())?;
    workspace.run(&[&["test"][..], &SQLX, &["--locked", "--target-dir", &target_dir]].concat())
}

/// The program that measures, in the profile of a user who sets nothing: the profile of our own programs has LTO.
const MEASURE: [&str; 8] = ["run", "--profile", "plain", "-p", "incs-bench", "--bin", "incs-bench", "--"];

/// Measures what has a gate. A figure beyond its gate is an error.
pub(crate) fn bench_gates(workspace: &Workspace) -> Result<()> {
    workspace.run(&[&MEASURE[..], &["report", "--check"]].concat())?;
    workspace.run(&[&MEASURE[..], &["relay"]].concat())
}

/// Measures every table of `docs/performance.md`, and with `write` writes them into it.
pub(crate) fn bench_tables(workspace: &Workspace, write: bool) -> Result<()> {
    workspace.run(&["build", "--release", "-p", "incs-cli"])?;
    let incs = workspace.target_dir().join("release/incs").display().to_string();
    let to: &[&str] = if write { &["--write", "docs/performance.md"] } else { &[] };
    workspace.run(&[&MEASURE[..], &["table", "--incs", &incs], to].concat())
}
