//! `incs outbox list` and `incs outbox stats`, beside the program that sends and after it.

use serde_json::json;

use super::stores::Filled;
use crate::journal::bulk::{Bulk, lines};
use crate::sandbox::Sandbox;
use crate::support::{incs, run};

#[test]
fn list_is_filtered_and_paged() {
    let bulk = Bulk::new(lines(1200));
    let sandbox = Sandbox::start(&[]);
    assert_eq!(bulk.send(&sandbox, &["--concurrency", "64"]).code, 0);
    let list = |args: &[&str]| bulk.on_store(&[&["outbox", "list"], args].concat());
    let listed = |args: &[&str]| -> Vec<u64> {
        list(args).documents().iter().map(|message| message["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(listed(&[]), (1..=1200).collect::<Vec<_>>());
    assert_eq!(listed(&["--after", "600", "--limit", "501"]), (601..=1101).collect::<Vec<_>>());
    assert_eq!(listed(&["--state", "accepted", "--limit", "2"]), [1, 2]);
    assert_eq!(listed(&["--state", "unknown"]), [0; 0]);
    assert_eq!(list(&["--limit", "0"]).code, 2);
    let message = &list(&["--limit", "1"]).documents()[0];
    assert_eq!((&message["key"], &message["proof"]), (&json!("line-1"), &json!("reply")));
}

#[test]
fn tables_show_no_personal_data() {
    let filled = Filled::new();
    filled.with_evidence();
    for args in [
        &["outbox", "list"][..],
        &["outbox", "show", "1"],
        &["outbox", "show", "2"],
        &["outbox", "show", "3"],
        &["outbox", "show", "6"],
        &["outbox", "audit", "--grace", "1ms"],
        &["outbox", "stats"],
        &["relay", "doctor"],
    ] {
        for json in [&[][..], &["--json"]] {
            let mut command = incs(&[args, &["--store", &filled.store()], json].concat());
            let ended = run(filled.with_platform(&mut command));
            let text = ended.stdout + &ended.stderr;
            for secret in ["8525123", "Parcel", "Something", filled.sandbox.certification_code()] {
                assert!(!text.contains(secret), "{args:?}: {text}");
            }
        }
    }
}

#[test]
fn counts_are_shown_by_state() {
    let filled = Filled::new();
    let stats = filled.bulk.on_store(&["outbox", "stats"]).document();
    let names = ["accepted", "dead", "unknown", "rejected", "queued", "sending"];
    assert_eq!(names.map(|state| stats[state].as_u64().unwrap()), [1, 1, 2, 1, 2, 0]);
    assert!(stats["oldest_queued_seconds"].is_u64() && stats["last_message_created"].is_null(), "{stats}");
    // The inbox shows what waits to be sent too.
    assert_eq!(filled.bulk.on_store(&["inbox", "stats"]).document()["queued"], 2);
    filled.with_evidence();
    let stats = filled.bulk.on_store(&["outbox", "stats"]).document();
    assert!(stats["last_message_created"].is_string(), "{stats}");
}
