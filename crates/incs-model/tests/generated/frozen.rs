//! Committed files that are generated: compared with the disk, or written with `UPDATE_FROZEN=1`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The output of a generator, by path relative to the root of the repository.
#[derive(Default)]
pub(crate) struct Frozen {
    files: BTreeMap<PathBuf, String>,
    /// A folder that contains only these files and files of other generators.
    folder: Option<PathBuf>,
    others: Vec<PathBuf>,
}

/// One difference between the files and the disk.
#[derive(Debug, PartialEq, Eq)]
enum Drift {
    Missing(PathBuf),
    Differs(PathBuf, usize),
    LeftOver(PathBuf),
}

impl Frozen {
    /// Creates files that own a whole folder: any other file in it that is not one of `others` is an error.
    pub(crate) fn owning(folder: &str, others: &[&str]) -> Self {
        let others = others.iter().map(PathBuf::from).collect();
        Self { files: BTreeMap::new(), folder: Some(folder.into()), others }
    }

    /// Adds a file; two files with one path are an error of the generator.
    pub(crate) fn add(&mut self, path: impl Into<PathBuf>, text: String) -> Result<()> {
        let path = path.into();
        if self.files.contains_key(&path) {
            bail!("two files are called {}", path.display());
        }
        self.files.insert(path, text);
        Ok(())
    }

    /// Fails with every difference, or with `UPDATE_FROZEN=1` writes the files. `command` is the one that writes them.
    pub(crate) fn hold(&self, command: &str) -> Result<()> {
        let update = env::var_os("UPDATE_FROZEN").is_some_and(|value| value == "1");
        self.apply(root(), update, command)
    }

    fn apply(&self, root: &Path, update: bool, command: &str) -> Result<()> {
        let drifts = self.drifts(root)?;
        for drift in &drifts {
            println!("  {}", drift.describe());
        }
        if !update && !drifts.is_empty() {
            bail!("out of date: {} of {} generated files; `{command}` writes them", drifts.len(), self.files.len());
        }
        for drift in &drifts {
            match drift {
                Drift::Missing(path) | Drift::Differs(path, _) => self.write(root, path)?,
                Drift::LeftOver(path) => {
                    fs::remove_file(root.join(path))
                        .with_context(|| format!("{} cannot be removed", path.display()))?;
                }
            }
        }
        Ok(())
    }

    fn write(&self, root: &Path, path: &Path) -> Result<()> {
        let file = root.join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, &self.files[path]).with_context(|| format!("{} cannot be written", path.display()))
    }

    fn drifts(&self, root: &Path) -> Result<Vec<Drift>> {
        let mut drifts = Vec::new();
        for (path, text) in &self.files {
            match fs::read_to_string(root.join(path)) {
                Ok(found) if found == *text => {}
                Ok(found) => drifts.push(Drift::Differs(path.clone(), first_line(&found, text))),
                Err(error) if error.kind() == ErrorKind::NotFound => drifts.push(Drift::Missing(path.clone())),
                Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
            }
        }
        let mut found = Vec::new();
        if let Some(folder) = self.folder.as_ref().map(|folder| root.join(folder)).filter(|folder| folder.is_dir()) {
            collect(&folder, &mut found)?;
        }
        found.sort();
        for path in found {
            let path = path.strip_prefix(root)?.to_path_buf();
            if !self.files.contains_key(&path) && !self.others.contains(&path) {
                drifts.push(Drift::LeftOver(path));
            }
        }
        Ok(drifts)
    }
}

impl Drift {
    fn describe(&self) -> String {
        match self {
            Self::Missing(path) => format!("missing    {}", path.display()),
            Self::Differs(path, line) => format!("drifted    {} (first in line {line})", path.display()),
            Self::LeftOver(path) => format!("left over  {}", path.display()),
        }
    }
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, paths)? } else { paths.push(path) }
    }
    Ok(())
}

/// The number of the first line in which two texts differ.
fn first_line(one: &str, other: &str) -> usize {
    1 + one.split('\n').zip(other.split('\n')).take_while(|(one, other)| one == other).count()
}

#[test]
fn drift_is_named_until_written() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("frozen-{}", std::process::id()));
    fs::create_dir_all(root.join("out/deep")).unwrap();
    fs::write(root.join("out/same.txt"), "1\n").unwrap();
    fs::write(root.join("out/old.txt"), "1\n2\n").unwrap();
    fs::write(root.join("out/deep/orphan.txt"), "").unwrap();
    fs::write(root.join("out/other.txt"), "").unwrap();

    let mut files = Frozen::owning("out", &["out/other.txt"]);
    files.add("out/same.txt", "1\n".to_owned()).unwrap();
    files.add("out/old.txt", "1\n3\n".to_owned()).unwrap();
    files.add("out/new/new.txt", "n\n".to_owned()).unwrap();
    let before = files.drifts(&root).unwrap();
    let refused = files.apply(&root, false, "cargo xtask schema");
    let untouched = files.drifts(&root).unwrap();
    files.apply(&root, true, "cargo xtask schema").unwrap();
    let after = files.drifts(&root).unwrap();
    let accepted = files.apply(&root, false, "cargo xtask schema");
    fs::remove_dir_all(&root).unwrap();

    let expected = [
        Drift::Missing("out/new/new.txt".into()),
        Drift::Differs("out/old.txt".into(), 2),
        Drift::LeftOver("out/deep/orphan.txt".into()),
    ];
    assert_eq!(before, expected);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "out of date: 3 of 3 generated files; `cargo xtask schema` writes them"
    );
    assert_eq!(untouched, expected);
    assert_eq!(after, []);
    assert!(accepted.is_ok());
}

#[test]
fn same_path_twice_is_refused() {
    let mut files = Frozen::default();
    files.add("a", String::new()).unwrap();
    assert!(files.add("a", String::new()).is_err());
}
