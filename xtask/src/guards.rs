//! `cargo xtask guards`: rules of this repository that no compiler checks.

mod budget;
mod docs;
mod features;
mod layers;
mod links;
pub(crate) mod manifests;
mod paths;
mod sources;
mod stacks;
mod tokens;
mod tree;

use anyhow::{Result, ensure};

use crate::steps::Steps;
use crate::workspace::Workspace;

/// What a guard looked at, and every offence it met.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What was counted, for the line that says ok.
    pub(crate) counted: String,
    pub(crate) offences: Vec<String>,
}

struct Guard {
    name: &'static str,
    run: fn(&Workspace) -> Result<Finding>,
}

const GUARDS: &[Guard] = &[
    Guard { name: "layers", run: layers::run },
    Guard { name: "stacks", run: stacks::run },
    Guard { name: "budget", run: budget::run },
    Guard { name: "sources", run: sources::run },
    Guard { name: "links", run: links::run },
    Guard { name: "paths", run: paths::run },
    Guard { name: "manifests", run: manifests::run },
    Guard { name: "features", run: features::run },
    Guard { name: "docs", run: docs::run },
];

/// Mends what needs no thought, the numbers of crates in pages, then runs every guard.
pub(crate) fn fix(workspace: &Workspace) -> Result<()> {
    budget::fix(workspace)?;
    run(workspace)
}

/// Runs every guard, also after one has failed, so that all offences are seen at once.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::default();
    let mut failures = Vec::new();
    for guard in GUARDS {
        let result = steps.run(guard.name, || {
            let finding = (guard.run)(workspace)?;
            println!("{}", finding.counted);
            for offence in &finding.offences {
                println!("  {offence}");
            }
            ensure!(finding.offences.is_empty(), "offences: {}", finding.offences.len());
            Ok(())
        });
        if let Err(error) = result {
            failures.push(format!("{}: {error:#}", guard.name));
        }
    }
    println!("\n{steps}");
    ensure!(failures.is_empty(), "guards failed ({})", failures.join("; "));
    Ok(())
}
