//! The stored bytes and the tables.

use std::fs;

use serde_json::{Value, json};

use super::server::{Serving, batch_of, items, message, messages, of_store, on_store, store_in};
use crate::support::{Folder, fixture_path, incs, run};

/// Returns what a command writes to stdout, byte for byte.
fn bytes(args: &[&str], store: &str) -> Vec<u8> {
    let output = of_store(args, store).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn raw_bytes_are_exact() {
    let files = fs::read_dir(fixture_path("")).unwrap().map(|entry| entry.unwrap().path());
    let webhooks = files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("webhook-new-message"));
    let mut bodies: Vec<Vec<u8>> = webhooks.map(|path| fs::read(path).unwrap()).collect();
    assert!(bodies.len() > 20);
    let ids: Vec<_> = (0..300).map(|id| format!("many-{id}")).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    bodies.push(messages("6281200045678", &ids, &"é\u{1f600}".repeat(60)).into_bytes());
    bodies.push(b" {\"event\": \"other\",\r\n \"price\": 1.0e400}\n".to_vec());
    bodies.push(b"{\"half\": ".to_vec());
    bodies.push(b"\"\xff\"".to_vec());
    let folder = Folder::new();
    for (number, body) in bodies.iter().enumerate() {
        // The fixtures repeat some events, so each has a store of its own.
        let store = format!("sqlite:{}", folder.join(number.to_string()).display());
        let serving = Serving::start(&store, &[]);
        assert_eq!(serving.post(body), Some(200));
        let expected = batch_or_whole(body);
        let listed = items(&store);
        assert_eq!(listed.len(), expected.len());
        // Beside the running program. Of the long body only some items, for speed.
        for (item, raw) in listed.iter().zip(&expected).step_by(1 + expected.len() / 10) {
            let id = item["id"].to_string();
            assert_eq!(&bytes(&["inbox", "show", &id, "--raw"], &store), raw, "{number}");
            assert_eq!(&bytes(&["inbox", "show", &id, "--body"], &store), body, "{number}");
        }
    }
}

/// Returns the bytes of the items of a body; of one that is not JSON, all of it.
fn batch_or_whole(body: &[u8]) -> Vec<Vec<u8>> {
    if serde_json::from_slice::<&serde_json::value::RawValue>(body).is_err() {
        return vec![body.to_vec()];
    }
    batch_of(body).iter().map(|item| item.raw().to_vec()).collect()
}

