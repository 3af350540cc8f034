//! Every feature of the crates is forwarded, and nothing but forwarded.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

type Features = BTreeMap<String, Vec<String>>;

/// The features of a crate of this workspace, without `default`.
fn features(package: &str) -> Features {
    let manifest = format!("{}/../{package}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path", &manifest])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let found = packages.iter().find(|found| found["name"] == package).expect(package);
    let mut features: Features = serde_json::from_value(found["features"].clone()).unwrap();
    features.remove("default");
    features
}

/// What the crates have, as the facade is to write it: `?` keeps a feature from switching its crate on.
fn expected() -> BTreeSet<String> {
    let of = |package, join| features(package).into_keys().map(move |name| format!("{package}{join}{name}"));
    of("incs-model", "/").chain(of("incs-client", "?/")).chain(of("incs-webhook", "?/")).collect()
}

#[test]
fn every_feature_of_the_crates_is_forwarded_and_none_is_invented() {
    let mut facade = features("incs-facade");
    assert_eq!(facade.remove("client").unwrap(), ["dep:incs-client"]);
    assert_eq!(facade.remove("webhook").unwrap(), ["dep:incs-webhook"]);
    let forwarded: Vec<_> = facade.into_values().flatten().collect();
    let once: BTreeSet<_> = forwarded.iter().cloned().collect();
    assert_eq!(once.len(), forwarded.len(), "something is forwarded twice: {forwarded:?}");
    assert_eq!(once, expected());
}

/// Both crates have a feature `tower`, which are two things; of others the names are the same.
#[test]
fn a_feature_keeps_its_name_unless_it_would_stand_for_two_things() {
    for (name, forwards) in features("incs-facade") {
        for forward in forwards {
            let Some((package, feature)) = forward.split_once('/') else { continue };
            let short = package.trim_start_matches("incs-").trim_end_matches('?');
            assert!(name == feature || (feature == "tower" && name == format!("{short}-tower")), "{name}: {forward}");
        }
    }
}

#[test]
fn every_feature_stands_in_the_table_of_the_first_page() {
    let page = include_str!("../src/lib.rs");
    for name in features("incs-facade").keys() {
        assert!(page.contains(&format!("//! | `{name}` |")), "{name}");
    }
}
