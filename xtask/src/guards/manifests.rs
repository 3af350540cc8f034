//! Checks manifests: complete enough to publish, few default features, the lints of the workspace; and a facade that only forwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use cargo_metadata::Package;
use toml::Table;

use crate::workspace::Workspace;

const FACADE: &str = "incs-facade";

/// Crates with default features. The other leaf crates have none, so that unused code costs nothing; an inbox without a store would be
/// of no use.
const WITH_DEFAULTS: [&str; 3] = [FACADE, "incs-cli", "incs-relay"];

/// Files that every published crate must contain.
const FILES: [&str; 3] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Maximum number of features of the facade, `default` not counted. Finer choices are made at the leaf crates.
const MAX_FEATURES: usize = 16;

/// Features for the tests of their own crate, which the facade does not forward.
const NOT_FORWARDED: [&str; 1] = ["failpoints"];

/// The default features of the facade.
const DEFAULT: [&str; 3] = ["client", "webhook", "hyper-rustls"];

type Features = BTreeMap<String, Vec<String>>;

/// Returns missing entries of manifests, and crates that do not use the lints of the workspace.
pub(crate) fn manifests(workspace: &Workspace) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for package in workspace.packages() {
        let text = fs::read_to_string(&package.manifest_path)?;
        if !inherits_lints(&text)? {
            violations.push(format!("{}: no `[lints] workspace = true`", package.name));
        }
    }
    for package in workspace.published() {
        violations.extend(incomplete(package));
        let dir = package.manifest_path.parent().context("a manifest without a folder")?;
        let missing = FILES.iter().filter(|file| !dir.join(file).is_file());
        violations.extend(missing.map(|file| format!("{}: no {file} in its folder", package.name)));
    }
    Ok(violations)
}

/// The part of a manifest that `cargo metadata` does not report.
fn inherits_lints(manifest: &str) -> Result<bool> {
    let manifest: Table = manifest.parse()?;
    let inherited = manifest.get("lints").and_then(|lints| lints.get("workspace"));
    Ok(inherited.and_then(toml::Value::as_bool) == Some(true))
}

fn incomplete(package: &Package) -> Vec<String> {
    let name = &package.name;
    let mut violations = Vec::new();
    for (key, missing) in [
        ("description", package.description.as_deref().is_none_or(str::is_empty)),
        ("license", package.license.is_none()),
        ("readme", package.readme.is_none()),
        ("rust-version", package.rust_version.is_none()),
        ("[package.metadata.docs.rs]", package.metadata.pointer("/docs/rs").is_none()),
    ] {
        if missing {
            violations.push(format!("{name}: no {key}"));
        }
    }
    // The registry rejects more than five of either.
    for (key, count) in [("keywords", package.keywords.len()), ("categories", package.categories.len())] {
        if !(1..=5).contains(&count) {
            violations.push(format!("{name}: {count} {key}, 1 to 5"));
        }
    }
    if !WITH_DEFAULTS.contains(&name.as_str()) && package.features.get("default").is_some_and(|list| !list.is_empty()) {
        violations.push(format!("{name}: default features, but a leaf crate has none"));
    }
    violations
}

/// Checks that the features of the facade are few, only forward, reach every feature of the leaf crates, and are documented on its
/// first page.
pub(super) fn facade(workspace: &Workspace) -> Result<Vec<String>> {
    let all: BTreeMap<_, _> = workspace.published().map(|package| (package.name.as_str(), package)).collect();
    let facade = all.get(FACADE).with_context(|| format!("the workspace has no {FACADE}"))?;
    let leaves = facade.dependencies.iter().filter(|used| used.path.is_some());
    let leaves = leaves.filter_map(|used| all.get(used.name.as_str()));
    let leaves = leaves.map(|package| (package.name.as_str(), &package.features)).collect();
    let page = facade.manifest_path.with_file_name("src/lib.rs");
    let page = fs::read_to_string(&page).with_context(|| format!("{page} cannot be read"))?;
    Ok(check(&facade.features, &leaves, &page))
}

