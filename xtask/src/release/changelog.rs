//! The changelog has something to say about each crate that has changed.

use std::fs;

use anyhow::{Context, Result};

use super::versions::shared;
use crate::guards::Finding;
use crate::schema::diff::documents::git;
use crate::workspace::Workspace;

const FILE: &str = "CHANGELOG.md";

pub(super) fn run(workspace: &Workspace, tag: Option<&str>) -> Result<Finding> {
    let text = fs::read_to_string(workspace.root().join(FILE)).with_context(|| format!("{FILE} cannot be read"))?;
    let mut changed = Vec::new();
    for package in workspace.packages().iter().filter(|package| package.publishable) {
        // Before the first release everything is new.
        let is_changed = match tag {
            Some(tag) => {
                let folder = package.dir.strip_prefix(workspace.root())?.display().to_string();
                !git(workspace, &["diff", "--name-only", tag, "--", &folder])?.is_empty()
            }
            None => true,
        };
        if is_changed {
            changed.push(package.name.as_str());
        }
    }
    Ok(check(&text, shared(workspace.packages()), &changed))
}

fn check(text: &str, version: &str, changed: &[&str]) -> Finding {
    let found =
        [version, "Unreleased"].iter().find_map(|name| Some((*name, section(text, "## ", &format!("[{name}]"))?)));
    let Some((name, section_text)) = found else {
        let offences = vec![format!("{FILE}: no section [{version}] or [Unreleased]")];
        return Finding { counted: "sections: 0".to_owned(), offences };
    };
    let mut offences = Vec::new();
    for krate in changed {
        let part = section(&section_text, "### ", &format!("`{krate}`"));
        if !part.is_some_and(|part| part.lines().any(|line| line.starts_with("- "))) {
            offences.push(format!("{FILE}: [{name}] has no entry below `### `{krate}``, which has changed"));
        }
    }
    Finding { counted: format!("[{name}], crates that have changed: {}", changed.len()), offences }
}

/// What stands between a heading that begins so and the next of its level.
fn section(text: &str, level: &str, title: &str) -> Option<String> {
    let mut lines = text.lines();
    let is_it = |line: &str| {
        let rest = line.strip_prefix(level).and_then(|rest| rest.strip_prefix(title));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    lines.by_ref().find(|line| is_it(line))?;
    let body: Vec<_> = lines.take_while(|line| !line.starts_with(level)).collect();
    Some(body.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "# Changelog\n\n## [Unreleased]\n\n### `a`\n\n#### Added\n\n- one\n\n### `b`\n\n#### Added\n\n\
                       ## [0.1.0] - 2026-01-01\n\n### `b`\n\n- two\n";

    #[test]
    fn each_crate_that_has_changed_needs_an_entry() {
        let finding = check(LOG, "0.2.0", &["a", "b", "c"]);
        assert_eq!(finding.counted, "[Unreleased], crates that have changed: 3");
        assert_eq!(
            finding.offences,
            [
                "CHANGELOG.md: [Unreleased] has no entry below `### `b``, which has changed",
                "CHANGELOG.md: [Unreleased] has no entry below `### `c``, which has changed",
            ]
        );
    }

    #[test]
    fn the_section_of_the_version_is_preferred() {
        assert_eq!(check(LOG, "0.1.0", &["b"]).offences, [""; 0]);
        assert_eq!(check(LOG, "0.1.0", &["a"]).offences.len(), 1);
    }

    #[test]
    fn a_changelog_without_a_section_is_refused() {
        let finding = check("# Changelog\n", "0.1.0", &["a"]);
        assert_eq!(finding.offences, ["CHANGELOG.md: no section [0.1.0] or [Unreleased]"]);
    }
}
