//! The builds that are looked at, and what each must be free of.

/// One crate built in one way.
pub(super) struct Build {
    pub(super) package: &'static str,
    /// One argument of cargo.
    pub(super) features: &'static str,
    /// Lists of names it must be free of.
    pub(super) free_of: &'static [&'static [&'static str]],
    /// Exact names that it has although a list forbids them. One that it does not have is an offence.
    pub(super) permitted: &'static [&'static [&'static str]],
    /// Exact names that it must have.
    pub(super) stands_on: &'static [&'static str],
}

/// Features that bring code of ours and not one crate: package, feature.
pub(super) const WEIGHTLESS: &[(&str, &str)] = &[("incs-client", "testing"), ("incs-webhook", "testing")];

/// The contract of a transport, and futures without a runtime: the Stream trait and combinators.
const CLIENT_CORE: &[&str] = &["http", "bytes", "async-trait", "futures-core", "futures-task", "futures-util"];

pub(super) const BUILDS: &[Build] = &[
    Build {
        package: "incs-model",
        features: "--all-features",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[],
        stands_on: &[],
    },
    Build {
        package: "incs-client",
        features: "--no-default-features",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[CLIENT_CORE],
        stands_on: &[],
    },
    // A trait is all that is needed of tower.
    Build {
        package: "incs-client",
        features: "--features=tower",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[CLIENT_CORE, &["http-body", "tower-service"]],
        stands_on: &[],
    },
    // The limiter's library brings a timer of its own, which is never started: the client's clock waits.
    Build {
        package: "incs-client",
        features: "--features=rate-limit",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[CLIENT_CORE, &["futures-sink", "futures-timer"]],
        stands_on: &[],
    },
    Build {
        package: "incs-client",
        features: "--features=schema",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[CLIENT_CORE],
        stands_on: &[],
    },
    Build {
        package: "incs-client",
        features: "--features=tracing",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[CLIENT_CORE, &["tracing", "tracing-core"]],
        stands_on: &[],
    },
    Build {
        package: "incs-client",
        features: "--features=hyper",
        free_of: &[REQWEST, TLS],
        permitted: &[],
        stands_on: &["hyper"],
    },
    Build {
        package: "incs-client",
        features: "--features=reqwest",
        free_of: &[TLS],
        permitted: &[],
        stands_on: &["reqwest"],
    },
    Build {
        package: "incs-client",
        features: "--features=hyper-rustls",
        free_of: &[REQWEST, C_TLS, SYSTEM_TLS],
        permitted: &[],
        stands_on: &["hyper", "ring", "rustls", "webpki-roots"],
    },
    // openssl-probe holds nothing of OpenSSL: it looks for the folder where a system keeps its certificates.
    Build {
        package: "incs-client",
        features: "--features=reqwest-rustls",
        free_of: &[C_TLS, SYSTEM_TLS],
        permitted: &[&["openssl-probe"]],
        stands_on: &["reqwest", "ring", "rustls", "webpki-roots"],
    },
    // The types of certificates, without a line that encrypts.
    Build {
        package: "incs-client",
        features: "--features=reqwest-native-tls",
        free_of: &[C_TLS, RUSTLS],
        permitted: &[&["rustls-pki-types"]],
        stands_on: &["reqwest", "native-tls"],
    },
    Build {
        package: "incs-client-contract",
        features: "--no-default-features",
        free_of: &[REQWEST, HYPER, C_TLS, SYSTEM_TLS],
        permitted: &[],
        stands_on: &["ring", "rustls"],
    },
    Build { package: "incs-client", features: "--all-features", free_of: &[C_TLS], permitted: &[], stands_on: &[] },
    Build {
        package: "incs-webhook",
        features: "--no-default-features",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[],
        stands_on: &[],
    },
    Build {
        package: "incs-webhook",
        features: "--features=http",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[HTTP_TYPES],
        stands_on: &[],
    },
    // The traits of axum, and not axum.
    Build {
        package: "incs-webhook",
        features: "--features=axum",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[HTTP_TYPES, BODIES, TOWER_TRAITS, &["axum-core"]],
        stands_on: &[],
    },
    Build {
        package: "incs-webhook",
        features: "--features=tower",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[HTTP_TYPES, BODIES, TOWER_TRAITS],
        stands_on: &[],
    },
    Build {
        package: "incs-webhook",
        features: "--features=sha1",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[],
        stands_on: &["sha1"],
    },
    Build {
        package: "incs-facade",
        features: "--no-default-features",
        free_of: &[HTTP, TLS, RUNTIME, LOG],
        permitted: &[],
        stands_on: &["incs-model"],
    },
    Build {
        package: "incs-facade",
        features: "--features=default",
        free_of: &[C_TLS, SYSTEM_TLS],
        permitted: &[&["openssl-probe"]],
        stands_on: &["incs-client", "incs-webhook", "reqwest", "ring", "rustls"],
    },
];

/// Requests and their parts as values.
const HTTP_TYPES: &[&str] = &["http", "bytes"];

/// Bodies that come in pieces: traits and combinators, without a runtime.
const BODIES: &[&str] = &["http-body", "http-body-util", "futures-core"];

const TOWER_TRAITS: &[&str] = &["tower-layer", "tower-service"];

// In all lists a final star stands for any rest of a name.

const HTTP: &[&str] = &[
    "reqwest*", "hyper*", "axum*", "tower*", "http", "http-*", "httparse", "h2", "h3*", "ureq*", "isahc", "curl*",
    "quinn*", "bytes",
];

const HYPER: &[&str] = &["hyper*"];

const REQWEST: &[&str] = &["reqwest*"];

/// Every library that encrypts, and what only those bring.
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

/// Libraries that bring a C library to build. A clean build with aws-lc takes twice as long as one with ring.
const C_TLS: &[&str] = &["aws-lc-*", "boring*"];

/// The TLS library of the system, and the crates that wrap it for an HTTP stack.
const SYSTEM_TLS: &[&str] = &["native-tls", "openssl*", "hyper-tls", "tokio-native-tls"];

const RUSTLS: &[&str] = &["rustls*", "hyper-rustls", "tokio-rustls", "ring", "webpki*"];

const RUNTIME: &[&str] = &["tokio*", "async-*", "futures*", "smol*", "mio", "socket2"];

const LOG: &[&str] = &["log", "tracing*"];
