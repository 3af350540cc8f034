//! `cargo xtask release --check`: checks that the crates can be published.

use std::fs;

use anyhow::{Context, Result};

use crate::guards;
use crate::schema::diff;
use crate::steps::{self, Failure, Step};
use crate::tools::{Tools, empty};
use crate::workspace::{Workspace, run};

const CHANGELOG: &str = "CHANGELOG.md";

/// Checks that read files or ask git, and take less than a second.
const CHECKS: [Step<'_>; 4] = [
    ("versions", &|workspace| guards::report(&versions(workspace)?)),
    ("manifests", &|workspace| guards::report(&guards::manifests(workspace)?)),
    ("changelog", &|workspace| guards::report(&changelog(workspace)?)),
    ("schemas", &|workspace| guards::report(&schemas(workspace)?)),
];

/// Checks that build. CI has its own steps for them.
const BUILDS: [Step<'_>; 2] = [("docs.rs", &docs_alone), ("package", &package)];

/// Runs every check, also after one has failed.
pub(crate) fn check(workspace: &Workspace, fast: bool) -> Result<()> {
    let steps = if fast { CHECKS.to_vec() } else { [&CHECKS[..], &BUILDS].concat() };
    steps::run(&steps, workspace, Failure::GoesOn)?;
    if fast {
        println!("left out: docs.rs, package");
    }
    println!("to publish: `cargo publish --workspace`, which knows the order");
    Ok(())
}

/// Checks that all crates have the same version, and that published ones depend on exactly this version of each other.
fn versions(workspace: &Workspace) -> Result<Vec<String>> {
    let version = &version(workspace)?;
    let mut violations = Vec::new();
    for package in workspace.packages().iter().filter(|package| package.version.to_string() != *version) {
        violations.push(format!("{}: version {}, the others have {version}", package.name, package.version));
    }
    for package in workspace.published() {
        // Cargo leaves a test dependency without a version out of the package.
        let asked = package.dependencies.iter().map(|used| (used, used.req.to_string()));
        let asked = asked.filter(|(used, req)| used.path.is_some() && req != "*");
        for (used, req) in asked.filter(|(_, req)| *req != format!("^{version}")) {
            violations.push(format!("{}: asks for {} {req}, that is {version}", package.name, used.name));
        }
    }
    Ok(violations)
}

/// Returns the version of the first published crate, with which the others are compared.
fn version(workspace: &Workspace) -> Result<String> {
    Ok(workspace.published().next().context("no crate is published")?.version.to_string())
}

/// Returns the tag of the last release before this commit, of the form `v1.2.3`; `None` before the first.
fn last_tag(workspace: &Workspace) -> Result<Option<String>> {
    let tags = workspace.git(&["tag", "--list", "v*.*.*", "--merged", "HEAD", "--sort=-version:refname"])?;
    Ok(tags.lines().next().map(str::to_owned))
}

/// Checks that the changelog has an entry for each published crate that changed since the last release.
fn changelog(workspace: &Workspace) -> Result<Vec<String>> {
    let text = fs::read_to_string(workspace.root().join(CHANGELOG)).with_context(|| format!("no {CHANGELOG}"))?;
    let tag = last_tag(workspace)?;
    let mut changed = Vec::new();
    for package in workspace.published() {
        let folder = package.manifest_path.parent().context("a manifest without a folder")?;
        // Before the first release every crate is new.
        let diff = tag.as_ref().map(|tag| workspace.git(&["diff", "--name-only", tag, "--", folder.as_str()]));
        if diff.transpose()?.is_none_or(|files| !files.is_empty()) {
            changed.push(package.name.as_str());
        }
    }
    Ok(unsaid(&text, &version(workspace)?, &changed))
}

fn unsaid(text: &str, version: &str, changed: &[&str]) -> Vec<String> {
    let names = [version, "Unreleased"].map(|name| format!("[{name}]"));
    let Some(found) = names.iter().find_map(|name| section(text, "## ", name)) else {
        return vec![format!("{CHANGELOG}: no section {}", names.join(" or "))];
    };
    let has_entry = |name: &&&str| {
        let part = section(&found, "### ", &format!("`{name}`"));
        part.is_some_and(|part| part.lines().any(|line| line.starts_with("- ")))
    };
    let silent = changed.iter().filter(|name| !has_entry(name));
    silent.map(|name| format!("{CHANGELOG}: no entry below `### `{name}``, which has changed")).collect()
}

/// Returns the text between a heading with this beginning and the next of its level.
fn section(text: &str, level: &str, title: &str) -> Option<String> {
    let mut lines = text.lines();
    let is_it = |line: &str| {
        let rest = line.strip_prefix(level).and_then(|rest| rest.strip_prefix(title));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    lines.by_ref().find(|line| is_it(line))?;
    Some(lines.take_while(|line| !line.starts_with(level)).collect::<Vec<_>>().join("\n"))
}

/// Checks that the version allows the schema changes since the last release.
fn schemas(workspace: &Workspace) -> Result<Vec<String>> {
    let Some(tag) = last_tag(workspace)? else {
        println!("there is no tag of an earlier release, so there is nothing to compare with");
        return Ok(Vec::new());
    };
    let (changes, version) = (diff::since(workspace, &tag)?, version(workspace)?);
    println!("since {tag}: {}", diff::counted(&changes));
    let breaking = changes.iter().filter(|change| change.class.counts_as_breaking()).count();
    let refused = (breaking > 0 && !may_break(&tag, &version)?)
        .then(|| format!("breaking: {breaking}, and the version is {version}; see cargo xtask schema --diff {tag}"));
    Ok(refused.into_iter().collect())
}

/// Reports whether a version step announces a breaking change: by the major number, or below 1.0 by the minor number.
fn may_break(tag: &str, version: &str) -> Result<bool> {
    let leading = |version: &str| -> Result<(u64, u64)> {
        let mut numbers = version.trim_start_matches('v').split('.').map(str::parse::<u64>);
        let mut next = || numbers.next().and_then(Result::ok).with_context(|| format!("{version} is not a version"));
        let (major, minor) = (next()?, next()?);
        Ok((major, if major == 0 { minor } else { 0 }))
    };
    Ok(leading(version)? > leading(tag)?)
}

/// Documents all crates together with all features, unpublished ones included.
pub(crate) fn docs(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo(&["doc", "--workspace", "--no-deps", "--all-features"]);
    run(command.envs(as_docs_rs(workspace)))
}

/// Documents each published crate alone, like docs.rs, so that none relies on a feature that only another crate enables.
fn docs_alone(workspace: &Workspace) -> Result<()> {
    let mut hack = Tools::python(workspace)?.pip("cargo-hack");
    hack.args(["hack", "doc", "--workspace", "--ignore-private", "--all-features", "--no-deps"]);
    run(hack.envs(as_docs_rs(workspace)))
}

/// Returns a rustdoc that documents like docs.rs, which sets the cfg `docsrs` and has a nightly toolchain. The crates use one nightly
/// feature: the notes about the feature that an item needs. The stable rustdoc enables it by a variable. If the variable were set for
/// cargo, half of the dependencies would be rebuilt, since their build scripts read it; so only a script around rustdoc sets it.
fn as_docs_rs(workspace: &Workspace) -> [(&'static str, String); 2] {
    let rustdoc = workspace.root().join("xtask/tools/rustdoc").display().to_string();
    [("RUSTDOCFLAGS", "--cfg docsrs -D warnings".to_owned()), ("RUSTDOC", rustdoc)]
}

/// Packages every published crate, unpacks the packages, and checks each crate against the others as unpacked.
pub(crate) fn package(workspace: &Workspace) -> Result<()> {
    let published: Vec<_> = workspace.published().map(|package| (package.name.as_str(), &package.version)).collect();
    // A local working tree is rarely clean; CI packages a clean clone.
    let mut args = vec!["package", "--allow-dirty", "--no-verify"];
    for (name, _) in &published {
        args.extend(["--package", name]);
    }
    workspace.run(&args)?;

    let packages = workspace.target_dir().join("package");
    let unpacked = empty(packages.join("unpacked"))?;
    let mut manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"*-*\"]\n\n[patch.crates-io]\n".to_owned();
    for (name, version) in &published {
        let file = packages.join(format!("{name}-{version}.crate"));
        run(workspace.command("tar", &["-xzf"]).arg(&file).arg("-C").arg(&unpacked))?;
        manifest.extend([name, " = { path = \"", name, "-", &version.to_string(), "\" }\n"]);
    }
    fs::write(unpacked.join("Cargo.toml"), manifest)?;
    fs::copy(workspace.root().join("Cargo.lock"), unpacked.join("Cargo.lock"))?;
    for (name, _) in &published {
        // With default features, whose dependencies the step `features` has already built.
        let mut check = workspace.cargo(&["check", "--quiet", "--package", name]);
        run(check.current_dir(&unpacked).env("CARGO_TARGET_DIR", workspace.target_dir()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "# Changelog\n\n## [Unreleased]\n\n### `a`\n\n#### Added\n\n- one\n\n### `b`\n\n#### Added\n\n\
                       ## [0.1.0] - 2026-01-01\n\n### `b`\n\n- two\n";

    #[test]
    fn changed_crate_needs_changelog_entry() {
        assert_eq!(
            unsaid(LOG, "0.2.0", &["a", "b", "c"]),
            [
                "CHANGELOG.md: no entry below `### `b``, which has changed",
                "CHANGELOG.md: no entry below `### `c``, which has changed",
            ]
        );
    }

    #[test]
    fn section_of_version_is_preferred() {
        assert_eq!(unsaid(LOG, "0.1.0", &["b"]), [""; 0]);
        assert_eq!(unsaid(LOG, "0.1.0", &["a"]).len(), 1);
    }

    #[test]
    fn changelog_without_section_is_refused() {
        assert_eq!(unsaid("# Changelog\n", "0.1.0", &["a"]), ["CHANGELOG.md: no section [0.1.0] or [Unreleased]"]);
    }

    #[test]
    fn breaking_change_needs_right_number() {
        for (tag, version, expected) in [
            ("v0.1.0", "0.1.1", false),
            ("v0.1.0", "0.1.0", false),
            ("v0.1.9", "0.2.0", true),
            ("v0.9.0", "1.0.0", true),
            ("v1.0.0", "1.1.0", false),
            ("v1.1.0", "2.0.0", true),
        ] {
            assert_eq!(may_break(tag, version).unwrap(), expected, "{tag} to {version}");
        }
        assert!(may_break("vnext", "0.1.0").is_err());
    }

    #[test]
    fn versions_of_this_workspace_agree() {
        assert_eq!(versions(&Workspace::load().unwrap()).unwrap(), [""; 0]);
    }
}
