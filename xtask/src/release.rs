//! `cargo xtask release --check`: whether what stands here can be published, and in which order.

mod changelog;
mod docs;
mod order;
mod schemas;
mod versions;

use std::fmt::Write as _;

use anyhow::{Result, ensure};

pub(crate) use self::docs::{as_rustdoc, build as build_docs};
use crate::guards::{Finding, manifests};
use crate::package;
use crate::schema::diff::documents::git;
use crate::workspace::Workspace;

/// One question to the repository.
struct Check {
    name: &'static str,
    run: fn(&Workspace, Option<&str>) -> Result<Finding>,
}

/// Each reads files or asks git, and takes less than a second.
const CHECKS: &[Check] = &[
    Check { name: "versions", run: |workspace, _| Ok(versions::check(workspace)) },
    Check { name: "manifests", run: |workspace, _| manifests::run(workspace) },
    Check { name: "changelog", run: changelog::run },
    Check { name: "schemas", run: schemas::run },
    Check { name: "order", run: |workspace, _| order::run(workspace) },
];

/// These build, so that `--fast` leaves them out; CI does both by steps of its own.
const BUILDS: &[Check] = &[
    Check { name: "docs.rs", run: |workspace, _| docs::one_by_one(workspace) },
    Check { name: "package", run: |workspace, _| packaged(workspace) },
];

/// Makes every check, also after one has failed, then prints the table and the order of publishing.
pub(crate) fn run(workspace: &Workspace, fast: bool) -> Result<()> {
    let tag = last_tag(workspace)?;
    let mut rows = Vec::new();
    let builds = if fast { &[] } else { BUILDS };
    for check in CHECKS.iter().chain(builds) {
        let finding = (check.run)(workspace, tag.as_deref()).unwrap_or_else(|error| Finding {
            counted: "could not be checked".to_owned(),
            offences: vec![format!("{error:#}")],
        });
        rows.push((check.name, finding));
    }
    print!("{}", table(&rows));
    if fast {
        println!("left out: docs.rs, package");
    }
    println!("\nto publish, in this order:");
    for name in order::publishable(workspace)? {
        println!("  cargo publish -p {name}");
    }
    let failed: Vec<_> =
        rows.iter().filter(|(_, finding)| !finding.offences.is_empty()).map(|(name, _)| *name).collect();
    ensure!(failed.is_empty(), "not ready to be released: {}", failed.join(", "));
    Ok(())
}

fn packaged(workspace: &Workspace) -> Result<Finding> {
    package::run(workspace)?;
    Ok(Finding { counted: "each crate builds from its package".to_owned(), offences: Vec::new() })
}

/// The tag of the last release before this commit, by the form `v1.2.3`; nothing before the first.
fn last_tag(workspace: &Workspace) -> Result<Option<String>> {
    let tags = git(workspace, &["tag", "--list", "v*.*.*", "--merged", "HEAD", "--sort=-version:refname"])?;
    Ok(tags.lines().next().map(str::to_owned))
}

fn table(rows: &[(&str, Finding)]) -> String {
    let mut text = format!("{:9}  {:6}  {}\n", "check", "result", "looked at");
    for (name, finding) in rows {
        let word = if finding.offences.is_empty() { "ok" } else { "FAILED" };
        let _ = writeln!(text, "{name:9}  {word:6}  {}", finding.counted);
        for offence in &finding.offences {
            let _ = writeln!(text, "{:9}  {:6}  {offence}", "", "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_has_a_row_and_each_offence_a_line_below() {
        let finding = |offences: &[&str]| Finding {
            counted: "crates: 2".to_owned(),
            offences: offences.iter().map(|offence| (*offence).to_owned()).collect(),
        };
        assert_eq!(
            table(&[("versions", finding(&[])), ("order", finding(&["a needs itself"]))]),
            "check      result  looked at\n\
             versions   ok      crates: 2\n\
             order      FAILED  crates: 2\n                   a needs itself\n"
        );
    }
}
