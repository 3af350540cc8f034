//! The order of publishing: a crate stands after those that it needs.

use anyhow::{Result, ensure};

use super::versions::{is_left_out, ours, text};
use crate::guards::Finding;
use crate::workspace::{Package, Workspace};

pub(super) fn run(workspace: &Workspace) -> Result<Finding> {
    Ok(Finding { counted: publishable(workspace)?.join(", "), offences: Vec::new() })
}

/// The crates that are published, each after those that it or its tests ask for.
pub(super) fn publishable(workspace: &Workspace) -> Result<Vec<&str>> {
    order(workspace.packages())
}

fn order(packages: &[Package]) -> Result<Vec<&str>> {
    let mut rest: Vec<&Package> = packages.iter().filter(|package| package.publishable).collect();
    let mut ordered = Vec::new();
    while !rest.is_empty() {
        let waits = |package: &Package| {
            let mut needed = ours(package).filter(|dependency| !is_left_out(dependency));
            needed.any(|dependency| rest.iter().any(|other| other.name == text(dependency, "name")))
        };
        let (ready, waiting): (Vec<&Package>, Vec<&Package>) = rest.iter().partition(|package| !waits(package));
        let names: Vec<_> = waiting.iter().map(|package| package.name.as_str()).collect();
        ensure!(!ready.is_empty(), "each needs another of these, so none can be the first: {}", names.join(", "));
        ordered.extend(ready.iter().map(|package| package.name.as_str()));
        rest = waiting;
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, needs: &[(&str, &str)]) -> Package {
        let needs: Vec<_> = needs
            .iter()
            .map(|(name, version)| json!({ "name": name, "path": "/", "req": version, "kind": "dev" }))
            .collect();
        let metadata = json!({ "dependencies": needs });
        Package { name: name.to_owned(), dir: name.into(), publishable: name != "tool", metadata }
    }

    #[test]
    fn what_is_needed_comes_first_and_what_is_not_published_not_at_all() {
        let packages = [
            package("c", &[("b", "^1"), ("a", "^1")]),
            package("b", &[("a", "^1"), ("c", "*")]),
            package("a", &[("tool", "*")]),
            package("tool", &[("c", "^1")]),
        ];
        assert_eq!(order(&packages).unwrap(), ["a", "b", "c"]);
    }

    #[test]
    fn a_circle_is_refused() {
        let packages = [package("a", &[("b", "^1")]), package("b", &[("a", "^1")])];
        assert_eq!(
            order(&packages).unwrap_err().to_string(),
            "each needs another of these, so none can be the first: a, b"
        );
    }
}
