//! Documentation: what may fail says how, and what is on the wire says who told us.

mod items;
mod signature;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use self::items::{Function, Item, Items};
use super::{Finding, manifests};
use crate::files::{self, TextFile};
use crate::workspace::Workspace;

/// The modules of `incs-model` that mirror the platforms. Each public struct and enum there says its source.
const FAMILIES: [&str; 10] =
    ["whatsapp", "viber", "rcs", "template", "status", "task", "auth", "envelope", "event", "exotel"];

const MODEL: &str = "crates/incs-model/src";

/// Words that name a source: a published page, that there was only a sample, that it was deduced.
const SOURCES: [&str; 5] = ["INCS: ", "Exotel: ", "Meta: ", "sampled only", "inferred"];

/// The heading below which a function says how it fails.
const ERRORS: &str = "# Errors";

/// Lints that the compiler and clippy bring, by the section of the root manifest that switches them on. CI denies warnings.
const LINTS: [(&str, &str); 2] = [("[workspace.lints.rust]", "missing_docs"), ("[workspace.lints.clippy]", "pedantic")];

/// Lints that no file of a published crate switches off: public items have docs, and those that return a `Result` say more.
const NEVER_ALLOWED: [&str; 2] = ["missing_docs", "missing_errors_doc"];

/// The files of one crate.
type Files = BTreeMap<PathBuf, Items>;

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let mut offences = switched_off(&manifests::read_manifest(workspace.root())?);
    let (mut fallible, mut wire) = (0, 0);
    for package in workspace.packages().iter().filter(|package| package.publishable) {
        let dir = package.dir.strip_prefix(workspace.root())?.join("src");
        let texts = files::with_extension(&workspace.root().join(&dir), "rs")?;
        offences.extend(texts.iter().flat_map(|text| allowed(&dir, text)));
        let files = read(&dir, texts)?;
        let (count, found) = silent_failures(&files);
        fallible += count;
        offences.extend(found);
        if dir == Path::new(MODEL) {
            let (count, found) = without_source(&files);
            wire += count;
            offences.extend(found);
        }
    }
    Ok(Finding { counted: format!("public functions that may fail: {fallible}, types of the wire: {wire}"), offences })
}

fn read(dir: &Path, texts: Vec<TextFile>) -> Result<Files> {
    let mut files = Files::new();
    for TextFile { path, text } in texts {
        let path = dir.join(path);
        let tokens = text.parse().map_err(|error| anyhow::anyhow!("{error}"));
        let tokens = tokens.with_context(|| format!("{} cannot be read as Rust", path.display()))?;
        files.insert(path, Items::read(tokens));
    }
    Ok(files)
}

fn switched_off(manifest: &str) -> Vec<String> {
    let missing = LINTS.iter().filter(|(header, lint)| {
        !manifests::section(manifest, header).any(|line| {
            line.split_once(" = ").is_some_and(|(name, level)| name == *lint && !level.contains("\"allow\""))
        })
    });
    missing.map(|(header, lint)| format!("Cargo.toml: {header} does not switch `{lint}` on")).collect()
}

fn allowed(dir: &Path, file: &TextFile) -> Vec<String> {
    let path = dir.join(&file.path);
    NEVER_ALLOWED
        .iter()
        .filter(|lint| file.text.contains(**lint))
        .map(|lint| format!("{}: `{lint}` is not to be named in a published crate", path.display()))
        .collect()
}

/// How many functions may fail, and those that do not say how. What is awaited later says it once, at its type, since all
/// functions that return it fail alike.
fn silent_failures(files: &Files) -> (usize, Vec<String>) {
    let aliases: Vec<_> = files.values().flat_map(|items| &items.aliases).collect();
    let awaited: Vec<_> = files.values().flat_map(|items| &items.awaited).collect();
    let fails = |function: &&Function| function.returns.iter().any(|name| name == "Result" || aliases.contains(&name));
    let (mut count, mut offences) = (0, Vec::new());
    for (path, items) in files {
        let functions = items.functions.iter().filter(fails).map(|function| &function.item);
        let types = items.types.iter().filter(|item| awaited.contains(&&item.name));
        for Item { name, line, docs } in functions.chain(types) {
            count += 1;
            if !docs.lines().any(|text| text.trim() == ERRORS) {
                offences.push(format!("{}:{line}: `{name}` may fail, and has no section `{ERRORS}`", path.display()));
            }
        }
    }
    (count, offences)
}

/// How many types of the wire there are, and those of which neither they nor their module say a source.
fn without_source(files: &Files) -> (usize, Vec<String>) {
    let (mut count, mut offences) = (0, Vec::new());
    for (path, items) in files.iter().filter(|(path, _)| of_a_family(path)) {
        let told_by_module = module(files, path).is_some_and(|items| names_source(&items.docs));
        for Item { name, line, docs } in &items.types {
            count += 1;
            if !told_by_module && !names_source(docs) {
                offences.push(format!("{}:{line}: `{name}` says no source, nor does its module", path.display()));
            }
        }
    }
    (count, offences)
}

fn of_a_family(path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(MODEL) else { return false };
    let family = inside.with_extension("");
    FAMILIES.iter().any(|name| family.starts_with(name))
}

/// The module in which users find what a file holds: its own if that is public, else the nearest public one above.
fn module<'a>(files: &'a Files, path: &Path) -> Option<&'a Items> {
    let above = path.parent()?.with_extension("rs");
    match (files.get(&above), path.file_stem()?.to_str()?) {
        (Some(parent), name) if !parent.modules.iter().any(|module| module == name) => module(files, &above),
        _ => files.get(path),
    }
}

fn names_source(docs: &str) -> bool {
    // A doc comment may break the line after any word.
    let text = docs.split_whitespace().collect::<Vec<_>>().join(" ");
    SOURCES.iter().any(|source| text.contains(source))
}

#[cfg(test)]
mod tests;
