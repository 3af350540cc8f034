//! `incs relay doctor`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use super::stores::Filled;
use crate::inbox::server::{Serving, on_store, store_in};
use crate::support::{Folder, incs, run};

/// Returns the result of each check.
fn checks(store: &str, args: &[&str]) -> (i32, Vec<(String, String)>) {
    let ended = on_store(&[&["relay", "doctor"], args].concat(), store);
    let word = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    let lines = ended.documents();
    let checks = lines.iter().filter(|line| line["type"] == "check");
    (ended.code, checks.map(|line| (word(line, "check"), word(line, "result"))).collect())
}

fn is(checks: &[(String, String)], check: &str, result: &str) -> bool {
    checks.iter().any(|(name, found)| name == check && found == result)
}

#[test]
fn fresh_store_is_sound() {
    let folder = Folder::new();
    let store = store_in(&folder);
    assert_eq!(on_store(&["relay", "migrate"], &store).code, 0);
    let (code, found) = checks(&store, &["--deny-warnings"]);
    assert_eq!((code, found.len()), (0, 8), "{found:?}");
    assert!(found.iter().all(|(_, result)| result == "ok"), "{found:?}");
    // Beside the program that owns it.
    let serving = Serving::start(&store, &[]);
    assert_eq!(checks(&store, &[]).0, 0);
    drop(serving);
}

#[test]
fn open_questions_are_warnings() {
    let filled = Filled::new();
    let (code, found) = checks(&filled.store(), &[]);
    assert!(code == 0 && is(&found, "evidence", "warning") && is(&found, "permissions", "ok"), "{found:?}");
    fs::set_permissions(&filled.bulk.journal, fs::Permissions::from_mode(0o644)).unwrap();
    let (code, found) = checks(&filled.store(), &["--deny-warnings"]);
    assert!(code == 1 && is(&found, "permissions", "warning"), "{found:?}");
    filled.with_evidence();
    let (_, found) = checks(&filled.store(), &[]);
    assert!(is(&found, "evidence", "ok"), "{found:?}");
    let text = run(&mut incs(&["relay", "doctor", "--store", &filled.store()])).stdout;
    assert!(text.contains("2 outcomes are unknown: 3, 4"), "{text}");
}

#[test]
fn unusable_store_is_a_failure() {
    let folder = Folder::new();
    let file = folder.file("inbox.db", "no database, but a text that is long enough to be read. ".repeat(20));
    let (code, found) = checks(&store_in(&folder), &[]);
    assert!(code == 1 && is(&found, "store", "failed") && is(&found, "schema", "skipped"), "{found:?}");
    assert!(fs::read_to_string(file).unwrap().starts_with("no database"), "it is not changed");
}
