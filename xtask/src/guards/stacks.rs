//! Stacks: what each build is free of (HTTP, TLS, async runtimes, logging), proved by `cargo tree`.

mod table;

use std::collections::BTreeSet;

use anyhow::Result;

use self::table::{BUILDS, Build, WEIGHTLESS};
use super::Finding;
use super::tree::{self, Crate};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let mut counted = Vec::new();
    let mut offences = Vec::new();
    for build in BUILDS.iter().filter(|build| workspace.has(build.package)) {
        let crates = dependencies(workspace, build.package, build.features)?;
        counted.push(format!("{} {}: {} dependencies on all platforms", build.package, build.features, crates.len()));
        offences.extend(check(build, &crates));
    }
    for (package, feature) in WEIGHTLESS.iter().filter(|(package, _)| workspace.has(package)) {
        let bare = dependencies(workspace, package, "--no-default-features")?;
        let with = dependencies(workspace, package, &format!("--features={feature}"))?;
        counted.push(format!(
            "{package} --features={feature}: {} crates more than without",
            with.difference(&bare).count()
        ));
        offences.extend(check_weightless(package, feature, &bare, &with));
    }
    Ok(Finding { counted: counted.join("\n"), offences })
}

fn dependencies(workspace: &Workspace, package: &str, features: &str) -> Result<BTreeSet<Crate>> {
    tree::dependencies(workspace, package, &["-e", "normal,build", "--target", "all", features])
}

fn check(build: &Build, crates: &BTreeSet<Crate>) -> Vec<String> {
    let Build { package, features, free_of, stands_on, .. } = build;
    let permitted = build.permitted.concat();
    let has = |name: &str| crates.iter().any(|found| found.name == name);
    let forbidden = |name: &str| free_of.iter().flat_map(|list| list.iter()).any(|pattern| matches(pattern, name));

    let mut offences = Vec::new();
    for found in crates.iter().filter(|found| forbidden(&found.name) && !permitted.contains(&found.name.as_str())) {
        offences.push(format!(
            "{package} ({features}) contains {} {}; `cargo tree -p {package} {features} -e normal,build --target all \
             -i {}` shows the way in",
            found.name, found.version, found.name
        ));
    }
    for name in permitted.iter().filter(|name| !has(name)) {
        offences.push(format!("{package} ({features}) may contain {name}, but does not: take the permission back"));
    }
    for name in stands_on.iter().filter(|name| !has(name)) {
        offences.push(format!("{package} ({features}) does not contain {name}, on which it is to stand"));
    }
    offences
}

