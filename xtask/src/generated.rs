//! Generated pages: written from code, or compared with what is committed.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::files;

/// What a generator makes, by path relative to the root of the repository.
#[derive(Default)]
pub(crate) struct Pages {
    pages: BTreeMap<PathBuf, String>,
    /// A folder that holds nothing but these pages.
    folder: Option<PathBuf>,
}

/// One difference between the pages and the disk.
#[derive(Debug, PartialEq, Eq)]
enum Drift {
    Missing(PathBuf),
    Differs(PathBuf, usize),
    LeftOver(PathBuf),
}

impl Pages {
    /// Pages that own a whole folder: any other file in it is a left-over.
    pub(crate) fn owning(folder: impl Into<PathBuf>) -> Self {
        Self { pages: BTreeMap::new(), folder: Some(folder.into()) }
    }

    /// Adds a page; two pages of one path are a fault of the generator.
    pub(crate) fn add(&mut self, path: impl Into<PathBuf>, text: String) -> Result<()> {
        let path = path.into();
        if self.pages.contains_key(&path) {
            bail!("two pages are called {}", path.display());
        }
        self.pages.insert(path, text);
        Ok(())
    }

    /// Brings the disk in line, or with `check` fails with every difference and changes nothing.
    pub(crate) fn apply(&self, root: &Path, check: bool, command: &str) -> Result<()> {
        let drifts = self.drifts(root)?;
        let count = self.pages.len();
        if check && !drifts.is_empty() {
            for drift in &drifts {
                println!("  {}", drift.describe());
            }
            bail!("out of date: {} of {count} generated files; `cargo xtask {command}` writes them", drifts.len());
        }
        for drift in &drifts {
            match drift {
                Drift::Missing(path) | Drift::Differs(path, _) => self.write(root, path)?,
                Drift::LeftOver(path) => {
                    fs::remove_file(root.join(path))
                        .with_context(|| format!("{} cannot be removed", path.display()))?;
                }
            }
            println!("  {}", drift.describe_change());
        }
        println!("{command}: up to date, generated files: {count}");
        Ok(())
    }

    fn write(&self, root: &Path, path: &Path) -> Result<()> {
        let text = self.pages.get(path).context("a page without a text")?;
        let file = root.join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, text).with_context(|| format!("{} cannot be written", path.display()))
    }

    fn drifts(&self, root: &Path) -> Result<Vec<Drift>> {
        let mut drifts = Vec::new();
        for (path, text) in &self.pages {
            match fs::read_to_string(root.join(path)) {
                Ok(found) if found == *text => {}
                Ok(found) => drifts.push(Drift::Differs(path.clone(), first_line(&found, text))),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    drifts.push(Drift::Missing(path.clone()));
                }
                Err(error) => {
                    return Err(error).with_context(|| format!("{} cannot be read", path.display()));
                }
            }
        }
        if let Some(folder) = self.folder.as_ref().map(|folder| root.join(folder))
            && folder.is_dir()
        {
            let mut found = Vec::new();
            files::collect(&folder, &mut found)?;
            found.sort();
            for path in found {
                let path = path.strip_prefix(root)?.to_path_buf();
                if !self.pages.contains_key(&path) {
                    drifts.push(Drift::LeftOver(path));
                }
            }
        }
        Ok(drifts)
    }
}

impl Drift {
    fn describe(&self) -> String {
        match self {
            Self::Missing(path) => format!("missing    {}", path.display()),
            Self::Differs(path, line) => {
                format!("drifted    {} (first in line {line})", path.display())
            }
            Self::LeftOver(path) => format!("left over  {}", path.display()),
        }
    }

    fn describe_change(&self) -> String {
        match self {
            Self::Missing(path) => format!("new      {}", path.display()),
            Self::Differs(path, _) => format!("updated  {}", path.display()),
            Self::LeftOver(path) => format!("removed  {}", path.display()),
        }
    }
}

/// The number of the first line in which two texts differ.
fn first_line(one: &str, other: &str) -> usize {
    1 + one.split('\n').zip(other.split('\n')).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_names_every_kind_of_drift_and_writing_ends_it() {
        let root = std::env::temp_dir().join(format!("xtask-generated-{}", std::process::id()));
        fs::create_dir_all(root.join("out/deep")).unwrap();
        fs::write(root.join("out/same.txt"), "1\n").unwrap();
        fs::write(root.join("out/old.txt"), "1\n2\n").unwrap();
        fs::write(root.join("out/deep/orphan.txt"), "").unwrap();

        let mut pages = Pages::owning("out");
        pages.add("out/same.txt", "1\n".to_owned()).unwrap();
        pages.add("out/old.txt", "1\n3\n".to_owned()).unwrap();
        pages.add("out/new/new.txt", "n\n".to_owned()).unwrap();
        let before = pages.drifts(&root).unwrap();
        let refused = pages.apply(&root, true, "pages");
        let untouched = pages.drifts(&root).unwrap();
        pages.apply(&root, false, "pages").unwrap();
        let after = pages.drifts(&root).unwrap();
        let accepted = pages.apply(&root, true, "pages");
        fs::remove_dir_all(&root).unwrap();

        let expected = [
            Drift::Missing("out/new/new.txt".into()),
            Drift::Differs("out/old.txt".into(), 2),
            Drift::LeftOver("out/deep/orphan.txt".into()),
        ];
        assert_eq!(before, expected);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "out of date: 3 of 3 generated files; `cargo xtask pages` writes them"
        );
        assert_eq!(untouched, expected);
        assert_eq!(after, []);
        assert!(accepted.is_ok());
    }

    #[test]
    fn two_pages_of_one_path_are_refused() {
        let mut pages = Pages::default();
        pages.add("a", String::new()).unwrap();
        assert!(pages.add("a", String::new()).is_err());
    }
}
