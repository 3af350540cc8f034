//! Checks dependencies: the crates that each build must not contain, the number of crates it needs, and the numbers in the pages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, bail};

use crate::workspace::{TextFile, Workspace, output};

/// One way to build a crate.
struct Build {
    package: &'static str,
    /// Features, separated by commas. Default features are off.
    features: &'static str,
    /// Maximum number of crates in the tree, the package included, on the platform of CI.
    most: usize,
    /// Crates that it must not contain on any platform.
    free_of: &'static [&'static [&'static str]],
    /// Exact names that are allowed although a list forbids them.
    except: &'static [&'static [&'static str]],
}

const fn build(
    package: &'static str,
    features: &'static str,
    most: usize,
    free_of: &'static [&'static [&'static str]],
    except: &'static [&'static [&'static str]],
) -> Build {
    Build { package, features, most, free_of, except }
}

/// Crates for I/O, which a core must not contain.
const CORE: &[&[&str]] = &[HTTP, TLS, RUNTIME, LOG];

/// Crates that inbox and outbox must not contain without a store: the runtime itself is allowed by [`INBOX`].
const RELAY: &[&[&str]] = &[HTTP, TLS, RUNTIME, IO, LOG, SQLITE];

/// C libraries and the sources of crates are for `deny.toml`, which sees all builds at once.
const BUILDS: &[Build] = &[
    build("incs-model", "", 18, CORE, &[]),
    build("incs-model", "schema", 24, CORE, &[]),
    build("incs-client", "", 30, CORE, &[CLIENT]),
    build("incs-client", "testing", 30, CORE, &[CLIENT]),
    build("incs-client", "schema", 36, CORE, &[CLIENT]),
    // Only a trait of tower is needed.
    build("incs-client", "tower", 32, CORE, &[CLIENT, &["http-body", "tower-service"]]),
    build("incs-client", "tracing", 34, CORE, &[CLIENT, &["tracing", "tracing-core"]]),
    build("incs-client", "metrics", 34, CORE, &[CLIENT]),
    // The rate limiter has a timer of its own, which is never started: the client's clock waits.
    build("incs-client", "rate-limit", 50, CORE, &[CLIENT, &["futures-sink", "futures-timer"]]),
    build("incs-client", "hyper", 48, &[REQWEST, TLS], &[]),
    // This number is on the first page of the documentation and must not be raised.
    build("incs-client", "hyper-rustls", 60, &[REQWEST, SYSTEM_TLS], &[]),
    build("incs-client", "reqwest", 86, &[TLS], &[]),
    // openssl-probe contains nothing of OpenSSL: it finds the system's folder of certificates.
    build("incs-client", "reqwest-rustls", 100, &[SYSTEM_TLS], &[&["openssl-probe"]]),
    // The types of certificates, without cryptography.
    build("incs-client", "reqwest-native-tls", 100, &[RUSTLS], &[&["rustls-pki-types"]]),
    build("incs-client-contract", "", 56, &[REQWEST, HYPER, SYSTEM_TLS], &[]),
    build("incs-webhook", "", 34, CORE, &[]),
    build("incs-webhook", "testing", 34, CORE, &[]),
    build("incs-webhook", "sha1", 35, CORE, &[]),
    build("incs-webhook", "tracing", 38, CORE, &[&["tracing", "tracing-core"]]),
    build("incs-webhook", "metrics", 38, CORE, &[]),
    build("incs-webhook", "http", 36, CORE, &[HTTP_TYPES]),
    build("incs-webhook", "tower", 42, CORE, &[HTTP_TYPES, BODIES]),
    // The traits of axum, without axum itself.
    build("incs-webhook", "axum", 45, CORE, &[HTTP_TYPES, BODIES, &["axum-core"]]),
    // Tasks and timers of tokio are part of the inbox and the outbox; sockets are not.
    build("incs-relay", "", 46, RELAY, &[INBOX]),
    build("incs-relay", "outbox", 49, RELAY, &[INBOX, HTTP_TYPES]),
    build("incs-relay", "sqlite,bundled", 56, &[HTTP, TLS, IO, LOG], &[INBOX]),
    build("incs-relay", "sqlite,bundled,outbox", 58, &[HTTP, TLS, IO, LOG], &[INBOX, HTTP_TYPES]),
    build("incs-relay", "axum", 55, RELAY, &[INBOX, HTTP_TYPES, BODIES, &["axum-core"]]),
    build("incs-relay", "tracing", 49, RELAY, &[INBOX, &["tracing", "tracing-core"]]),
    build("incs-relay", "metrics", 49, RELAY, &[INBOX]),
    build("incs-relay-postgres", "", 92, &[REQWEST, HYPER, TLS], &[]),
    // The roots of the system are read, without its TLS library.
    build("incs-relay-postgres", "rustls", 110, &[REQWEST, HYPER, SYSTEM_TLS], &[&["openssl-probe"]]),
    // The build of most applications: it must not be raised either.
    build("incs-facade", "default", 75, &[REQWEST, SYSTEM_TLS], &[]),
    build("incs-facade", "client", 32, CORE, &[CLIENT]),
    build("incs-facade", "webhook", 38, CORE, &[HTTP_TYPES]),
    build("incs-facade", "reqwest-rustls", 102, &[SYSTEM_TLS], &[&["openssl-probe"]]),
    build("incs-facade", "reqwest-native-tls", 102, &[RUSTLS], &[&["rustls-pki-types"]]),
    build("incs-facade", "hyper-rustls", 61, &[REQWEST, SYSTEM_TLS], &[]),
    build("incs-facade", "rate-limit", 51, CORE, &[CLIENT, &["futures-sink", "futures-timer"]]),
    build("incs-facade", "contract", 56, &[REQWEST, HYPER, SYSTEM_TLS], &[]),
    build("incs-facade", "axum", 47, CORE, &[HTTP_TYPES, BODIES, &["axum-core"]]),
    build("incs-facade", "relay", 50, RELAY, &[INBOX, HTTP_TYPES]),
    build("incs-facade", "sqlite", 60, &[HTTP, TLS, IO, LOG], &[INBOX, HTTP_TYPES]),
    build("incs-facade", "postgres", 114, &[REQWEST, HYPER, SYSTEM_TLS], &[&["openssl-probe"]]),
    build("incs-facade", "client,tower", 34, CORE, &[CLIENT, &["http-body", "tower-service"]]),
    build("incs-facade", "webhook,tower", 44, CORE, &[HTTP_TYPES, BODIES]),
    build("incs-facade", "client,tracing", 35, CORE, &[CLIENT, &["tracing", "tracing-core"]]),
    build("incs-facade", "webhook,tracing", 42, CORE, &[HTTP_TYPES, &["tracing", "tracing-core"]]),
    build("incs-facade", "client,metrics", 36, CORE, &[CLIENT]),
    build("incs-facade", "webhook,metrics", 42, CORE, &[HTTP_TYPES]),
    build("incs-facade", "client,schema", 38, CORE, &[CLIENT]),
    build("incs-facade", "client,testing", 32, CORE, &[CLIENT]),
    build("incs-sandbox", "", 110, &[REQWEST, SYSTEM_TLS], &[]),
    build("incs-cli", "", 230, &[SYSTEM_TLS], &[&["openssl-probe"]]),
    build("incs-cli", "default", 265, &[SYSTEM_TLS], &[&["openssl-probe"]]),
];

// In all lists a final star matches any rest of a name.

const HTTP: &[&str] = &[
    "reqwest*", "hyper*", "axum*", "tower*", "http", "http-*", "httparse", "h2", "h3*", "ureq*", "isahc", "curl*",
    "quinn*", "bytes",
];
const HYPER: &[&str] = &["hyper*"];
const REQWEST: &[&str] = &["reqwest*"];
/// Libraries for cryptography, and crates that only those depend on.
const TLS: &[&str] = &[
    "rustls*",
    "native-tls",
    "openssl*",
    "ring",
    "aws-lc-*",
    "boring*",
    "schannel",
    "webpki*",
    "security-framework*",
    "hyper-tls",
    "tokio-native-tls",
    "tokio-rustls",
];
/// The TLS library of the system, and the crates that wrap it for an HTTP stack.
const SYSTEM_TLS: &[&str] = &["native-tls", "openssl*", "hyper-tls", "tokio-native-tls"];
const RUSTLS: &[&str] = &["rustls*", "hyper-rustls", "tokio-rustls", "ring", "webpki*"];
const RUNTIME: &[&str] = &["tokio*", "async-*", "futures*", "smol*", "mio", "socket2"];
const LOG: &[&str] = &["log", "tracing*"];
/// Sockets and signals.
const IO: &[&str] = &["mio", "socket2", "signal-hook*"];
const SQLITE: &[&str] = &["rusqlite", "libsqlite3-sys", "sqlite*", "sqlx*"];

/// The contract of a transport, and futures without a runtime: the Stream trait and its combinators.
const CLIENT: &[&str] = &["http", "bytes", "async-trait", "futures-core", "futures-task", "futures-util"];
/// Tasks and timers of tokio, and futures without a runtime.
const INBOX: &[&str] = &["tokio", "tokio-macros", "async-trait", "futures-core", "futures-task", "futures-util"];
/// Requests and their parts as values.
const HTTP_TYPES: &[&str] = &["http", "bytes"];
/// Streaming bodies and the traits of tower, without a runtime.
const BODIES: &[&str] = &["http-body", "http-body-util", "futures-core", "tower-layer", "tower-service"];

/// The page that must state every number of the facade, and the page of all other numbers.
const PAGES: [&str; 2] = ["README.md", "docs/cost.md"];

/// The numbers of crates, by the name that pages use for them.
type Counts = BTreeMap<String, usize>;

/// Returns forbidden crates of a build, exceeded crate counts, and wrong numbers in pages.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let (counts, mut violations) = count(workspace)?;
    println!("{:42}{:>6}{:>9}", "crates, the package itself included", "today", "at most");
    for build in BUILDS {
        let (name, crates) = (build.name(), counts.get(&build.name()).copied().unwrap_or_default());
        println!("{name:42}{crates:>6}{:>9}", build.most);
        if crates > build.most {
            violations.push(format!(
                "{name} is {crates} crates, at most {}: `{}`",
                build.most,
                build.command("normal")
            ));
        }
    }
    violations.extend(pages(&counts, &workspace.files("*.md")?));
    Ok(violations)
}

/// Updates the numbers in the pages.
pub(crate) fn fix(workspace: &Workspace) -> Result<()> {
    let (counts, _) = count(workspace)?;
    for page in workspace.files("*.md")? {
        let (text, _) = with_numbers(&page.text, &counts);
        if text != page.text {
            let path = workspace.root().join(&page.path);
            fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
            println!("written: {}", page.path.display());
        }
    }
    Ok(())
}

fn count(workspace: &Workspace) -> Result<(Counts, Vec<String>)> {
    let (mut counts, mut violations) = (Counts::new(), Vec::new());
    for build in BUILDS {
        let tree = |edges: &[&str]| {
            let args = ["tree", "--package", build.package, "--no-default-features", "--features", build.features];
            let listed = output(workspace.cargo(&args).args(["--prefix", "none", "--edges"]).args(edges))?;
            crates(&listed).with_context(|| build.name())
        };
        counts.insert(build.name(), tree(&["normal"])?.len());
        violations.extend(build.intruders(&tree(&["normal,build", "--target", "all"])?));
    }
    Ok((counts, violations))
}

/// Returns the distinct crates of a listing with lines like `serde v1.0.0 (proc-macro) (*)`: `serde v1.0.0`.
fn crates(listing: &str) -> Result<BTreeSet<String>> {
    let lines = listing.lines().filter(|line| !line.is_empty() && !line.starts_with('['));
    lines
        .map(|line| match line.split(' ').collect::<Vec<_>>().as_slice() {
            [name, version, ..] if version.starts_with('v') => Ok(format!("{name} {version}")),
            _ => bail!("cargo tree printed a line that is no crate: {line:?}"),
        })
        .collect()
}

impl Build {
    /// Returns the name of its number in pages.
    fn name(&self) -> String {
        let features = self.features.replace(',', "-");
        if features.is_empty() { self.package.to_owned() } else { format!("{}-{features}", self.package) }
    }

    fn command(&self, edges: &str) -> String {
        let Self { package, features, .. } = self;
        format!("cargo tree -p {package} --no-default-features --features '{features}' -e {edges}")
    }

    fn intruders(&self, crates: &BTreeSet<String>) -> Vec<String> {
        let forbids = |name: &str| self.free_of.iter().copied().flatten().any(|pattern| matches(pattern, name));
        let excepts = |name: &str| self.except.iter().copied().flatten().any(|except| *except == name);
        let names: BTreeSet<_> = crates.iter().filter_map(|found| found.split(' ').next()).collect();
        let way = self.command("normal,build --target all");
        let found = names.into_iter().filter(|name| forbids(name) && !excepts(name));
        found.map(|name| format!("{} contains {name}: `{way} -i {name}`", self.name())).collect()
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(name == pattern, |start| name.starts_with(start))
}

fn pages(counts: &Counts, pages: &[TextFile]) -> Vec<String> {
    let mut violations = Vec::new();
    let mut stated = BTreeSet::new();
    for TextFile { path, text } in pages {
        let (rewritten, names) = with_numbers(text, counts);
        let path = path.display().to_string();
        violations.extend(
            names.iter().filter(|name| !counts.contains_key(**name)).map(|name| format!("{path}: no build is {name}")),
        );
        if rewritten != *text {
            violations.push(format!("{path}: states numbers of crates that are not true; `cargo xtask guards --fix`"));
        }
        stated.extend(names.iter().map(|name| (path.clone(), (*name).to_owned())));
    }
    for name in counts.keys() {
        let [first, costs] = PAGES;
        let page = if name.starts_with("incs-facade") { first } else { costs };
        if !stated.contains(&(page.to_owned(), name.clone())) {
            violations.push(format!("{page}: does not state the crates of {name}: {OPEN}{name} -->0{CLOSE}"));
        }
    }
    violations
}

const OPEN: &str = "<!-- guard:";
const CLOSE: &str = "<!-- /guard -->";

/// Returns a page with the right numbers in texts like `<!-- guard:incs-model -->16<!-- /guard -->`, and the names in it. Malformed
/// texts are returned among the names unchanged.
fn with_numbers<'a>(text: &'a str, counts: &Counts) -> (String, Vec<&'a str>) {
    let mut parts = text.split(OPEN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut names = Vec::new();
    for part in parts {
        let known = part.split_once(" -->").filter(|(name, _)| counts.contains_key(*name)).zip(part.split_once(CLOSE));
        if let Some(((name, _), (_, rest))) = known {
            let count = counts.get(name).copied().unwrap_or_default().to_string();
            out.extend([OPEN, name, " -->", &count, CLOSE, rest]);
            names.push(name);
        } else {
            // An unknown name, or a number without an end.
            out.extend([OPEN, part]);
            names.push(part.lines().next().unwrap_or_default());
        }
    }
    (out, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "incs-model v0.1.0 (/repo/crates/incs-model)\nserde v1.0.229\nserde_derive v1.0.229 (proc-macro)\n\n\
                        [build-dependencies]\nserde v1.0.229 (*)\nsyn v1.0.0\nsyn v2.0.0\n";

    fn find(name: &str) -> &'static Build {
        BUILDS.iter().find(|build| build.name() == name).unwrap()
    }

    fn counts() -> Counts {
        Counts::from([("incs-model".to_owned(), 4), ("incs-facade-client-tower".to_owned(), 6)])
    }

    fn page(path: &str, text: &str) -> TextFile {
        TextFile { path: path.into(), text: text.to_owned() }
    }

    #[test]
    fn crates_are_counted_once() {
        let names = ["incs-model v0.1.0", "serde v1.0.229", "serde_derive v1.0.229", "syn v1.0.0", "syn v2.0.0"];
        assert!(crates(TREE).unwrap().iter().eq(names));
        assert!(crates("├── serde\n").is_err());
    }

    /// Rows of a build and a crate that it must not contain.
    #[test]
    fn each_build_rejects_its_intruder() {
        for (name, intruder) in [
            ("incs-model-schema", "log"),
            ("incs-client", "hyper"),
            ("incs-client", "futures-executor"),
            ("incs-client-tower", "tower"),
            ("incs-client-tracing", "log"),
            ("incs-client-metrics", "tracing"),
            ("incs-webhook-metrics", "tokio"),
            ("incs-client-hyper", "rustls"),
            ("incs-client-hyper", "reqwest"),
            ("incs-client-hyper-rustls", "openssl-probe"),
            ("incs-client-reqwest", "hyper-tls"),
            ("incs-client-reqwest-rustls", "native-tls"),
            ("incs-client-reqwest-native-tls", "ring"),
            ("incs-client-contract", "hyper"),
            ("incs-webhook", "bytes"),
            ("incs-webhook-http", "http-body"),
            ("incs-webhook-tower", "axum-core"),
            ("incs-webhook-axum", "tokio"),
            ("incs-webhook-sha1", "openssl-sys"),
            ("incs-relay", "rusqlite"),
            ("incs-relay", "mio"),
            ("incs-relay-sqlite-bundled", "hyper"),
            ("incs-relay-axum", "axum"),
            ("incs-facade-relay", "libsqlite3-sys"),
        ] {
            let violations = find(name).intruders(&[intruder, "serde_json"].map(str::to_owned).into());
            assert_eq!(violations.len(), 1, "{name}: {violations:?}");
            assert!(
                violations[0].starts_with(&format!("{name} contains {intruder}: `cargo tree -p ")),
                "{violations:?}"
            );
        }
    }

    #[test]
    fn exceptions_and_similar_names_pass() {
        let light = ["serde", "string-ring", "logos", "httpdate", "opener"].map(str::to_owned);
        assert_eq!(find("incs-model").intruders(&light.into()), [""; 0]);
        let traits = ["http", "bytes", "http-body", "tower-service"].map(str::to_owned);
        assert_eq!(find("incs-client-tower").intruders(&traits.into()), [""; 0]);
    }

    #[test]
    fn pages_with_true_numbers_pass() {
        let files = [
            page("README.md", "<!-- guard:incs-facade-client-tower -->6<!-- /guard --> crates"),
            page("docs/cost.md", "| <!-- guard:incs-model -->4<!-- /guard --> |"),
            page("docs/other.md", "<!-- guard:incs-model -->4<!-- /guard -->, and no other"),
        ];
        assert_eq!(pages(&counts(), &files), [""; 0]);
    }

    #[test]
    fn false_unknown_missing_numbers_fail() {
        let files = [
            page("README.md", "<!-- guard:incs-facade-client-tower -->5<!-- /guard -->"),
            page("docs/a.md", "<!-- guard:gone -->1<!-- /guard -->"),
        ];
        assert_eq!(
            pages(&counts(), &files),
            [
                "README.md: states numbers of crates that are not true; `cargo xtask guards --fix`",
                "docs/a.md: no build is gone -->1<!-- /guard -->",
                "docs/cost.md: does not state the crates of incs-model: <!-- guard:incs-model -->0<!-- /guard -->",
            ]
        );
    }

    #[test]
    fn only_numbers_are_rewritten() {
        let text = "a <!-- guard:incs-model -->many<!-- /guard --> b <!-- guard:gone -->1<!-- /guard --> c";
        let (rewritten, names) = with_numbers(text, &counts());
        assert_eq!(rewritten, text.replace("many", "4"));
        assert_eq!(names, ["incs-model", "gone -->1<!-- /guard --> c"]);
    }

    #[test]
    fn number_without_end_is_reported() {
        let text = "<!-- guard:incs-model -->4 <!-- guard:incs-model -->4<!-- /guard -->";
        assert_eq!(with_numbers(text, &counts()), (text.to_owned(), vec!["incs-model -->4 ", "incs-model"]));
    }

    #[test]
    fn https_over_hyper_keeps_its_promise() {
        assert_eq!(find("incs-client-hyper-rustls").most, 60);
        assert_eq!(find("incs-facade-default").most, 75);
    }
}
