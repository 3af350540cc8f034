//! Building the targets with instrumentation.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

/// What `cargo fuzz` passes as well, save the sanitizer: that is not on stable, and without `unsafe` in the workspace it would find
/// little. All of it is stable, so this runs on the toolchain that users have.
const FLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cforce-frame-pointers",
    "--cfg=fuzzing",
];

/// Builds all targets or one, and returns the folder of the programs.
pub(super) fn run(workspace: &Workspace, folder: &Path, only: Option<&str>) -> Result<PathBuf> {
    let host = host()?;
    let target_dir = folder.display().to_string();
    // With a target named, build scripts and macros are built without the flags.
    let mut args = vec!["build", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target", &host];
    args.extend(["--target-dir", &target_dir]);
    if let Some(only) = only {
        args.extend(["--bin", only]);
    }
    workspace.run_with(&args, &[("RUSTFLAGS", &FLAGS.join(" "))]).context("libFuzzer needs a C++ compiler")?;
    Ok(folder.join(&host).join("release"))
}

/// The triple of this machine.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc does not start")?;
    ensure!(output.status.success(), "rustc -vV failed");
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.context("rustc -vV names no host")?.to_owned())
}
