//! Stores that cannot be opened, and their upkeep.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};

use incs_facade::relay::store::SqliteStore;
use serde_json::json;

use super::server::{Serving, items, messages, on_store, store_in};
use crate::support::{Folder, incs, run};

/// Every command of a store, with arguments that it needs besides.
pub(crate) const COMMANDS: [&[&str]; 17] = [
    &["inbox", "serve", "--listen", "127.0.0.1:0", "--insecure"],
    &["inbox", "list"],
    &["inbox", "show", "1"],
    &["inbox", "retry", "1"],
    &["inbox", "dead-letter", "1"],
    &["inbox", "replay", "1"],
    &["inbox", "erase", "--party", "6281200045678", "--yes"],
    &["inbox", "stats"],
    &["outbox", "list"],
    &["outbox", "show", "1"],
    &["outbox", "resolve", "1", "--abandon", "--by", "rina"],
    &["outbox", "cancel", "1", "--by", "rina"],
    &["outbox", "audit"],
    &["outbox", "stats"],
    &["relay", "doctor"],
    &["relay", "migrate"],
    &["relay", "vacuum"],
];

/// Commands that end with the failure of the store. The doctor reports it as a check.
fn failing() -> impl Iterator<Item = &'static [&'static str]> {
    COMMANDS.into_iter().filter(|command| command[1] != "doctor")
}

/// The newest schema.
fn schema() -> u32 {
    SqliteStore::schema()
}

#[test]
fn unknown_store_is_usage_error() {
    for command in COMMANDS {
        let ended = on_store(command, "mysql://me:s3cret@127.0.0.1/db");
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{command:?}");
        let failure = ended.failure();
        assert_eq!(failure["message"], "unknown kind of store `mysql:`");
        assert_eq!(failure["help"], "known stores: sqlite:FILE and postgres://HOST/DATABASE");
        let ended = run(&mut incs(&[command, &["--json"]].concat()));
        assert_eq!(ended.code, 2, "{command:?}");
        assert_eq!(ended.failure()["message"], "no store is given");
    }
}

#[test]
fn missing_store_is_not_created() {
    let folder = Folder::new();
    let store = store_in(&folder);
    for command in COMMANDS.iter().filter(|command| !["serve", "migrate"].contains(&command[1])) {
        let ended = on_store(command, &store);
        assert_eq!(ended.code, 2, "{command:?}");
        assert!(ended.failure()["message"].as_str().unwrap().ends_with("inbox.db does not exist"), "{ended:?}");
        assert!(!folder.join("inbox.db").exists(), "{command:?}");
    }
    let created = on_store(&["relay", "migrate"], &store);
    assert_eq!(created.document(), json!({ "before": 0, "after": schema() }));
    assert_eq!(on_store(&["relay", "migrate"], &store).document(), json!({ "before": schema(), "after": schema() }));
}

#[test]
fn store_is_named_by_variable() {
    let folder = Folder::new();
    let store = store_in(&folder);
    assert_eq!(on_store(&["relay", "migrate"], &store).code, 0);
    assert_eq!(run(incs(&["inbox", "list"]).env("INCS_STORE", &store)).code, 0);
    let file = folder.file("store", format!("{store}\n"));
    assert_eq!(run(incs(&["inbox", "list"]).env("INCS_STORE_FILE", &file)).code, 0);
    let config = folder.file("config.toml", format!("[profile.shop]\nstore = '{store}'\n"));
    assert_eq!(run(&mut incs(&["inbox", "list", "--config", &config, "--profile", "shop"])).code, 0);
}

#[test]
fn newer_schema_is_refused() {
    let folder = Folder::new();
    let store = store_in(&folder);
    assert_eq!(on_store(&["relay", "migrate"], &store).code, 0);
    // The version of the schema in the head of the file.
    let mut file = File::options().write(true).open(folder.join("inbox.db")).unwrap();
    file.seek(SeekFrom::Start(60)).unwrap();
    file.write_all(&99u32.to_be_bytes()).unwrap();
    drop(file);
    for command in failing() {
        let ended = on_store(command, &store);
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{command:?}");
        let failure = ended.failure();
        let message = failure["message"].as_str().unwrap();
        assert!(
            message.ends_with(&format!(": it has schema 99, and this version knows schema {}", schema())),
            "{message}"
        );
        assert_eq!((&failure["kind"], &failure["help"]), (&json!("too_new"), &json!("use a newer version of incs")));
    }
}

#[test]
fn other_file_is_refused() {
    let folder = Folder::new();
    folder.file("inbox.db", "no database, but a text that is long enough to be read as the head of one. ".repeat(20));
    for command in failing() {
        let ended = on_store(command, &store_in(&folder));
        assert_eq!(ended.code, 1, "{command:?}");
        assert!(ended.failure()["message"].as_str().unwrap().contains("cannot open the store"), "{ended:?}");
    }
}

#[test]
fn vacuum_keeps_all_items() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let serving = Serving::start(&store, &[]);
    let text = "x".repeat(10_000);
    for number in 0..40 {
        assert_eq!(serving.post(messages("6281200045678", &[&number.to_string()], &text)), Some(200));
    }
    assert_eq!(serving.post(messages("15550000123", &["other"], "Hi")), Some(200));
    serving.stop();
    let erase = ["inbox", "erase", "--party", "6281200045678", "--yes"];
    assert_eq!(on_store(&erase, &store).document(), json!({ "erased": 40 }));
    let before = items(&store);
    let vacuumed = on_store(&["relay", "vacuum"], &store).document();
    assert!(vacuumed["bytes_after"].as_u64().unwrap() * 2 < vacuumed["bytes_before"].as_u64().unwrap(), "{vacuumed}");
    assert_eq!(items(&store), before);
}
