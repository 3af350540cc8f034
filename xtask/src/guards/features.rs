//! Features: those of the facade are few, only forward, and leave none of the leaf crates out of reach.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};

use super::Finding;
use crate::workspace::Workspace;

const FACADE: &str = "incs-facade";

/// The crates that it forwards to.
const LEAVES: [&str; 4] = ["incs-model", "incs-client", "incs-client-contract", "incs-webhook"];

/// More than that nobody reads; what is finer is chosen at the leaf crates. `default` is not counted.
const MAX: usize = 12;

/// What an application gets that chooses nothing.
const DEFAULT: [&str; 3] = ["client", "webhook", "reqwest-rustls"];

/// The features of one crate, each with what it switches on, as its manifest writes it.
type Features = BTreeMap<String, Vec<String>>;

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let facade = features(workspace, FACADE)?;
    let mut leaves = BTreeMap::new();
    for name in LEAVES {
        leaves.insert(name, features(workspace, name)?);
    }
    let path = workspace.package(FACADE)?.dir.join("src/lib.rs");
    let page = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;

    let mut offences = check(&facade);
    offences.extend(out_of_reach(&facade, &leaves));
    offences.extend(untold(&facade, &page));
    let below: usize = leaves.values().map(|features| named(features).count()).sum();
    Ok(Finding {
        counted: format!(
            "features of {FACADE}: {}, at most {MAX}; of the leaf crates below it: {below}",
            named(&facade).count()
        ),
        offences,
    })
}

fn features(workspace: &Workspace, name: &str) -> Result<Features> {
    let found = workspace.package(name)?.metadata.get("features").context("cargo metadata lists no features")?;
    serde_json::from_value(found.clone()).with_context(|| format!("the features of {name} cannot be read"))
}

/// All but `default`.
fn named(features: &Features) -> impl Iterator<Item = (&String, &Vec<String>)> {
    features.iter().filter(|(name, _)| *name != "default")
}

fn check(facade: &Features) -> Vec<String> {
    let mut offences = Vec::new();
    let count = named(facade).count();
    if count > MAX {
        offences.push(format!("{FACADE}: {count} features, at most {MAX}"));
    }
    let default: BTreeSet<_> = facade.get("default").into_iter().flatten().map(String::as_str).collect();
    if default != BTreeSet::from(DEFAULT) {
        offences.push(format!("{FACADE}: the default features are {default:?}, not {DEFAULT:?}"));
    }
    for (name, forwards) in named(facade) {
        if forwards.is_empty() {
            offences.push(format!("{FACADE}: `{name}` forwards nothing"));
        }
        for forward in forwards.iter().filter(|forward| !only_forwards(name, forward, facade)) {
            offences.push(format!("{FACADE}: `{name}` does more than forward: {forward:?}"));
        }
    }
    offences
}

/// A feature of a leaf crate, a feature of the facade's own, or the leaf crate that the feature is named after.
fn only_forwards(name: &str, forward: &str, facade: &Features) -> bool {
    if let Some(package) = forward.strip_prefix("dep:") {
        return LEAVES.contains(&package)
            && (package.strip_prefix("incs-") == Some(name) || package.ends_with(&format!("-{name}")));
    }
    match leaf_feature(forward) {
        Some((package, _)) => LEAVES.contains(&package),
        None => facade.contains_key(forward),
    }
}

/// `incs-client/tower` and `incs-client?/tower` by crate and feature.
fn leaf_feature(forward: &str) -> Option<(&str, &str)> {
    let (package, feature) = forward.split_once('/')?;
    Some((package.strip_suffix('?').unwrap_or(package), feature))
}

/// The features of leaf crates that stay off with all features of the facade on.
fn out_of_reach(facade: &Features, leaves: &BTreeMap<&str, Features>) -> Vec<String> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<(&str, &str)> = facade.values().flatten().filter_map(|forward| leaf_feature(forward)).collect();
    while let Some((package, feature)) = next.pop() {
        let Some(switches) = leaves.get(package).and_then(|features| features.get(feature)) else { continue };
        if reached.insert((package, feature)) {
            next.extend(switches.iter().map(|switch| leaf_feature(switch).unwrap_or((package, switch))));
        }
    }
    let all = leaves.iter().flat_map(|(package, features)| named(features).map(move |(name, _)| (*package, name)));
    all.filter(|(package, name)| !reached.contains(&(*package, name.as_str())))
        .map(|(package, name)| format!("{package}: no feature of {FACADE} switches `{name}` on"))
        .collect()
}

