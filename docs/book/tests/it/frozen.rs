//! Every change of a frozen file is declared in `docs/frozen/README.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use sha2::{Digest as _, Sha256};

use crate::repository::children;

/// The first digits of the SHA-256 of each frozen file, by its path below `docs/frozen`.
fn digests() -> BTreeMap<String, String> {
    let folder = incs_book::root().join("docs/frozen");
    let files = children(&folder).into_iter().chain(children(&folder.join("json")));
    let mut digests = BTreeMap::new();
    for path in files.filter(|path| path.is_file() && !path.ends_with("README.md")) {
        let mut digest = String::new();
        for byte in Sha256::digest(fs::read(&path).unwrap()).iter().take(8) {
            write!(digest, "{byte:02x}").unwrap();
        }
        digests.insert(path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned(), digest);
    }
    digests
}

/// File and digest of the last row of each file in the table of declared changes.
fn declared() -> BTreeMap<String, String> {
    let page = fs::read_to_string(incs_book::root().join("docs/frozen/README.md")).unwrap();
    let (_, table) = page.split_once("## Declared changes").unwrap();
    let mut declared = BTreeMap::new();
    for row in table.lines().filter(|line| line.starts_with("| 20")) {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let ["", _, file, digest, what, why, ""] = cells[..] else { unreachable!("a row with other cells: {row}") };
        assert!(!what.is_empty() && !why.is_empty(), "a row does not say what changed and why: {row}");
        declared.insert(file.to_owned(), digest.to_owned());
    }
    declared
}

#[test]
fn every_frozen_change_is_declared() {
    let (found, declared) = (digests(), declared());
    assert!(found.len() > 30, "frozen files: {}", found.len());
    for (file, digest) in &found {
        let last = declared.get(file).map_or("none", String::as_str);
        assert_eq!(digest, last, "docs/frozen/{file} changed; add a row to docs/frozen/README.md");
    }
    // The last row of a deleted file says `deleted` in place of a digest.
    let gone: Vec<_> =
        declared.iter().filter(|(file, digest)| !found.contains_key(*file) && *digest != "deleted").collect();
    assert!(gone.is_empty(), "files that are missing: {gone:?}");
}
