//! Stacks: the cores are free of HTTP, TLS, async runtimes and logging, proved by `cargo tree`.

use std::collections::BTreeSet;

use anyhow::Result;

use super::Finding;
use super::tree::{self, Crate};
use crate::workspace::Workspace;

struct Core {
    name: &'static str,
    features: &'static str,
    /// Exact names that this core may have although the list below forbids them.
    permitted: &'static [&'static str],
}

const CORES: &[Core] = &[
    Core { name: "incs-model", features: "--all-features", permitted: &[] },
    // `http`, `bytes` and `async-trait` are the transport's contract, not a stack.
    Core { name: "incs-client", features: "--no-default-features", permitted: &["http", "bytes", "async-trait"] },
    Core { name: "incs-webhook", features: "--no-default-features", permitted: &["http", "bytes"] },
];

/// Names of crates; a final star stands for any rest.
const FORBIDDEN: &[&str] = &[
    // HTTP
    "reqwest*",
    "hyper*",
    "axum*",
    "tower*",
    "http",
    "http-*",
    "httparse",
    "h2",
    "h3*",
    "ureq*",
    "isahc",
    "curl*",
    "quinn*",
    "bytes",
    // TLS
    "rustls*",
    "native-tls",
    "openssl*",
    "ring",
    "aws-lc-*",
    "boring*",
    "schannel",
    "webpki*",
    "security-framework*",
    // async
    "tokio*",
    "async-*",
    "futures*",
    "smol*",
    "mio",
    "socket2",
    // logging
    "log",
    "tracing*",
];

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let mut counted = Vec::new();
    let mut offences = Vec::new();
    for core in CORES.iter().filter(|core| workspace.has(core.name)) {
        let crates =
            tree::dependencies(workspace, core.name, &["-e", "normal,build", "--target", "all", core.features])?;
        counted.push(format!("{} {}: {} crates on all platforms", core.name, core.features, crates.len()));
        offences.extend(check(core, &crates));
    }
    Ok(Finding { counted: counted.join("\n"), offences })
}

fn check(core: &Core, crates: &BTreeSet<Crate>) -> Vec<String> {
    crates
        .iter()
        .filter(|found| !core.permitted.contains(&found.name.as_str()))
        .filter(|found| FORBIDDEN.iter().any(|pattern| matches(pattern, &found.name)))
        .map(|found| {
            format!(
                "{} ({}) contains {} {}; `cargo tree -p {} {} --target all -i {}` shows the way in",
                core.name, core.features, found.name, found.version, core.name, core.features, found.name
            )
        })
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

    fn core(name: &str) -> &'static Core {
        CORES.iter().find(|core| core.name == name).unwrap()
    }

    #[test]
    fn a_light_core_passes() {
        let light = crates(&["serde", "serde_json", "thiserror", "string-ring", "logos"]);
        assert_eq!(check(core("incs-model"), &light), [""; 0]);
        let client = crates(&["http", "bytes", "async-trait"]);
        assert_eq!(check(core("incs-client"), &client), [""; 0]);
    }

    #[test]
    fn every_stack_is_an_offence() {
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
        let offences = check(core("incs-model"), &crates(&stacks));
        assert_eq!(offences.len(), stacks.len(), "{offences:#?}");
        assert_eq!(
            check(core("incs-client"), &crates(&["http", "hyper"])),
            ["incs-client (--no-default-features) contains hyper 1.0.0; \
                 `cargo tree -p incs-client --no-default-features --target all -i hyper` shows the way in"]
        );
    }
}