/// Returns all features except `default`.
fn named(features: &Features) -> impl Iterator<Item = (&String, &Vec<String>)> {
    features.iter().filter(|(name, _)| *name != "default")
}

fn check(facade: &Features, leaves: &BTreeMap<&str, &Features>, page: &str) -> Vec<String> {
    let mut violations = Vec::new();
    if named(facade).count() > MAX_FEATURES {
        violations.push(format!("{} features, at most {MAX_FEATURES}", named(facade).count()));
    }
    let default: BTreeSet<_> = facade.get("default").into_iter().flatten().map(String::as_str).collect();
    if default != BTreeSet::from(DEFAULT) {
        violations.push(format!("the default features are {default:?}, not {DEFAULT:?}"));
    }
    for (name, forwards) in named(facade) {
        if !page.contains(&format!("//! | `{name}` |")) {
            violations.push(format!("the first page has no row for `{name}`"));
        }
        let forwarded = |forward: &String| {
            let package = forward.strip_prefix("dep:").or(leaf_feature(forward).map(|(package, _)| package));
            package.map_or_else(|| facade.contains_key(forward), |package| leaves.contains_key(package))
        };
        let others: Vec<_> = forwards.iter().filter(|forward| !forwarded(forward)).collect();
        if forwards.is_empty() || !others.is_empty() {
            violations.push(format!("`{name}` does not only forward: {others:?}"));
        }
    }
    violations.extend(out_of_reach(facade, leaves));
    violations.into_iter().map(|violation| format!("{FACADE}: {violation}")).collect()
}

/// Splits `incs-client/tower` or `incs-client?/tower` into crate and feature.
fn leaf_feature(forward: &str) -> Option<(&str, &str)> {
    let (package, feature) = forward.split_once('/')?;
    Some((package.strip_suffix('?').unwrap_or(package), feature))
}

