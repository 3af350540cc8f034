//! Receiving: nothing that was answered with 200 is lost, and the store has one owner.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::server::{Serving, items, keys_of, message, messages, on_store, post, states, store_in};
use crate::support::{Folder, incs, run, without_settings};

/// A process that is killed on drop.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn acknowledged_webhooks_survive_kill() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let (acknowledged, next) = (Mutex::new(Vec::new()), AtomicU32::new(0));
    for round in 0..5 {
        let serving = Serving::start(&store, &[]);
        let address = serving.address();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let body = message(&format!("6281200{number:05}"), &format!("wamid.{number}"), "Hi");
                        match post(address, body.as_bytes()) {
                            Some((200, _)) => acknowledged.lock().unwrap().push(body),
                            // The sender of a webhook without a reply posts it again later.
                            _ => return,
                        }
                    }
                });
            }
            thread::sleep(Duration::from_millis(50 + 40 * round));
            serving.kill();
        });
    }
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    let serving = Serving::start(&store, &[]);
    // A retry of the sender is recognized.
    assert_eq!(serving.post(&acknowledged[0]), Some(200));
    assert_eq!(serving.next_line(), r#"{"items":1,"new":0,"type":"stored"}"#);
    let mut listed: BTreeMap<String, u32> = BTreeMap::new();
    for item in items(&store) {
        assert_eq!((&item["state"], &item["kind"]), (&json!("stored"), &json!("new_message.whatsapp.text")));
        *listed.entry(item["dedup_key"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    for body in &acknowledged {
        for key in keys_of(body.as_bytes()) {
            assert_eq!(listed.get(&key), Some(&1), "{body}");
        }
    }
    assert!(listed.values().all(|times| *times == 1));
    assert_eq!(serving.stop(), (0, String::new()));
}

#[test]
fn delivery_prints_one_line() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let serving = Serving::start(&store, &[]);
    assert_eq!(serving.ready, json!({ "type": "ready", "forward": false, "scheme": null, "webhook_url": serving.url }));
    assert_eq!(serving.post(messages("6281200045678", &["a", "b"], "Hi")), Some(200));
    assert_eq!(serving.next_line(), r#"{"items":2,"new":2,"type":"stored"}"#);
    assert_eq!(serving.post(messages("6281200045678", &["b", "c"], "Hi")), Some(200));
    assert_eq!(serving.next_line(), r#"{"items":2,"new":1,"type":"stored"}"#);
    assert_eq!(serving.post("{"), Some(200));
    assert_eq!(serving.next_line(), r#"{"items":1,"new":1,"type":"stored"}"#);
    assert_eq!(states(&store), ["stored"; 4]);
    serving.signal("-INT");
    assert_eq!(serving.stop(), (0, String::new()));
}

#[test]
fn unverified_sender_is_rejected() {
    let folder = Folder::new();
    let (store, secret) = (store_in(&folder), folder.file("secret", "change-me\n"));
    let mut command = incs(&["inbox", "serve", "--store", &store, "--listen", "0", "--secret-file", &secret]);
    let mut child = Killed(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let address = first.strip_prefix("listening on http://").unwrap();
    let (address, proof) = address.split_once("/, ").unwrap();
    assert_eq!(proof, "with the secret in the path; press ctrl-c to stop");
    let body = message("6281200045678", "a", "Hi");
    assert_eq!(post(address.parse().unwrap(), body.as_bytes()).unwrap().0, 401);
    assert!(lines.next().unwrap().unwrap().starts_with("rejected  401 "));
    let url = format!("http://{address}/hooks");
    let trigger = ["webhook", "trigger", "new_message", "--url", &url, "--scheme", "shared-secret", "--secret-file"];
    assert_eq!(run(incs(&trigger).arg(&secret)).code, 0);
    assert_eq!(lines.next().unwrap().unwrap(), "stored    1 item, 1 new");
    assert_eq!(states(&store), ["stored"]);
}

#[test]
fn second_owner_is_refused() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let serving = Serving::start(&store, &[]);
    let second: [&[&str]; 3] =
        [&["inbox", "serve", "--listen", "127.0.0.1:0", "--insecure"], &["relay", "migrate"], &["relay", "vacuum"]];
    for command in second {
        let ended = on_store(command, &store);
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{command:?}");
        let failure = ended.failure();
        assert!(failure["message"].as_str().unwrap().ends_with(": another process owns it"), "{failure}");
        assert_eq!(failure["kind"], "owned");
        assert_eq!(failure["help"], "stop that process, such as `incs inbox serve`, or use another file");
    }
    assert_eq!(serving.post(message("6281200045678", "a", "Hi")), Some(200));
    assert_eq!(states(&store), ["stored"]);
}

#[test]
fn full_store_is_answered_with_503() {
    // A limit of the file size stands for a full disk.
    let folder = Folder::new();
    let store = store_in(&folder);
    assert_eq!(on_store(&["relay", "migrate"], &store).code, 0);
    let script = "ulimit -f 400; exec \"$@\"";
    let mut command = Command::new("sh");
    without_settings(&mut command);
    command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_incs"), "--json", "inbox", "serve", "--store", &store]);
    command.args(["--listen", "127.0.0.1:0", "--insecure"]).stdout(Stdio::piped());
    let mut child = Killed(command.spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let ready: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let address = ready["webhook_url"].as_str().unwrap().trim_start_matches("http://").trim_end_matches('/');
    let address = address.parse().unwrap();
    let text = "x".repeat(60_000);
    let replies = (0..10).map(|number| post(address, message("6281200045678", &number.to_string(), &text).as_bytes()));
    let replies: Vec<_> = replies.map(Option::unwrap).collect();
    let stored = replies.iter().filter(|(status, _)| *status == 200).count();
    assert!((1..10).contains(&stored), "{stored}");
    let (status, head) = replies.last().unwrap();
    assert_eq!(*status, 503);
    assert!(head.contains("\r\nretry-after: 5\r\n"), "{head}");
    drop(child);
    assert_eq!(items(&store).len(), stored, "what was answered with 503 may not be stored here");
}
