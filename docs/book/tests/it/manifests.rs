//! Checks that the manifests on pages name existing features.

use std::fs;

use toml::Table;

use crate::blocks::{blocks, language};
use crate::repository::pages;

/// The features of a crate of this repository.
fn features(name: &str) -> Table {
    let path = incs_book::root().join("crates").join(name).join("Cargo.toml");
    let manifest: Table = fs::read_to_string(path).unwrap().parse().unwrap();
    manifest.get("features").and_then(toml::Value::as_table).unwrap().clone()
}

#[test]
fn manifests_name_existing_features() {
    let mut checked = 0;
    for (path, page) in pages() {
        for (_, text) in blocks(&page).iter().filter(|(info, _)| language(info) == "toml") {
            let manifest: Table = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
            for kind in ["dependencies", "dev-dependencies"] {
                for (name, wanted) in manifest.get(kind).and_then(toml::Value::as_table).into_iter().flatten() {
                    let name = wanted.get("package").and_then(toml::Value::as_str).unwrap_or(name);
                    let wanted = wanted.get("features").and_then(toml::Value::as_array);
                    for feature in wanted.into_iter().flatten().filter(|_| name.starts_with("incs-")) {
                        let feature = feature.as_str().unwrap();
                        assert!(features(name).contains_key(feature), "{path}: {name} has no feature {feature}");
                        checked += 1;
                    }
                }
            }
        }
    }
    assert!(checked > 4, "features that pages name: {checked}");
}
