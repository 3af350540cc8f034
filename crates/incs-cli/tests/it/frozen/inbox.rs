//! `incs inbox` and `incs relay`.

use super::transcript::{Transcript, with_json};
use crate::inbox::server::{Handler, Serving, message, messages, states, store_in, wait_until};
use crate::support::Folder;

const REFUSED: [&str; 2] = ["--store", "mysql://host/db"];

/// A database on a port where nothing listens.
pub(super) const UNREACHABLE: [&str; 2] = ["--store", "postgres://relay:secret@127.0.0.1:1/shop?schema=viber"];

/// Starts the transcript of a command on a store in a folder.
fn transcript_of(command: &str, folder: &Folder) -> Transcript {
    let names = ["received_at", "next_at", "oldest_open", "oldest_open_seconds", "blocked_since", "bytes"];
    let names = names.into_iter().chain(["bytes_before", "bytes_after"]);
    names.fold(Transcript::of(command).hiding_folder(folder), Transcript::hiding_member)
}

/// Returns a store with these items: 1 failed, 2 waits behind it, 3 done, 4 a dead letter by its handler, 5 a receipt.
fn filled(folder: &Folder) -> (String, Serving) {
    let store = store_in(folder);
    let handler = Handler::start(|item, _| match item.id().as_str() {
        "wamid.1" => 500,
        "wamid.4" => 410,
        _ => 200,
    });
    let serving = Serving::start(&store, &["--forward", &handler.url, "--retry", "1h"]);
    for body in [
        messages("6281200045678", &["wamid.1", "wamid.2"], "Hi"),
        message("15550000123", "wamid.3", "Hi"),
        message("15550000124", "wamid.4", "Hi"),
        r#"{"event":"message_status_update","message_id":"wamid.9","message_status":"read"}"#.to_owned(),
    ] {
        assert_eq!(serving.post(body), Some(200));
    }
    wait_until(|| states(&store) == ["failed", "stored", "done", "dead", "done"]);
    (store, serving)
}

#[test]
fn json_of_inbox_serve_is_frozen() {
    let folder = Folder::new();
    let mut transcript = transcript_of("inbox serve", &folder);
    let store = store_in(&folder);
    let serving = Serving::start(&store, &[]);
    transcript.written("stdout", &serving.ready.to_string());
    serving.post(messages("6281200045678", &["wamid.1", "wamid.2"], "Hi"));
    transcript.written("stdout", &serving.next_line());
    serving.post(" ".repeat(1024 * 1024 + 1));
    transcript.written("stdout", &serving.next_line());
    let serve = ["inbox", "serve", "--listen", "127.0.0.1:0"];
    let on_store = [&serve[..], &["--store", &store]].concat();
    transcript.add("another process", &mut with_json(&[&on_store[..], &["--insecure"]].concat()));
    transcript.add("nothing proves the sender", &mut with_json(&on_store));
    let forward = ["--insecure", "--forward", "http://example.com/"];
    transcript.add("another machine", &mut with_json(&[&on_store[..], &forward].concat()));
    let forward = ["--insecure", "--forward", "http://127.0.0.1:9/"];
    transcript.add("no secret", &mut with_json(&[&on_store[..], &forward].concat()));
    transcript.add("unknown store", &mut with_json(&[&serve[..], &["--insecure"], &REFUSED].concat()));
    transcript.add("no store", &mut with_json(&[&serve[..], &["--insecure"]].concat()));
    transcript.add("usage", &mut with_json(&["inbox", "serve", "--listen", "nowhere"]));
    transcript.end();
}