fn check_weightless(package: &str, feature: &str, bare: &BTreeSet<Crate>, with: &BTreeSet<Crate>) -> Vec<String> {
    with.difference(bare)
        .map(|found| format!("{package}: feature {feature} is to bring no crate, but brings {}", found.name))
        .collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates(names: &[&str]) -> BTreeSet<Crate> {
        names.iter().map(|&name| Crate { name: name.to_owned(), version: "1.0.0".to_owned() }).collect()
    }

    fn build(package: &str, features: &str) -> &'static Build {
        BUILDS.iter().find(|build| build.package == package && build.features == features).unwrap()
    }

    /// What a build may and must contain, and one crate that nobody minds.
    fn sound(build: &Build) -> Vec<&'static str> {
        [&build.permitted.concat(), build.stands_on, &["serde_json"]].concat()
    }

    #[test]
    fn every_build_passes_with_what_it_may_and_must_contain() {
        for build in BUILDS {
            assert_eq!(check(build, &crates(&sound(build))), [""; 0], "{} {}", build.package, build.features);
        }
    }

    #[test]
    fn names_that_only_resemble_a_stack_pass() {
        let light = crates(&["serde", "string-ring", "logos", "httpdate", "opener"]);
        assert_eq!(check(build("incs-model", "--all-features"), &light), [""; 0]);
    }

    #[test]
    fn every_stack_is_an_offence_in_a_core() {
        let stacks = [
            "reqwest",
            "hyper-util",
            "axum-core",
            "tower-service",
            "http",
            "bytes",
            "rustls",
            "rustls-pki-types",
            "native-tls",
            "openssl-sys",
            "ring",
            "aws-lc-rs",
            "tokio",
            "tokio-util",
            "async-trait",
            "futures-core",
            "log",
            "tracing-core",
        ];
        let offences = check(build("incs-model", "--all-features"), &crates(&stacks));
        assert_eq!(offences.len(), stacks.len(), "{offences:#?}");
    }

    #[test]
    fn an_offence_of_the_bare_client_names_the_way_in() {
        let bare = build("incs-client", "--no-default-features");
        let mut names = sound(bare);
        names.extend(["futures-executor", "hyper"]);
        assert_eq!(
            check(bare, &crates(&names)),
            [
                "incs-client (--no-default-features) contains futures-executor 1.0.0; \
                 `cargo tree -p incs-client --no-default-features -e normal,build --target all -i futures-executor` \
                 shows the way in",
                "incs-client (--no-default-features) contains hyper 1.0.0; \
                 `cargo tree -p incs-client --no-default-features -e normal,build --target all -i hyper` \
                 shows the way in",
            ]
        );
    }

    /// One row for each promise that a feature makes, with a crate that breaks it.
    #[test]
    fn every_backend_is_held_to_its_promise() {
        for (features, intruder) in [
            ("--features=tower", "tower"),
            ("--features=tower", "tokio"),
            ("--features=rate-limit", "tokio"),
            ("--features=tracing", "log"),
            ("--features=hyper", "reqwest"),
            ("--features=hyper", "rustls"),
            ("--features=hyper", "native-tls"),
            ("--features=reqwest", "rustls-platform-verifier"),
            ("--features=reqwest", "hyper-tls"),
            ("--features=hyper-rustls", "reqwest"),
            ("--features=hyper-rustls", "aws-lc-rs"),
            ("--features=hyper-rustls", "openssl-probe"),
            ("--features=hyper-rustls", "native-tls"),
            ("--features=reqwest-rustls", "aws-lc-sys"),
            ("--features=reqwest-rustls", "openssl-sys"),
            ("--features=reqwest-rustls", "native-tls"),
            ("--features=reqwest-native-tls", "rustls"),
            ("--features=reqwest-native-tls", "ring"),
            ("--all-features", "aws-lc-sys"),
        ] {
            assert_intruder("incs-client", features, intruder);
        }
        for intruder in ["hyper", "aws-lc-rs"] {
            assert_intruder("incs-client-contract", "--no-default-features", intruder);
        }
    }

    #[test]
    fn every_adapter_is_held_to_its_promise() {
        for (features, intruder) in [
            ("--no-default-features", "http"),
            ("--no-default-features", "bytes"),
            ("--features=http", "http-body"),
            ("--features=axum", "axum"),
            ("--features=axum", "hyper"),
            ("--features=axum", "tokio"),
            ("--features=axum", "tower"),
            ("--features=tower", "axum-core"),
            ("--features=tower", "futures-util"),
            ("--features=tower", "tower"),
            ("--features=tower", "tokio"),
            ("--features=sha1", "openssl-sys"),
            ("--features=schema", "reqwest"),
            ("--features=schema", "rustls"),
        ] {
            assert_intruder("incs-webhook", features, intruder);
        }
    }

    fn assert_intruder(package: &str, features: &str, intruder: &str) {
        let build = build(package, features);
        let mut names = sound(build);
        names.push(intruder);
        let offences = check(build, &crates(&names));
        assert_eq!(offences.len(), 1, "{features} with {intruder}: {offences:#?}");
        assert!(offences[0].contains(&format!(" contains {intruder} ")), "{offences:?}");
    }

    #[test]
    fn what_a_build_stands_on_must_be_there() {
        let names = ["hyper", "rustls", "webpki-roots"];
        assert_eq!(
            check(build("incs-client", "--features=hyper-rustls"), &crates(&names)),
            ["incs-client (--features=hyper-rustls) does not contain ring, on which it is to stand"]
        );
    }

    #[test]
    fn a_permission_that_nothing_needs_is_an_offence() {
        assert_eq!(
            check(build("incs-webhook", "--features=http"), &crates(&["http"])),
            ["incs-webhook (--features=http) may contain bytes, but does not: take the permission back"]
        );
    }

    #[test]
    fn a_weightless_feature_brings_no_crate() {
        let bare = crates(&["serde", "http"]);
        assert_eq!(check_weightless("incs-client", "testing", &bare, &bare), [""; 0]);
        assert_eq!(
            check_weightless("incs-client", "testing", &bare, &crates(&["serde", "http", "tokio"])),
            ["incs-client: feature testing is to bring no crate, but brings tokio"]
        );
    }

    /// A row without a list proves nothing.
    #[test]
    fn every_build_is_free_of_something() {
        assert!(BUILDS.iter().all(|build| !build.free_of.is_empty()));
    }
}
