//! The built book, looked through: every link and anchor leads somewhere, and no page asks another host for anything.

mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};

use self::page::Page;

/// What was looked at, and every fault.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Finding {
    /// Pages of HTML.
    pub pages: usize,
    /// Links in them that stay in the book.
    pub links: usize,
    /// One line a fault.
    pub offences: Vec<String>,
}

/// Looks through the book in a folder.
///
/// # Errors
///
/// When a file cannot be read, or there is no page.
pub fn check(folder: &Path) -> Result<Finding> {
    let mut files = BTreeSet::new();
    collect(folder, folder, &mut files)?;
    let mut pages = BTreeMap::new();
    let mut finding = Finding::default();
    for file in &files {
        let read =
            || fs::read_to_string(folder.join(file)).with_context(|| format!("{} cannot be read", file.display()));
        if file.extension().is_some_and(|extension| extension == "html") {
            pages.insert(file.clone(), Page::parse(&read()?));
        } else if file.extension().is_some_and(|extension| extension == "css") && asks_elsewhere(&read()?) {
            finding.offences.push(format!("{}: asks another host", file.display()));
        }
    }
    anyhow::ensure!(!pages.is_empty(), "{} holds no page", folder.display());
    finding.pages = pages.len();
    for (path, page) in &pages {
        // Paths of the page for lost links start at the root of a host, which no folder has.
        if path == Path::new("404.html") {
            continue;
        }
        for asked in &page.asked {
            if is_elsewhere(asked) {
                finding.offences.push(format!("{}: asks another host: {asked}", path.display()));
            } else {
                finding.links += 1;
                finding.offences.extend(fault(path, asked, &files, &pages));
            }
        }
        for link in page.links.iter().filter(|link| !is_elsewhere(link)) {
            finding.links += 1;
            finding.offences.extend(fault(path, link, &files, &pages));
        }
    }
    Ok(finding)
}

/// Why a link of a page leads nowhere.
fn fault(path: &Path, link: &str, files: &BTreeSet<PathBuf>, pages: &BTreeMap<PathBuf, Page>) -> Option<String> {
    let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = target.split('?').next().unwrap_or_default();
    let file = if target.is_empty() { path.to_path_buf() } else { resolve(path, target)? };
    if !files.contains(&file) {
        return Some(format!("{}: {link} does not exist", path.display()));
    }
    let page = pages.get(&file).filter(|_| !anchor.is_empty())?;
    (!page.ids.contains(anchor)).then(|| format!("{}: {link} has no such heading", path.display()))
}

fn resolve(page: &Path, target: &str) -> Option<PathBuf> {
    let mut path = page.parent()?.to_path_buf();
    for part in Path::new(target).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::ParentDir => {
                path.pop();
            }
            _ => {}
        }
    }
    Some(path)
}

/// Whether a link names a protocol or a host.
fn is_elsewhere(link: &str) -> bool {
    link.starts_with("//")
        || link
            .split_once(':')
            .is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphabetic()))
}

/// Whether a style sheet loads something from another host.
fn asks_elsewhere(css: &str) -> bool {
    ["url(", "@import "].iter().any(|word| {
        css.split(word).skip(1).any(|rest| {
            let rest = rest.trim_start_matches(['"', '\'', ' ']);
            rest.starts_with("http") || rest.starts_with("//")
        })
    })
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            files.insert(path.strip_prefix(root)?.to_path_buf());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