#[test]
fn list_is_filtered_and_paged() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let serving = Serving::start(&store, &[]);
    let ids: Vec<_> = (0..1200).map(|id| id.to_string()).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    assert_eq!(serving.post(messages("6281200045678", &ids, "Hi")), Some(200));
    let list = |args: &[&str]| on_store(&[&["inbox", "list"], args].concat(), &store);
    let listed = |args: &[&str]| -> Vec<u64> {
        list(args).documents().iter().map(|item| item["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(listed(&[]), (1..=1200).collect::<Vec<_>>());
    assert_eq!(listed(&["--after", "600", "--limit", "501"]), (601..=1101).collect::<Vec<_>>());
    assert_eq!(on_store(&["inbox", "dead-letter", "7", "1100"], &store).code, 0);
    assert_eq!(listed(&["--state", "dead"]), [7, 1100]);
    assert_eq!(listed(&["--state", "stored", "--limit", "7"]), [1, 2, 3, 4, 5, 6, 8]);
    assert_eq!(listed(&["--state", "failed"]), [0; 0]);
    assert_eq!(list(&["--limit", "0"]).code, 2);
    let item = &list(&["--state", "dead"]).documents()[0];
    let key = item["dedup_key"].as_str().unwrap();
    assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{item}");
    assert_eq!((&item["reason"], &item["attempts"]), (&json!("operator"), &json!(0)));
    let note = run(&mut incs(&["inbox", "list", "--store", &store, "--limit", "2"])).stderr;
    assert_eq!(note, "stopped at the limit; continue with --after 2\n");
}

/// Replaces the times and the keys.
fn shown(args: &[&str], store: &str) -> String {
    let mut ended = run(&mut incs(&[args, &["--store", store]].concat()));
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
    // An item without identity has a random key.
    for item in items(store).iter().filter(|item| item["class"] == "unparsed") {
        let key = item["dedup_key"].as_str().unwrap();
        ended.stdout = ended.stdout.replace(key, "<key>").replace(&key[..12], "<random key>");
    }
    let today = ended.stdout.find("received  20").or_else(|| ended.stdout.find("  20")).map(|at| {
        let from = at + ended.stdout[at..].find("20").unwrap();
        ended.stdout[from..from + 10].to_owned()
    });
    let day = today.unwrap_or_else(|| "no day".to_owned());
    let mut text = String::new();
    for line in ended.stdout.lines() {
        let line = match line.split_once(&day) {
            Some((before, after)) => {
                let rest = after.trim_start_matches(|sign: char| !sign.is_whitespace());
                format!("{before}<time>{rest}")
            }
            None => line.to_owned(),
        };
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[test]
fn tables_show_no_personal_data() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let serving = Serving::start(&store, &[]);
    assert_eq!(serving.post(message("6281200045678", "wamid.A", "A secret text")), Some(200));
    assert_eq!(serving.post(fs::read(fixture_path("webhook-new-message-rcs-location.json")).unwrap()), Some(200));
    assert_eq!(serving.post("{"), Some(200));
    assert_eq!(on_store(&["inbox", "dead-letter", "3"], &store).code, 0);
    insta::assert_snapshot!(shown(&["inbox", "list"], &store), @r"
    ID  STATE   KIND                       ATTEMPTS  RECEIVED              NEXT  KEY           REMARK
    1   stored  new_message.whatsapp.text  0         <time>        02ac95f5d57d
    2   stored  new_message.rcs.location   0         <time>        02ff6b1e8e2a
    3   dead    unknown                    0         <time>        <random key>  operator
    ");
    insta::assert_snapshot!(shown(&["inbox", "show", "1"], &store), @r"
    item      1
    kind      new_message.whatsapp.text
    state     stored
    attempts  0
    received  <time>
    key       02ac95f5d57dc741ccef2d73c22d4e85ed48370dda3edd72d53f4d402d1ae74c
    pointer   /message/messages/0
    bytes     110
    from      …5678
    channel   whatsapp
    sent      2026-03-30T05:20:00Z
    text      13 characters
    ");
    insta::assert_snapshot!(shown(&["inbox", "show", "3"], &store), @r"
    item       3
    kind       unknown
    state      dead
    attempts   0
    received   <time>
    key        <key>
    remark     operator
    bytes      1
    malformed  not JSON: expected the rest of the JSON, found the end (line 1,
               column 1)
    ");
    for id in ["1", "2", "3"] {
        let text = shown(&["inbox", "show", id], &store);
        for secret in ["62812", "A secret", "wamid"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    let json = on_store(&["inbox", "show", "2"], &store).document();
    let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["attempts", "class", "dedup_key", "id", "kind", "received_at", "state"]);
}

#[test]
fn missing_item_is_not_found() {
    let folder = Folder::new();
    let store = store_in(&folder);
    assert_eq!(on_store(&["relay", "migrate"], &store).code, 0);
    for args in [
        &["inbox", "show", "7"][..],
        &["inbox", "show", "0"],
        &["inbox", "show", "7", "--raw"],
        &["inbox", "show", "7", "--body"],
    ] {
        let ended = on_store(args, &store);
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{args:?}");
        assert_eq!(ended.failure()["exit_code"], 3);
    }
    assert_eq!(on_store(&["inbox", "show", "x"], &store).code, 2);
    assert_eq!(on_store(&["inbox", "show", "7", "--raw", "--body"], &store).code, 2);
    let none: Vec<Value> = items(&store);
    assert_eq!(none, [Value::Null; 0]);
}
