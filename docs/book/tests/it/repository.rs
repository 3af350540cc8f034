//! The pages of the repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The READMEs and all pages below docs/, by their path from the root.
pub(crate) fn pages() -> BTreeMap<String, String> {
    let root = incs_book::root();
    let mut pages = docs();
    let crates = children(&root.join("crates")).into_iter().map(|folder| folder.join("README.md"));
    for path in crates.chain([root.join("README.md"), root.join("examples/README.md")]).filter(|path| path.is_file()) {
        pages.insert(name(&path), fs::read_to_string(path).unwrap());
    }
    pages
}

/// All pages below docs/, by their path from the root.
pub(crate) fn docs() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut folders = vec![incs_book::root().join("docs")];
    while let Some(folder) = folders.pop() {
        for path in children(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.insert(name(&path), fs::read_to_string(path).unwrap());
            }
        }
    }
    pages
}

/// The files of a folder and its folders.
pub(crate) fn children(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn name(path: &Path) -> String {
    path.strip_prefix(incs_book::root()).unwrap().to_str().unwrap().to_owned()
}
