//! `cargo clippy` over everything at once, and over each feature of a published crate alone.

use anyhow::Result;
use serde_json::Value;

use crate::workspace::{Package, Workspace};

/// All targets with all features first; then each library bare and with one feature at a time, where code that
/// only another feature needs, or that needs another feature, comes to light.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    workspace.run(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])?;
    for package in workspace.packages().iter().filter(|package| package.publishable) {
        for feature in alone(package) {
            workspace.run(&arguments(package, feature))?;
        }
    }
    lint_fuzz_targets(workspace)
}

/// The fuzz targets are a workspace of their own, which no other step looks at. They use what was built for the others.
fn lint_fuzz_targets(workspace: &Workspace) -> Result<()> {
    let target_dir = workspace.target_dir().display().to_string();
    let manifest = ["--manifest-path", "fuzz/Cargo.toml"];
    workspace.run(&[&["fmt", "--check"][..], &manifest].concat())?;
    let place = ["--locked", "--target-dir", &target_dir, "--", "-D", "warnings"];
    workspace.run(&[&["clippy", "--all-targets"][..], &manifest, &place].concat())
}

/// No feature, then each feature of the manifest.
fn alone(package: &Package) -> Vec<&str> {
    let features = package.metadata.get("features").and_then(Value::as_object);
    let names = features.into_iter().flat_map(|features| features.keys()).map(String::as_str);
    [""].into_iter().chain(names.filter(|name| *name != "default")).collect()
}

fn arguments<'a>(package: &'a Package, feature: &'a str) -> Vec<&'a str> {
    let target = if has_library(package) { "--lib" } else { "--bins" };
    let mut args = vec!["clippy", "-p", &package.name, target, "--no-default-features"];
    if !feature.is_empty() {
        args.extend(["--features", feature]);
    }
    args.extend(["--", "-D", "warnings"]);
    args
}

/// Whether a package is more than a program.
pub(crate) fn has_library(package: &Package) -> bool {
    let targets = package.metadata.get("targets").and_then(Value::as_array);
    let kinds = targets.into_iter().flatten().filter_map(|target| target.get("kind")?.as_array()).flatten();
    kinds.into_iter().any(|kind| kind == "lib")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(features: &Value) -> Package {
        Package {
            name: "a".to_owned(),
            dir: "a".into(),
            publishable: true,
            metadata: json!({ "name": "a", "features": features }),
        }
    }

    #[test]
    fn every_feature_is_built_alone_and_none_as_well() {
        assert_eq!(alone(&package(&json!({ "default": ["tls"], "http": [], "tls": ["http"] }))), ["", "http", "tls"]);
        assert_eq!(alone(&package(&Value::Null)), [""]);
    }

    #[test]
    fn default_features_are_off_and_warnings_are_errors() {
        let mut library = package(&Value::Null);
        library.metadata = json!({ "targets": [{ "kind": ["test"] }, { "kind": ["lib"] }] });
        assert_eq!(
            arguments(&library, "tls").join(" "),
            "clippy -p a --lib --no-default-features --features tls -- -D warnings"
        );
        assert_eq!(arguments(&library, "").join(" "), "clippy -p a --lib --no-default-features -- -D warnings");
    }

    #[test]
    fn of_a_program_without_a_library_the_program_is_looked_at() {
        let mut program = package(&Value::Null);
        program.metadata = json!({ "targets": [{ "kind": ["bin"] }] });
        assert_eq!(arguments(&program, "").join(" "), "clippy -p a --bins --no-default-features -- -D warnings");
    }
}