/// Returns the features of leaf crates that stay off with all features of the facade on.
fn out_of_reach(facade: &Features, leaves: &BTreeMap<&str, &Features>) -> Vec<String> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<(&str, &str)> = facade.values().flatten().filter_map(|forward| leaf_feature(forward)).collect();
    while let Some((package, feature)) = next.pop() {
        let Some(switches) = leaves.get(package).and_then(|features| features.get(feature)) else { continue };
        if reached.insert((package, feature)) {
            next.extend(switches.iter().map(|switch| leaf_feature(switch).unwrap_or((package, switch))));
        }
    }
    let all = leaves.iter().flat_map(|(package, features)| named(features).map(move |(name, _)| (*package, name)));
    let all = all.filter(|(_, name)| !NOT_FORWARDED.contains(&name.as_str()));
    all.filter(|(package, name)| !reached.contains(&(*package, name.as_str())))
        .map(|(package, name)| format!("no feature switches `{name}` of {package} on"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(changes: &serde_json::Value) -> Package {
        let mut package = json!({
            "name": "incs-model", "version": "0.1.0", "id": "incs-model 0.1.0", "dependencies": [], "targets": [],
            "manifest_path": "/repo/Cargo.toml", "description": "d", "license": "MIT", "readme": "README.md",
            "rust_version": "1.95.0", "keywords": ["a"], "categories": ["b"],
            "metadata": { "docs": { "rs": { "all-features": true } } }, "features": { "default": [], "schema": [] },
        });
        for (key, value) in changes.as_object().unwrap() {
            package[key] = value.clone();
        }
        serde_json::from_value(package).unwrap()
    }

    #[test]
    fn a_complete_manifest_passes() {
        assert_eq!(incomplete(&package(&json!({}))), [""; 0]);
    }

    #[test]
    fn incomplete_manifest_is_reported() {
        let lacking = json!({ "description": "", "license": null, "readme": null, "rust_version": null, "keywords": [],
            "categories": ["a", "b", "c", "d", "e", "f"], "metadata": null });
        assert_eq!(
            incomplete(&package(&lacking)),
            [
                "incs-model: no description",
                "incs-model: no license",
                "incs-model: no readme",
                "incs-model: no rust-version",
                "incs-model: no [package.metadata.docs.rs]",
                "incs-model: 0 keywords, 1 to 5",
                "incs-model: 6 categories, 1 to 5",
            ]
        );
    }

    #[test]
    fn leaf_crate_has_no_defaults() {
        let defaults = json!({ "default": ["client"] });
        assert_eq!(incomplete(&package(&json!({ "name": FACADE, "features": defaults }))), [""; 0]);
        assert_eq!(
            incomplete(&package(&json!({ "features": defaults }))),
            ["incs-model: default features, but a leaf crate has none"]
        );
    }

    #[test]
    fn lints_section_is_read_exactly() {
        assert!(inherits_lints("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n").unwrap());
        for manifest in
            ["[package]\nname = \"a\"\n", "[lints]\n\n[other]\nworkspace = true\n", "[lints]\nworkspace = false\n"]
        {
            assert!(!inherits_lints(manifest).unwrap(), "{manifest}");
        }
    }

    const PAGE: &str = "//! | `client` |\n//! | `webhook` |\n//! | `hyper-rustls` |\n//! | `schema` |\n";

    fn features(list: &[(&str, &[&str])]) -> Features {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        list.iter().map(|(name, switches)| ((*name).to_owned(), owned(switches))).collect()
    }

    fn good() -> Features {
        features(&[
            ("default", &["client", "webhook", "hyper-rustls"]),
            ("client", &["dep:incs-client"]),
            ("webhook", &["dep:incs-webhook"]),
            ("hyper-rustls", &["client", "incs-client/hyper-rustls"]),
            ("schema", &["incs-model/schema", "incs-webhook?/schema"]),
        ])
    }

    fn found(facade: &Features) -> Vec<String> {
        let model = features(&[("default", &[]), ("schema", &["dep:schemars"])]);
        let client = features(&[("hyper", &["dep:hyper"]), ("hyper-rustls", &["hyper", "hyper/x"])]);
        let webhook = features(&[("schema", &["dep:jsonschema", "incs-model/schema"])]);
        let leaves = [("incs-model", &model), ("incs-client", &client), ("incs-webhook", &webhook)];
        check(facade, &leaves.into(), PAGE)
    }

    #[test]
    fn a_facade_that_forwards_everything_passes() {
        assert_eq!(found(&good()), [""; 0]);
    }

    #[test]
    fn other_default_features_are_reported() {
        let mut facade = good();
        facade.insert("default".to_owned(), vec!["client".to_owned()]);
        assert_eq!(
            found(&facade),
            [r#"incs-facade: the default features are {"client"}, not ["client", "webhook", "hyper-rustls"]"#]
        );
    }

    #[test]
    fn feature_must_only_forward() {
        for forward in ["dep:rustls", "tokio/full", "gone"] {
            let mut facade = good();
            facade.insert(
                "schema".to_owned(),
                ["incs-model/schema", "incs-webhook/schema", forward].map(Into::into).into(),
            );
            assert_eq!(found(&facade), [format!("incs-facade: `schema` does not only forward: [{forward:?}]")]);
        }
    }

    #[test]
    fn features_are_counted_documented_and_reachable() {
        let mut facade = good();
        facade.remove("schema");
        for number in 0..14 {
            facade.insert(format!("more-{number}"), vec!["client".to_owned()]);
        }
        let violations = found(&facade);
        assert!(violations.contains(&"incs-facade: 17 features, at most 16".to_owned()), "{violations:?}");
        assert!(
            violations.contains(&"incs-facade: the first page has no row for `more-9`".to_owned()),
            "{violations:?}"
        );
        let unreached = "incs-facade: no feature switches `schema` of incs-model on";
        assert!(violations.contains(&unreached.to_owned()), "{violations:?}");
    }
}
