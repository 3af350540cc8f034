//! The place of each page of the repository in the book.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use mdbook_driver::book::{Book, BookItem, Chapter};

use super::links::{self, Target};
use crate::llms;

/// Chapters outside docs/: file, place in the book, name.
const BESIDE: &[(&str, &str, &str)] = &[
    ("README.md", "incs.md", "INCS for Rust"),
    ("examples/README.md", "examples.md", "Examples"),
    ("crates/incs-model/README.md", "crates/incs-model.md", "incs-model"),
    ("crates/incs-client/README.md", "crates/incs-client.md", "incs-client"),
    ("crates/incs-webhook/README.md", "crates/incs-webhook.md", "incs-webhook"),
    ("crates/incs-relay/README.md", "crates/incs-relay.md", "incs-relay"),
    ("crates/incs-facade/README.md", "crates/incs-facade.md", "incs-facade"),
    ("crates/incs-sandbox/README.md", "crates/incs-sandbox.md", "incs-sandbox"),
    ("crates/incs-cli/README.md", "crates/incs-cli.md", "incs-cli"),
    ("CHANGELOG.md", "changelog.md", "Changelog"),
];

/// All chapters, by file and by place.
#[derive(Debug)]
pub(super) struct Chapters {
    root: PathBuf,
    /// Place in the book by file of the repository.
    places: BTreeMap<PathBuf, PathBuf>,
    /// File of the repository by place in the book.
    files: BTreeMap<PathBuf, PathBuf>,
}

impl Chapters {
    /// Adds the pages outside docs/ to the book, the first of them after the front page, and records the places of all chapters.
    pub(super) fn gather(root: &Path, book: &mut Book) -> Result<Self> {
        let mut chapters = Self { root: root.to_path_buf(), places: BTreeMap::new(), files: BTreeMap::new() };
        book.for_each_chapter_mut(|chapter| {
            if let Some(source) = &chapter.source_path {
                let place = index(source);
                chapters.add(Path::new("docs").join(source), place.clone());
                chapter.path = Some(place);
            }
        });
        let mut beside = Vec::new();
        for (file, place, name) in BESIDE {
            let text = fs::read_to_string(root.join(file)).with_context(|| format!("{file} cannot be read"))?;
            let mut chapter = Chapter::new(name, text, *place, Vec::new());
            chapter.source_path = None;
            chapters.add(PathBuf::from(file), PathBuf::from(place));
            beside.push(BookItem::Chapter(chapter));
        }
        let front = usize::from(!book.items.is_empty());
        if !beside.is_empty() {
            book.items.insert(front, beside.remove(0));
        }
        book.items.push(BookItem::PartTitle("Crates".to_owned()));
        book.items.append(&mut beside);
        Ok(chapters)
    }

    fn add(&mut self, file: PathBuf, place: PathBuf) {
        self.files.insert(place.clone(), file.clone());
        self.places.insert(file, place);
    }

    /// Rewrites the links of a chapter to the places of their pages in the book.
    pub(super) fn rewrite_links(&self, chapter: &mut Chapter) -> Result<()> {
        let Some(place) = chapter.path.clone() else { return Ok(()) };
        let file = self.files.get(&place).with_context(|| format!("{}: chapter without a file", place.display()))?;
        chapter.content = links::rewritten(&chapter.content, |link| self.target(file, &place, link))
            .with_context(|| file.display().to_string())?;
        Ok(())
    }

    /// Rewrites the links of the index `llms.txt` to the files of the built book, which has it at its root.
    pub(super) fn index(&self, index: &str) -> Result<String> {
        let html = |link: String| match link.split_once(".md") {
            Some((page, anchor)) => Target::Link(format!("{page}.html{anchor}")),
            None => Target::Link(link),
        };
        links::rewritten(index, |link| match self.target(Path::new(llms::PATH), Path::new("llms.txt"), link) {
            Target::Link(link) => html(link),
            other => other,
        })
    }

    /// Returns the target of a link in `file`, which is at `place` in the book.
    fn target(&self, file: &Path, place: &Path, link: &str) -> Target {
        let (path, anchor) = match link.split_once('#') {
            Some((path, anchor)) => (path, format!("#{anchor}")),
            None => (link, String::new()),
        };
        if path.is_empty() || is_elsewhere(link) {
            return Target::Same;
        }
        let meant = joined(file.parent().unwrap_or(Path::new("")), path);
        let wanted = match (self.places.get(&meant), meant.strip_prefix("docs")) {
            (Some(wanted), _) => wanted.clone(),
            // Files of docs/ that are not pages are copied; folders and the table of contents are not.
            (None, Ok(within)) if self.root.join(&meant).is_file() && !is_page(within) => within.to_path_buf(),
            _ => return Target::Text,
        };
        Target::Link(format!("{}{anchor}", relative(place, &wanted)))
    }
}

/// The place of a page: a README is the index of its folder.
fn index(source: &Path) -> PathBuf {
    if source.file_name().is_some_and(|name| name == "README.md") {
        source.with_file_name("index.md")
    } else {
        source.to_path_buf()
    }
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

/// Returns whether a link names its protocol: `https:`, `mailto:`.
fn is_elsewhere(link: &str) -> bool {
    link.split_once(':')
        .is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphabetic()))
}

/// Joins a path to a folder, and resolves `..`.
fn joined(folder: &Path, path: &str) -> PathBuf {
    let mut whole = folder.to_path_buf();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                whole.pop();
            }
            name => whole.push(name),
        }
    }
    whole
}

/// The relative path from one page to another.
fn relative(from: &Path, to: &Path) -> String {
    let up = from.parent().map_or(0, |folder| folder.components().count());
    let to: Vec<_> = to.iter().map(|part| part.to_string_lossy()).collect();
    format!("{}{}", "../".repeat(up), to.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_follow_pages_into_the_book() {
        let mut chapters =
            Chapters { root: crate::root().to_path_buf(), places: BTreeMap::new(), files: BTreeMap::new() };
        chapters.add("README.md".into(), "incs.md".into());
        chapters.add("docs/README.md".into(), "index.md".into());
        chapters.add("docs/schemas/README.md".into(), "schemas/index.md".into());
        let target = |file: &str, place: &str, link: &str| chapters.target(Path::new(file), Path::new(place), link);
        let link = |to: &str| Target::Link(to.to_owned());
        assert_eq!(
            target("docs/schemas/README.md", "schemas/index.md", "../../README.md#use-it"),
            link("../incs.md#use-it")
        );
        assert_eq!(target("README.md", "incs.md", "docs/schemas/README.md"), link("schemas/index.md"));
        assert_eq!(target("README.md", "incs.md", "docs/images/console.png"), link("images/console.png"));
        assert_eq!(target("docs/schemas/README.md", "schemas/index.md", "index.json"), link("../schemas/index.json"));
        assert_eq!(target("README.md", "incs.md", "LICENSE-MIT"), Target::Text);
        assert_eq!(target("README.md", "incs.md", "docs/schemas"), Target::Text);
        assert_eq!(target("docs/README.md", "index.md", "SUMMARY.md"), Target::Text);
        assert_eq!(target("README.md", "incs.md", "#use-it"), Target::Same);
        assert_eq!(target("README.md", "incs.md", "https://example.com/"), Target::Same);
        let index = chapters.index("- [A](schemas/README.md#use): a\n- [B](../README.md): b\n").unwrap();
        assert_eq!(index, "- [A](schemas/index.html#use): a\n- [B](incs.html): b\n");
    }
}