#[test]
fn json_of_inbox_list_is_frozen() {
    let folder = Folder::new();
    let mut transcript = transcript_of("inbox list", &folder);
    let (store, serving) = filled(&folder);
    transcript.add("all", &mut with_json(&["inbox", "list", "--store", &store]));
    transcript.add("a state", &mut with_json(&["inbox", "list", "--store", &store, "--state", "dead"]));
    transcript.add("a page", &mut with_json(&["inbox", "list", "--store", &store, "--after", "1", "--limit", "1"]));
    drop(serving);
    let missing = format!("{store}.missing");
    transcript.add("no such store", &mut with_json(&["inbox", "list", "--store", &missing]));
    transcript.add("unknown store", &mut with_json(&[&["inbox", "list"], &REFUSED[..]].concat()));
    transcript.add("a database out of reach", &mut with_json(&[&["inbox", "list"], &UNREACHABLE[..]].concat()));
    transcript.add("usage", &mut with_json(&["inbox", "list", "--state", "lost"]));
    transcript.end();
}

#[test]
fn json_of_inbox_show_is_frozen() {
    let folder = Folder::new();
    let mut transcript = transcript_of("inbox show", &folder);
    let (store, _serving) = filled(&folder);
    let show = |args: &[&str]| with_json(&[&["inbox", "show", "--store", &store], args].concat());
    transcript.add("a dead letter", &mut show(&["4"]));
    transcript.add("not found", &mut show(&["9"]));
    transcript.add("usage", &mut show(&["--raw"]));
    transcript.end();
}

#[test]
fn json_of_inbox_actions_is_frozen() {
    for (command, good, wrong) in [("retry", "4", "3"), ("dead-letter", "2", "4"), ("replay", "3", "2")] {
        let folder = Folder::new();
        let mut transcript = transcript_of(&format!("inbox {command}"), &folder);
        let (store, serving) = filled(&folder);
        // Nothing is handed out meanwhile.
        drop(serving);
        let mut run = |case: &str, args: &[&str]| {
            transcript.add(case, &mut with_json(&[&["inbox", command, "--store", &store], args].concat()));
        };
        run("all done", &[good]);
        run("several", &["5", "9"]);
        run("wrong state", &[wrong]);
        run("not found", &["9"]);
        run("a state", &["--state", if command == "dead-letter" { "leased" } else { "dead" }]);
        run("a state that does not fit", &["--state", if command == "dead-letter" { "dead" } else { "stored" }]);
        run("usage", &[]);
        transcript.end();
    }
}

#[test]
fn json_of_inbox_erase_is_frozen() {
    let folder = Folder::new();
    let mut transcript = transcript_of("inbox erase", &folder);
    let (store, _serving) = filled(&folder);
    let erase = |args: &[&str]| with_json(&[&["inbox", "erase", "--store", &store], args].concat());
    transcript.add("a number", &mut erase(&["--party", "6281200045678", "--yes"]));
    transcript.add("nobody", &mut erase(&["--party", "user:ID.1459", "--yes"]));
    transcript.add("not confirmed", &mut erase(&["--party", "6281200045678"]));
    transcript.add("no party", &mut erase(&["--party", "rina", "--yes"]));
    transcript.add("usage", &mut erase(&[]));
    transcript.end();
}

#[test]
fn json_of_inbox_stats_is_frozen() {
    let folder = Folder::new();
    let mut transcript = transcript_of("inbox stats", &folder);
    let (store, _serving) = filled(&folder);
    transcript.add("numbers", &mut with_json(&["inbox", "stats", "--store", &store]));
    transcript.add("usage", &mut with_json(&["inbox", "stats", "now"]));
    transcript.end();
}

#[test]
fn json_of_relay_is_frozen() {
    for command in ["migrate", "vacuum"] {
        let folder = Folder::new();
        let mut transcript = transcript_of(&format!("relay {command}"), &folder);
        let store = store_in(&folder);
        let mut run =
            |case: &str, args: &[&str]| transcript.add(case, &mut with_json(&[&["relay", command], args].concat()));
        run("no such store", &["--store", &store]);
        if command == "vacuum" {
            run("a database", &UNREACHABLE);
            with_json(&["relay", "migrate", "--store", &store]).output().unwrap();
        }
        run("a store", &["--store", &store]);
        let serving = Serving::start(&store, &[]);
        run("another process", &["--store", &store]);
        drop(serving);
        run("usage", &["now"]);
        transcript.end();
    }
}
