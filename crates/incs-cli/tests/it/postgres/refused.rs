//! Databases that cannot be used, and what is said about them. No password is shown.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use incs_relay_testing::postgres::{self, Server};
use serde_json::json;

use crate::inbox::server::{Serving, message, on_store, states, wait_until};
use crate::inbox::store::COMMANDS;
use crate::support::{Ended, Folder, incs, run};

/// All commands except the one that needs no connection.
fn connecting() -> impl Iterator<Item = &'static [&'static str]> {
    COMMANDS.into_iter().filter(|command| command[1] != "vacuum")
}

/// Asserts the exit code, and that nothing but the failure was printed.
fn assert_refused(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!((ended.code, &*ended.stdout), (code, ""), "{ended:?}");
    let failure = ended.failure().to_string();
    for word in words {
        assert!(failure.contains(word), "{word}: {failure}");
    }
    assert!(!ended.stderr.contains("s3cret") && !ended.stderr.contains("relay@"), "{ended:?}");
}

#[test]
fn unreachable_server_is_a_network_failure() {
    let url = "postgres://relay:s3cret@127.0.0.1:1/shop";
    for command in connecting() {
        let ended = run(incs(&[command, &["--json"]].concat()).env("INCS_STORE", url));
        if command[1] == "doctor" {
            assert!(ended.code == 7 && !ended.stdout.contains("s3cret"), "{ended:?}");
            assert_eq!(ended.documents().len(), 10, "{ended:?}");
            continue;
        }
        let words = ["cannot open the store postgres://127.0.0.1:1/shop: connection refused", "check the address"];
        assert_refused(&ended, 7, &words);
        assert_eq!(ended.failure()["kind"], "unreachable");
    }
}

#[test]
fn password_in_argument_is_noted() {
    let ended = run(&mut incs(&["inbox", "list", "--store", "postgres://relay:s3cret@127.0.0.1:1/shop"]));
    assert!(ended.stderr.contains("other users of this machine can see the password"), "{ended:?}");
    assert!(!ended.stderr.contains("s3cret"), "{ended:?}");
    let ended = run(&mut incs(&["inbox", "list", "--store", "postgres://relay@127.0.0.1:1/shop"]));
    assert!(!ended.stderr.contains("other users"), "{ended:?}");
}

#[test]
fn vacuum_and_journal_need_a_file() {
    let url = "postgres://relay:s3cret@127.0.0.1:1/shop";
    let ended = run(incs(&["relay", "vacuum", "--json"]).env("INCS_STORE", url));
    assert_refused(&ended, 2, &["PostgreSQL uses the space of removed rows again by itself", "relay doctor"]);
    for name in [url, "postgresql://relay:s3cret@host/db"] {
        for args in [&["send", "bulk.jsonl", "--channel", "rcs", "--journal", name][..], &["send", "--resume", name]] {
            let ended = run(&mut incs(&[args, &["--json"]].concat()));
            assert_refused(&ended, 2, &["a journal is a file, and cannot be in PostgreSQL", "bulk.db"]);
        }
    }
}

#[test]
fn unreadable_url_is_a_usage_error() {
    for url in [
        "postgres://relay:s3cret",
        "postgres://relay:s3cret@host/db?secret=s3cret",
        "postgres:s3cret",
        "postgres://relay:s3cret@/db",
    ] {
        for command in connecting() {
            let ended = run(incs(&[command, &["--json"]].concat()).env("INCS_STORE", url));
            assert_refused(&ended, 2, &["URL", "postgres://USER:PASSWORD@HOST/DATABASE"]);
        }
    }
}

#[test]
fn missing_store_is_not_created() {
    let Some(server) = postgres::shared("missing_store_is_not_created") else { return };
    let url = server.database().unwrap();
    for command in connecting().filter(|command| !["serve", "migrate"].contains(&command[1])) {
        assert_refused(&on_store(command, &url), 2, &["does not exist", "`incs relay migrate` create a store"]);
    }
    assert_eq!(server.query(&url, "SELECT to_regnamespace('incs_relay') IS NULL").unwrap(), "t");
    let absent = url.replace("/test", "/absent");
    assert_refused(&on_store(&["relay", "migrate"], &absent), 1, &["the database does not exist"]);
    server.query(&url, "CREATE SCHEMA shop CREATE TABLE orders (id int)").unwrap();
    let foreign = format!("{url}?schema=shop");
    assert_refused(&on_store(&["relay", "migrate"], &foreign), 1, &["another program; name another one"]);

    assert_eq!(on_store(&["relay", "migrate"], &url).code, 0);
    server.query(&url, "UPDATE incs_relay.meta SET value = 99 WHERE name = 'schema'").unwrap();
    for command in connecting().filter(|command| command[1] != "doctor") {
        assert_refused(&on_store(command, &url), 1, &["it has schema 99", "too_new", "use a newer version"]);
    }
}

#[test]
fn wrong_password_is_explained() {
    if postgres::is_left_out("wrong_password_is_explained") {
        return;
    }
    let folder = Folder::outside();
    let rules = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
    let rules = folder.file("hba.conf", rules);
    // The server has another user.
    fs::set_permissions(&rules, fs::Permissions::from_mode(0o644)).unwrap();
    let server = Server::start_with(&[("hba_file", &rules)]).unwrap();
    server.admin("ALTER ROLE relay PASSWORD 'p@ss'").unwrap();
    let with = |password: &str| server.url().replace("relay@", &format!("relay{password}@"));
    let migrate = |url: String| run(incs(&["relay", "migrate", "--json"]).env("INCS_STORE", url));
    assert_refused(&migrate(with(":s3cret")), 1, &["refuses the user or the password", "right user and password"]);
    assert_refused(&migrate(with("")), 1, &["asks for a password", "set INCS_STORE"]);
    assert_eq!(migrate(with(":p%40ss")).code, 0);
}

#[test]
fn webhooks_wait_for_the_database() {
    if postgres::is_left_out("webhooks_wait_for_the_database") {
        return;
    }
    let server = Server::start().unwrap();
    let serving = Serving::start(&server.url(), &[]);
    assert_eq!(serving.post(message("15550000123", "a", "Hi")), Some(200));
    serving.next_line();
    server.stop_immediately().unwrap();
    assert_eq!(serving.post(message("15550000123", "b", "Hi")), Some(503));
    let line: serde_json::Value = serde_json::from_str(&serving.next_line()).unwrap();
    assert_eq!((&line["type"], &line["status"]), (&json!("rejected"), &json!(503)));
    assert!(line["reason"].as_str().unwrap().starts_with("the store cannot be reached: "), "{line}");
    assert_eq!(on_store(&["inbox", "list"], &server.url()).code, 7);
    server.start_again().unwrap();
    wait_until(|| serving.post(message("15550000123", "b", "Hi")) == Some(200));
    assert_eq!(states(&server.url()), ["stored", "stored"]);
    assert_eq!(serving.stop().0, 0);
}
