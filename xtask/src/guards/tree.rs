//! Reads what `cargo tree --prefix none` prints.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};

use crate::workspace::Workspace;

/// One crate of a dependency tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) version: String,
}

/// Runs `cargo tree` for one package and returns what it depends on, the package itself left out.
pub(crate) fn dependencies(workspace: &Workspace, package: &str, args: &[&str]) -> Result<BTreeSet<Crate>> {
    let mut all = vec!["tree", "--prefix", "none", "-p", package];
    all.extend(args);
    let mut crates = parse(&workspace.output(&all)?)?;
    let before = crates.len();
    crates.retain(|found| found.name != package);
    ensure!(crates.len() + 1 == before, "the tree of {package} does not show {package} once");
    Ok(crates)
}

/// The distinct crates of a listing: lines like `serde v1.0.0 (proc-macro) (*)`.
fn parse(output: &str) -> Result<BTreeSet<Crate>> {
    let mut crates = BTreeSet::new();
    for line in output.lines() {
        // Headings like `[build-dependencies]`, and the blank line before them.
        if line.is_empty() || line.starts_with('[') {
            continue;
        }
        let mut words = line.split(' ');
        let (Some(name), Some(version)) = (words.next(), words.next()) else {
            bail!("cargo tree printed a line that is no crate: {line:?}");
        };
        let version = version.strip_prefix('v').filter(|version| version.starts_with(|c: char| c.is_ascii_digit()));
        let Some(version) = version else {
            bail!("cargo tree printed a crate without a version: {line:?}");
        };
        crates.insert(Crate { name: name.to_owned(), version: version.to_owned() });
    }
    ensure!(!crates.is_empty(), "cargo tree printed no crate");
    Ok(crates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_counted_once_whatever_follows_the_version() {
        let crates = parse(
            "incs-model v0.1.0 (/repo/crates/incs-model)\nserde v1.0.229\n\
             serde_derive v1.0.229 (proc-macro)\n\n[build-dependencies]\nserde v1.0.229 (*)\n\
             syn v1.0.0\nsyn v2.0.0\n",
        )
        .unwrap();
        let seen: Vec<_> = crates.iter().map(|found| format!("{} {}", found.name, found.version)).collect();
        assert_eq!(seen, ["incs-model 0.1.0", "serde 1.0.229", "serde_derive 1.0.229", "syn 1.0.0", "syn 2.0.0"]);
    }

    #[test]
    fn a_listing_in_another_form_is_refused() {
        for output in ["", "serde\n", "├── serde v1.0.0\n", "serde 1.0.0\n"] {
            assert!(parse(output).is_err(), "{output:?}");
        }
    }
}
