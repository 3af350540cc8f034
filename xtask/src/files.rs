//! The text files of the repository, build output left out.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// One file, its path relative to the root.
pub(crate) struct TextFile {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// Every file below `root` that is UTF-8, in path order.
pub(crate) fn all(root: &Path) -> Result<Vec<TextFile>> {
    read(root, |_| true)
}

/// Every file below `root` whose name ends in `.extension`, in path order.
pub(crate) fn with_extension(root: &Path, extension: &str) -> Result<Vec<TextFile>> {
    read(root, |path| path.extension().is_some_and(|found| found == extension))
}

fn read(root: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<TextFile>> {
    let mut paths = Vec::new();
    collect(root, &mut paths)?;
    paths.retain(|path| wanted(path));
    paths.sort();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let bytes = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        if let Ok(text) = String::from_utf8(bytes) {
            let path = path.strip_prefix(root)?.to_path_buf();
            files.push(TextFile { path, text });
        }
    }
    Ok(files)
}

/// All files below a folder. Folders that cargo tags as caches (any target folder), `.git` and
/// links to folders are not entered.
pub(crate) fn collect(dir: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let linked = entry.file_type()?.is_symlink();
        let skipped = linked || entry.file_name() == ".git" || path.join("CACHEDIR.TAG").exists();
        if !path.is_dir() {
            paths.push(path);
        } else if !skipped {
            collect(&path, paths)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_output_and_binary_files_are_left_out() {
        let root = std::env::temp_dir().join(format!("xtask-files-{}", std::process::id()));
        fs::create_dir_all(root.join("src")).unwrap();
        fs::create_dir_all(root.join("out/deep")).unwrap();
        fs::write(root.join("src/a.rs"), "a").unwrap();
        fs::write(root.join("src/a.txt"), "a").unwrap();
        fs::write(root.join("out/CACHEDIR.TAG"), "").unwrap();
        fs::write(root.join("out/deep/b.rs"), "b").unwrap();

        fs::write(root.join("src/c.bin"), [0xff, 0xfe]).unwrap();

        let rust = with_extension(&root, "rs").unwrap();
        let texts = all(&root).unwrap();
        fs::remove_dir_all(&root).unwrap();

        let paths = |files: Vec<TextFile>| files.into_iter().map(|file| file.path);
        assert!(paths(rust).eq([PathBuf::from("src/a.rs")]));
        assert!(paths(texts).eq([PathBuf::from("src/a.rs"), PathBuf::from("src/a.txt")]));
    }
}
