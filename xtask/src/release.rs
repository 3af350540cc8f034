//! `cargo xtask release --check`: whether what stands here can be published.

use std::fs;

use anyhow::{Context, Result};

use crate::guards;
use crate::schema::diff;
use crate::steps::{self, Failure, Step};
use crate::tools::{Tools, empty};
use crate::workspace::{Workspace, run};

const CHANGELOG: &str = "CHANGELOG.md";

/// Each reads files or asks git, and takes less than a second.
const CHECKS: [Step<'_>; 4] = [
    ("versions", &|workspace| guards::report(&versions(workspace)?)),
    ("manifests", &|workspace| guards::report(&guards::manifests(workspace)?)),
    ("changelog", &|workspace| guards::report(&changelog(workspace)?)),
    ("schemas", &|workspace| guards::report(&schemas(workspace)?)),
];

/// These build; CI has steps of its own for the like.
const BUILDS: [Step<'_>; 2] = [("docs.rs", &docs_alone), ("package", &package)];

/// Makes every check, also after one has failed.
pub(crate) fn check(workspace: &Workspace, fast: bool) -> Result<()> {
    let steps = if fast { CHECKS.to_vec() } else { [&CHECKS[..], &BUILDS].concat() };
    steps::run(&steps, workspace, Failure::GoesOn)?;
    if fast {
        println!("left out: docs.rs, package");
    }
    println!("to publish: `cargo publish --workspace`, which knows the order");
    Ok(())
}

/// Every crate has the one version, and published ones ask their neighbours for exactly it.
fn versions(workspace: &Workspace) -> Result<Vec<String>> {
    let version = &version(workspace)?;
    let mut offences = Vec::new();
    for package in workspace.packages().iter().filter(|package| package.version.to_string() != *version) {
        offences.push(format!("{}: version {}, the others have {version}", package.name, package.version));
    }
    for package in workspace.published() {
        // A test dependency without a version is left out of a package.
        let asked = package.dependencies.iter().map(|used| (used, used.req.to_string()));
        let asked = asked.filter(|(used, req)| used.path.is_some() && req != "*");
        for (used, req) in asked.filter(|(_, req)| *req != format!("^{version}")) {
            offences.push(format!("{}: asks for {} {req}, that is {version}", package.name, used.name));
        }
    }
    Ok(offences)
}

/// The version of the first crate that is published; the others are held against it.
fn version(workspace: &Workspace) -> Result<String> {
    Ok(workspace.published().next().context("no crate is published")?.version.to_string())
}

/// The tag of the last release before this commit, by the form `v1.2.3`; nothing before the first.
fn last_tag(workspace: &Workspace) -> Result<Option<String>> {
    let tags = workspace.git(&["tag", "--list", "v*.*.*", "--merged", "HEAD", "--sort=-version:refname"])?;
    Ok(tags.lines().next().map(str::to_owned))
}

/// The changelog has something to say of each published crate that has changed since the last release.
fn changelog(workspace: &Workspace) -> Result<Vec<String>> {
    let text = fs::read_to_string(workspace.root().join(CHANGELOG)).with_context(|| format!("no {CHANGELOG}"))?;
    let tag = last_tag(workspace)?;
    let mut changed = Vec::new();
    for package in workspace.published() {
        let folder = package.manifest_path.parent().context("a manifest without a folder")?;
        // Before the first release everything is new.
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

/// What stands between a heading that begins so and the next of its level.
fn section(text: &str, level: &str, title: &str) -> Option<String> {
    let mut lines = text.lines();
    let is_it = |line: &str| {
        let rest = line.strip_prefix(level).and_then(|rest| rest.strip_prefix(title));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    lines.by_ref().find(|line| is_it(line))?;
    Some(lines.take_while(|line| !line.starts_with(level)).collect::<Vec<_>>().join("\n"))
}

/// The version admits what the schemas did since the last release.
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

/// Whether going from one version to the other announces that something breaks: by the first number, or below 1.0 by the second.
fn may_break(tag: &str, version: &str) -> Result<bool> {
    let leading = |version: &str| -> Result<(u64, u64)> {
        let mut numbers = version.trim_start_matches('v').split('.').map(str::parse::<u64>);
        let mut next = || numbers.next().and_then(Result::ok).with_context(|| format!("{version} is not a version"));
        let (major, minor) = (next()?, next()?);
        Ok((major, if major == 0 { minor } else { 0 }))
    };
    Ok(leading(version)? > leading(tag)?)
}

/// Documents every crate at once, with all features; also those that are not published.
pub(crate) fn docs(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo(&["doc", "--workspace", "--no-deps", "--all-features"]);
    run(command.envs(as_docs_rs(workspace)))
}

/// Each published crate by itself, as docs.rs documents it, so that none lives on a feature that only a neighbour asked for.
fn docs_alone(workspace: &Workspace) -> Result<()> {
    let mut hack = Tools::python(workspace)?.pip("cargo-hack");
    hack.args(["hack", "doc", "--workspace", "--ignore-private", "--all-features", "--no-deps"]);
    run(hack.envs(as_docs_rs(workspace)))
}

/// docs.rs sets the cfg `docsrs` and has a nightly toolchain, of which the crates use one thing: the notes of which feature an item
/// needs. The stable rustdoc has it behind a variable. Set for cargo, that would have half of the dependencies built anew, since
/// their build scripts look at it; so cargo gets a script for a rustdoc that sets it.
fn as_docs_rs(workspace: &Workspace) -> [(&'static str, String); 2] {
    let rustdoc = workspace.root().join("xtask/tools/rustdoc").display().to_string();
    [("RUSTDOCFLAGS", "--cfg docsrs -D warnings".to_owned()), ("RUSTDOC", rustdoc)]
}

/// Packages every published crate, unpacks what would be uploaded, and checks each crate against the others as they were unpacked.
pub(crate) fn package(workspace: &Workspace) -> Result<()> {
    let published: Vec<_> = workspace.published().map(|package| (package.name.as_str(), &package.version)).collect();
    // The working tree of a desk is rarely clean; what CI packages is a clean clone anyway.
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
        // With its default features, for which the step `features` has built all that is not ours.
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
