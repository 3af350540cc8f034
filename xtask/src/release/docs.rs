//! Documentation as docs.rs builds it: with the cfg `docsrs`, and the features that a manifest names.
//!
//! docs.rs has a nightly toolchain, of which the crates use one thing, the notes of which feature an item needs. The stable
//! rustdoc has it behind a variable. Set for cargo, that variable would have half of the dependencies built anew, since their
//! build scripts look at it; so cargo gets this program for a rustdoc, which sets it and calls the true one.

use std::env;
use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::clippy::has_library;
use crate::guards::Finding;
use crate::workspace::{Package, Workspace};

/// Set when this program is called for a rustdoc; names the true one.
const TRUE_RUSTDOC: &str = "INCS_XTASK_RUSTDOC";

/// Every crate at once, with all features; also those that are not published.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    doc(workspace, &["doc", "--workspace", "--no-deps", "--all-features"])
}

/// Each published library by itself, as docs.rs does, which shows no programs, so that none lives on a feature that only a neighbour asked for.
pub(super) fn one_by_one(workspace: &Workspace) -> Result<Finding> {
    let mut built = Vec::new();
    for package in workspace.packages().iter().filter(|package| package.publishable && has_library(package)) {
        let features = arguments(package);
        let mut args = vec!["doc", "--no-deps", "--lib", "-p", &package.name];
        args.extend(features.iter().map(String::as_str));
        doc(workspace, &args)?;
        built.push(package.name.as_str());
    }
    Ok(Finding { counted: built.join(", "), offences: Vec::new() })
}

/// Answers in place of rustdoc, if that is what was called.
pub(crate) fn as_rustdoc() -> Option<ExitCode> {
    let rustdoc = env::var_os(TRUE_RUSTDOC)?;
    let status = Command::new(rustdoc).args(env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1").status();
    let code = status.ok().and_then(|status| u8::try_from(status.code()?).ok());
    Some(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn doc(workspace: &Workspace, args: &[&str]) -> Result<()> {
    let this = env::current_exe().context("this program does not know where it is")?;
    let this = this.to_str().context("the path of this program is no UTF-8")?;
    let rustdoc = env::var_os("RUSTDOC").unwrap_or_else(|| OsString::from("rustdoc"));
    let rustdoc = rustdoc.to_str().context("the path of rustdoc is no UTF-8")?;
    let flags = ("RUSTDOCFLAGS", "--cfg docsrs -D warnings");
    workspace.run_with(args, &[flags, ("RUSTDOC", this), (TRUE_RUSTDOC, rustdoc)])
}

/// What `[package.metadata.docs.rs]` asks for.
fn arguments(package: &Package) -> Vec<String> {
    let settings = package.metadata.pointer("/metadata/docs/rs").unwrap_or(&Value::Null);
    let is_set = |key: &str| settings.get(key) == Some(&Value::Bool(true));
    let mut args = Vec::new();
    for flag in ["all-features", "no-default-features"] {
        if is_set(flag) {
            args.push(format!("--{flag}"));
        }
    }
    let features = settings.get("features").and_then(Value::as_array).into_iter().flatten();
    for feature in features.filter_map(Value::as_str) {
        args.extend(["--features".to_owned(), feature.to_owned()]);
    }
    args
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_settings_of_the_manifest_are_followed() {
        let package = |settings: Value| Package {
            name: "a".to_owned(),
            dir: "a".into(),
            publishable: true,
            metadata: json!({ "metadata": { "docs": { "rs": settings } } }),
        };
        assert_eq!(arguments(&package(json!({ "all-features": true }))), ["--all-features"]);
        assert_eq!(
            arguments(&package(
                json!({ "all-features": false, "no-default-features": true, "features": ["http", "tls"] })
            )),
            ["--no-default-features", "--features", "http", "--features", "tls"]
        );
        assert_eq!(arguments(&package(Value::Null)), [""; 0]);
    }
}
