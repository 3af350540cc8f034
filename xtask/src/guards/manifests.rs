//! Manifests: complete enough to publish, light by default, and under the lints of the workspace.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;
use crate::workspace::{Package, Workspace};

/// Crates with default features; the leaf crates have none, so that nobody pays for what is unused.
const WITH_DEFAULTS: [&str; 2] = ["incs-facade", "incs-cli"];

/// Files that every published crate carries.
const FILES: [&str; 3] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let mut offences = Vec::new();
    let mut published = 0;
    for package in workspace.packages() {
        let manifest = read_manifest(&package.dir)?;
        if !inherits_lints(&manifest) {
            offences.push(format!("{}: no `[lints] workspace = true`", package.name));
        }
        if package.publishable {
            published += 1;
            offences.extend(check(&package.name, &package.metadata));
            offences.extend(missing_files(package));
        }
    }
    if !forbids_unsafe(&read_manifest(workspace.root())?) {
        offences.push("the workspace lints do not forbid `unsafe_code`".to_owned());
    }
    Ok(Finding { counted: format!("manifests: {}, publishable: {published}", workspace.packages().len()), offences })
}

pub(super) fn read_manifest(dir: &Path) -> Result<String> {
    let path = dir.join("Cargo.toml");
    fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
}

/// The lints section is the one part that `cargo metadata` does not report.
fn inherits_lints(manifest: &str) -> bool {
    section(manifest, "[lints]").any(|line| line == "workspace = true")
}

fn forbids_unsafe(manifest: &str) -> bool {
    section(manifest, "[workspace.lints.rust]").any(|line| line == "unsafe_code = \"forbid\"")
}

/// The lines between a header and the next.
pub(super) fn section<'a>(manifest: &'a str, header: &'a str) -> impl Iterator<Item = &'a str> {
    manifest
        .lines()
        .map(str::trim)
        .skip_while(move |line| *line != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
}

fn missing_files(package: &Package) -> Vec<String> {
    FILES
        .iter()
        .filter(|file| !package.dir.join(file).is_file())
        .map(|file| format!("{}: no {file} in its folder", package.name))
        .collect()
}

fn check(name: &str, metadata: &Value) -> Vec<String> {
    let get = |key: &str| metadata.get(key).unwrap_or(&Value::Null);
    let count = |key: &str| get(key).as_array().map_or(0, Vec::len);
    let mut offences = Vec::new();

    for key in ["description", "license", "readme", "rust_version"] {
        if get(key).as_str().is_none_or(str::is_empty) {
            offences.push(format!("{name}: no {key}"));
        }
    }
    // The registry refuses more than five of either.
    for key in ["keywords", "categories"] {
        if !(1..=5).contains(&count(key)) {
            offences.push(format!("{name}: {} {key}, 1 to 5", count(key)));
        }
    }
    if metadata.pointer("/metadata/docs/rs").is_none() {
        offences.push(format!("{name}: no [package.metadata.docs.rs]"));
    }
    let defaults = metadata.pointer("/features/default").and_then(Value::as_array);
    if !WITH_DEFAULTS.contains(&name) && defaults.is_some_and(|list| !list.is_empty()) {
        offences.push(format!("{name}: default features, but a leaf crate has none"));
    }
    offences
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn complete() -> Value {
        json!({
            "description": "d", "license": "MIT", "readme": "README.md", "rust_version": "1.95",
            "keywords": ["a"], "categories": ["b"],
            "metadata": { "docs": { "rs": { "all-features": true } } },
            "features": { "default": [], "schema": [] },
        })
    }

    #[test]
    fn a_complete_manifest_passes() {
        assert_eq!(check("incs-model", &complete()), [""; 0]);
    }

    #[test]
    fn everything_that_publishing_needs_is_asked_for() {
        assert_eq!(
            check("incs-model", &json!({ "description": "", "keywords": [], "metadata": null })),
            [
                "incs-model: no description",
                "incs-model: no license",
                "incs-model: no readme",
                "incs-model: no rust_version",
                "incs-model: 0 keywords, 1 to 5",
                "incs-model: 0 categories, 1 to 5",
                "incs-model: no [package.metadata.docs.rs]",
            ]
        );
    }

    #[test]
    fn only_the_facade_and_the_program_have_default_features() {
        let mut manifest = complete();
        manifest["features"]["default"] = json!(["client"]);
        assert_eq!(check("incs-facade", &manifest), [""; 0]);
        assert_eq!(check("incs-client", &manifest), ["incs-client: default features, but a leaf crate has none"]);
    }

    #[test]
    fn lints_are_inherited_only_by_their_own_section() {
        assert!(inherits_lints("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"));
        for manifest in [
            "[package]\nname = \"a\"\n",
            "[lints]\n# workspace = true\n",
            "[lints]\n\n[other]\nworkspace = true\n",
            "[lints]\nworkspace = false\n",
        ] {
            assert!(!inherits_lints(manifest), "{manifest}");
        }
    }

    #[test]
    fn unsafe_code_must_be_forbidden_not_denied() {
        assert!(forbids_unsafe("[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"));
        assert!(!forbids_unsafe("[workspace.lints.rust]\nunsafe_code = \"deny\"\n"));
    }

    #[test]
    fn a_missing_licence_or_readme_is_named() {
        let package = Package {
            name: "incs-none".to_owned(),
            dir: std::env::temp_dir().join("xtask-no-such-folder"),
            publishable: true,
            metadata: Value::Null,
        };
        assert_eq!(
            missing_files(&package),
            [
                "incs-none: no README.md in its folder",
                "incs-none: no LICENSE-MIT in its folder",
                "incs-none: no LICENSE-APACHE in its folder",
            ]
        );
    }
}
