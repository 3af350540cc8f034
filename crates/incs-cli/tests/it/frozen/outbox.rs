//! `incs outbox` and `incs relay doctor`.

use incs_facade::relay::store::SqliteStore;

use super::inbox::UNREACHABLE;
use super::transcript::{Transcript, with_json};
use crate::outbox::stores::{Filled, NAMED};
use crate::support::Folder;

/// Starts the transcript of a command on a store in a folder.
fn transcript_of(command: &str, folder: &Folder) -> Transcript {
    let names = ["enqueued_at", "changed_at", "sending_at", "next_at", "receipt_at", "asked_at", "at", "seconds_after"];
    let names = names.into_iter().chain(["oldest_queued", "oldest_queued_seconds", "last_message_created"]);
    names.fold(Transcript::of(command).hiding_folder(folder), Transcript::hiding_member)
}

/// Returns a command of a store.
fn on(store: &str, args: &[&str]) -> std::process::Command {
    with_json(&[&args[..2], &["--store", store], &args[2..]].concat())
}

#[test]
fn json_of_outbox_list_is_frozen() {
    let filled = Filled::new();
    let mut transcript = transcript_of("outbox list", &filled.bulk.folder);
    let mut run = |case: &str, args: &[&str]| {
        transcript.add(case, &mut on(&filled.store(), &[&["outbox", "list"], args].concat()));
    };
    run("all", &[]);
    run("one state", &["--state", "dead"]);
    run("a page", &["--after", "1", "--limit", "1"]);
    run("none", &["--state", "expired"]);
    run("usage", &["--state", "gone"]);
    transcript.end();
}

#[test]
fn json_of_outbox_show_is_frozen() {
    let filled = Filled::new();
    let mut transcript = transcript_of("outbox show", &filled.bulk.folder);
    filled.with_evidence();
    for (case, id) in [("accepted", "1"), ("dead", "2"), ("unknown, with evidence", "3"), ("not found", "99")] {
        transcript.add(case, &mut on(&filled.store(), &["outbox", "show", id]));
    }
    transcript.add("usage", &mut on(&filled.store(), &["outbox", "show"]));
    transcript.end();
}

#[test]
fn json_of_outbox_resolve_is_frozen() {
    let filled = Filled::new();
    let mut transcript = transcript_of("outbox resolve", &filled.bulk.folder);
    let mut run = |case: &str, args: &[&str]| {
        transcript.add(case, &mut on(&filled.store(), &[&["outbox", "resolve"], args, &NAMED].concat()));
    };
    run("an id of another message", &["3", "--accepted", &filled.message_id]);
    run("not confirmed", &["3", "--send-again"]);
    run("sent again", &["3", "--send-again", "--yes"]);
    run("not unknown", &["3", "--abandon"]);
    run("accepted", &["4", "--accepted"]);
    run("not found", &["99", "--abandon"]);
    run("usage", &["3"]);
    transcript.end();
}

#[test]
fn json_of_outbox_cancel_is_frozen() {
    let filled = Filled::new();
    let mut transcript = transcript_of("outbox cancel", &filled.bulk.folder);
    let mut run = |case: &str, args: &[&str]| {
        transcript.add(case, &mut on(&filled.store(), &[&["outbox", "cancel"], args, &NAMED].concat()));
    };
    run("some", &["1", "6", "99"]);
    run("none", &["1"]);
    run("not found", &["99"]);
    run("usage", &[]);
    transcript.end();
}

#[test]
fn json_of_outbox_audit_is_frozen() {
    let filled = Filled::new();
    let mut transcript = transcript_of("outbox audit", &filled.bulk.folder);
    let audit = ["outbox", "audit", "--grace", "1ms"];
    transcript.add("not asked", &mut on(&filled.store(), &audit));
    transcript.add("the platform knows it", filled.with_platform(&mut on(&filled.store(), &audit)));
    transcript.add("none", &mut on(&filled.store(), &["outbox", "audit"]));
    transcript.add("usage", &mut on(&filled.store(), &["outbox", "audit", "--since", "1h"]));
    transcript.end();
}

#[test]
fn json_of_outbox_stats_is_frozen() {
    let filled = Filled::new();
    let mut transcript = transcript_of("outbox stats", &filled.bulk.folder);
    transcript.add("numbers", &mut on(&filled.store(), &["outbox", "stats"]));
    transcript.add("usage", &mut with_json(&["outbox", "stats", "now"]));
    transcript.end();
}

#[test]
fn json_of_relay_doctor_is_frozen() {
    let filled = Filled::new();
    let transcript = transcript_of("relay doctor", &filled.bulk.folder);
    let transcript = transcript.hiding(SqliteStore::sqlite_version(), "<version>");
    let mut transcript = transcript.hiding(&format!("schema {}", SqliteStore::schema()), "schema <schema>");
    transcript.add("warnings", &mut on(&filled.store(), &["relay", "doctor"]));
    transcript.add("warnings are denied", &mut on(&filled.store(), &["relay", "doctor", "--deny-warnings"]));
    let file = filled.bulk.folder.file("other.db", "not a database, but long enough to look at");
    transcript.add("another file", &mut on(&format!("sqlite:{file}"), &["relay", "doctor"]));
    transcript.add("a database out of reach", &mut with_json(&[&["relay", "doctor"], &UNREACHABLE[..]].concat()));
    transcript.add("usage", &mut with_json(&["relay", "doctor", "now"]));
    transcript.end();
}
