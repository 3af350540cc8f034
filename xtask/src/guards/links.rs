//! Links: every relative link of a page leads to a file and, with `#…`, to a heading of it.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use super::Finding;
use crate::files;
use crate::markdown::Page;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let pages: BTreeMap<_, _> = files::with_extension(workspace.root(), "md")?
        .into_iter()
        .map(|file| (file.path, Page::parse(&file.text)))
        .collect();
    let mut offences = Vec::new();
    let mut links = 0;
    for path in pages.keys() {
        let exists = |target: &Path| workspace.root().join(target).exists();
        let (checked, found) = check(path, &pages, exists);
        links += checked;
        offences.extend(found);
    }
    Ok(Finding { counted: format!("pages: {}, relative links: {links}", pages.len()), offences })
}

/// Checks one page; returns how many relative links it has, and the offences.
fn check(path: &Path, pages: &BTreeMap<PathBuf, Page>, exists: impl Fn(&Path) -> bool) -> (usize, Vec<String>) {
    let Some(page) = pages.get(path) else {
        return (0, Vec::new());
    };
    let mut checked = 0;
    let mut offences = Vec::new();
    for (line, link) in page.links.iter().filter(|(_, link)| !has_scheme(link)) {
        checked += 1;
        let (target, anchor) = match link.split_once('#') {
            Some((target, anchor)) => (target, Some(anchor)),
            None => (link.as_str(), None),
        };
        let reason = match resolve(path, target) {
            None => Some("leaves the repository".to_owned()),
            Some(file) if !exists(&file) => Some("does not exist".to_owned()),
            Some(file) => anchor
                .zip(pages.get(&file))
                .filter(|(anchor, page)| !page.anchors.contains(*anchor))
                .map(|(anchor, _)| format!("has no heading #{anchor}")),
        };
        if let Some(reason) = reason {
            offences.push(format!("{}:{line}: {link} {reason}", path.display()));
        }
    }
    (checked, offences)
}

/// Whether a link names its protocol: `https:`, `mailto:`.
fn has_scheme(link: &str) -> bool {
    link.split_once(':')
        .is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+'))
}

/// The path a link of `page` leads to, relative to the root; `None` when it leads out of it.
fn resolve(page: &Path, target: &str) -> Option<PathBuf> {
    if target.is_empty() {
        return Some(page.to_path_buf());
    }
    let mut path = page.parent()?.to_path_buf();
    for part in Path::new(target).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::ParentDir if path.pop() => {}
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offences(text: &str) -> (usize, Vec<String>) {
        let pages = BTreeMap::from([
            (PathBuf::from("docs/a.md"), Page::parse(text)),
            (PathBuf::from("docs/deep/b.md"), Page::parse("# Some heading\n")),
        ]);
        let exists = |path: &Path| {
            ["docs/a.md", "docs/deep", "docs/deep/b.md", "LICENSE"].iter().any(|known| Path::new(known) == path)
        };
        check(Path::new("docs/a.md"), &pages, exists)
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        let text = "# Here\n\n[1](deep/b.md) [2](./deep/b.md#some-heading) [3](#here)\n\
            [4](../LICENSE) [5](deep/) [6](https://example.com/x) [7](mailto:a@example.com)\n";
        assert_eq!(offences(text), (5, vec![]));
    }

    #[test]
    fn links_that_lead_nowhere_are_offences() {
        let text = "# Here\n\n[1](b.md)\n\n[2](deep/b.md#none)\n\n[3](#there)\n\n\
            [4](../../outside.md)\n\n[5](/docs/a.md)\n";
        assert_eq!(
            offences(text),
            (
                5,
                vec![
                    "docs/a.md:3: b.md does not exist".to_owned(),
                    "docs/a.md:5: deep/b.md#none has no heading #none".to_owned(),
                    "docs/a.md:7: #there has no heading #there".to_owned(),
                    "docs/a.md:9: ../../outside.md leaves the repository".to_owned(),
                    "docs/a.md:11: /docs/a.md leaves the repository".to_owned(),
                ]
            )
        );
    }
}