/// The features without a row in the table of the crate's first page.
fn untold(facade: &Features, page: &str) -> Vec<String> {
    named(facade)
        .filter(|(name, _)| !page.contains(&format!("//! | `{name}` |")))
        .map(|(name, _)| format!("{FACADE}: the first page has no row for `{name}`"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(list: &[(&str, &[&str])]) -> Features {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        list.iter().map(|(name, switches)| ((*name).to_owned(), owned(switches))).collect()
    }

    fn good() -> Features {
        features(&[
            ("default", &["client", "webhook", "reqwest-rustls"]),
            ("client", &["dep:incs-client"]),
            ("webhook", &["dep:incs-webhook"]),
            ("reqwest-rustls", &["client", "incs-client/reqwest-rustls"]),
            ("schema", &["incs-model/schema", "incs-webhook?/schema"]),
        ])
    }

    #[test]
    fn a_facade_that_forwards_to_all_there_is_passes() {
        let leaves = BTreeMap::from([
            ("incs-model", features(&[("default", &[]), ("schema", &["dep:schemars"])])),
            ("incs-client", features(&[("reqwest", &["dep:reqwest"]), ("reqwest-rustls", &["reqwest", "reqwest/x"])])),
            ("incs-webhook", features(&[("schema", &["dep:jsonschema", "incs-model/schema"])])),
        ]);
        let page = "//! | `client` | a |\n//! | `webhook` | b |\n//! | `reqwest-rustls` | c |\n//! | `schema` | d |\n";
        assert_eq!(check(&good()), [""; 0]);
        assert_eq!(out_of_reach(&good(), &leaves), [""; 0]);
        assert_eq!(untold(&good(), page), [""; 0]);
    }

    #[test]
    fn a_thirteenth_feature_is_an_offence_and_the_default_is_not_counted() {
        let mut facade = good();
        for number in named(&good()).count()..MAX {
            facade.insert(format!("more-{number}"), vec!["client".to_owned()]);
        }
        assert_eq!(check(&facade), [""; 0]);
        facade.insert("most".to_owned(), vec!["client".to_owned()]);
        assert_eq!(check(&facade), ["incs-facade: 13 features, at most 12"]);
    }

    #[test]
    fn the_default_is_what_the_design_says_in_any_order() {
        let mut facade = good();
        facade.insert("default".to_owned(), ["reqwest-rustls", "webhook", "client"].map(str::to_owned).into());
        assert_eq!(check(&facade), [""; 0]);
        facade.insert("default".to_owned(), vec!["client".to_owned()]);
        assert_eq!(
            check(&facade),
            [r#"incs-facade: the default features are {"client"}, not ["client", "webhook", "reqwest-rustls"]"#]
        );
    }

    #[test]
    fn a_feature_that_does_more_or_less_than_forward_is_an_offence() {
        for (name, forward) in
            [("tls", "dep:rustls"), ("tls", "tokio/full"), ("tls", "dep:incs-client"), ("tls", "gone")]
        {
            let mut facade = good();
            facade.insert(name.to_owned(), vec![forward.to_owned()]);
            assert_eq!(check(&facade), [format!("incs-facade: `{name}` does more than forward: {forward:?}")]);
        }
        let mut facade = good();
        facade.insert("tls".to_owned(), Vec::new());
        assert_eq!(check(&facade), ["incs-facade: `tls` forwards nothing"]);
    }

    #[test]
    fn a_feature_of_a_leaf_crate_that_nothing_switches_on_is_an_offence() {
        let leaves = BTreeMap::from([("incs-client", features(&[("reqwest-rustls", &[]), ("hyper", &[])]))]);
        assert_eq!(out_of_reach(&good(), &leaves), ["incs-client: no feature of incs-facade switches `hyper` on"]);
    }

    #[test]
    fn a_feature_without_a_row_on_the_first_page_is_an_offence() {
        let page = "//! | `client` | a |\n//! | `webhook` | b |\n//! | `reqwest-rustls` | c |\n`schema`\n";
        assert_eq!(untold(&good(), page), ["incs-facade: the first page has no row for `schema`"]);
    }
}
