//! A file of texts, under faults, stopped, killed and run again.

use std::fs;

use serde_json::json;

use incs_facade::relay::store::{OutboxFilter, OutboxState, SqliteStore, Store as _};
use incs_sandbox::{Action, Rule, Sandbox, When};

use crate::support::{Ended, Folder, Running, example_at, run, sandbox, texts, until};

/// A file with these texts, each with itself as reference.
fn file(folder: &Folder, rows: &[&str]) -> String {
    let path = folder.path("texts.jsonl");
    let line = |text: &&str| format!("{}\n", json!({ "reference": text, "to": "85251230088", "text": text }));
    fs::write(&path, rows.iter().map(line).collect::<String>()).unwrap();
    path
}

async fn send(sandbox: &Sandbox, path: &str) -> Ended {
    run(&mut example_at(sandbox, "bulk_send", &[path])).await
}

fn of_sends(action: Action) -> Rule {
    Rule::new(action).when(When::operation("send_*"))
}

/// Counts the messages with a state in the outbox of a program that has ended.
async fn count(path: &str, state: OutboxState) -> usize {
    let store = SqliteStore::open(format!("{path}.db")).await.unwrap();
    let filter = OutboxFilter { state: Some(state), limit: 1000, ..OutboxFilter::default() };
    let count = store.messages(filter).await.unwrap().len();
    store.close().await;
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn every_text_is_sent_and_a_second_run_sends_none() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let path = file(&folder, &["a", "b", "c"]);
    for _ in 0..2 {
        let ended = send(&sandbox, &path).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stderr.ends_with("0 messages to go\n3 of 3 are accepted, 0 are unknown\n"), "{ended:?}");
    }
    assert_eq!(texts(&sandbox), ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_with_lost_reply_is_unknown_and_never_repeated() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let path = file(&folder, &["a", "b", "c", "d"]);
    sandbox.add_fault(of_sends(Action::Drop { accepted: true }).skip(1).count(1)).unwrap();
    for _ in 0..2 {
        let ended = send(&sandbox, &path).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert_eq!(ended.stderr.matches("  unknown  ").count(), 1, "{ended:?}");
        assert_eq!(texts(&sandbox), ["a", "b", "c", "d"]);
    }
    assert_eq!(count(&path, OutboxState::Unknown).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rate_limited_text_is_sent_after_a_wait() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let path = file(&folder, &["a", "b"]);
    sandbox.add_fault(of_sends(Action::RateLimit { retry_after: Some(1) }).count(2)).unwrap();
    let ended = send(&sandbox, &path).await;
    assert_eq!((ended.code, texts(&sandbox)), (Some(0), ["a", "b"].map(str::to_owned).to_vec()), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_in_flight_at_sigkill_are_unknown_and_not_repeated() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    // More than are sent at once, so some are queued when the process is killed.
    let rows: Vec<_> = (10..50).map(|row| row.to_string()).collect();
    let rows: Vec<_> = rows.iter().map(String::as_str).collect();
    let path = file(&folder, &rows);
    let stall = sandbox.add_fault(of_sends(Action::Stall { accepted: true }).skip(5)).unwrap();
    let running = Running::start(&mut example_at(&sandbox, "bulk_send", &[&path]));
    until("16 wait for their reply", || sandbox.sent().len() == 5 + 16).await;
    let second = send(&sandbox, &path).await;
    assert!(second.code == Some(1) && second.stderr.contains("another process owns the store"), "{second:?}");
    running.kill().await;
    sandbox.remove_fault(stall);

    let ended = send(&sandbox, &path).await;
    assert_eq!(
        (ended.code, texts(&sandbox)),
        (Some(2), rows.iter().map(|row| (*row).to_owned()).collect()),
        "{ended:?}"
    );
    // An outcome that was not recorded before the kill is unknown too.
    let unknown = count(&path, OutboxState::Unknown).await;
    assert!((16..=21).contains(&unknown), "{unknown}");
    assert_eq!(count(&path, OutboxState::Accepted).await, rows.len() - unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn run_after_ctrl_c_sends_the_rest() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let rows: Vec<_> = (10..50).map(|row| row.to_string()).collect();
    let rows: Vec<_> = rows.iter().map(String::as_str).collect();
    let path = file(&folder, &rows);
    let running = Running::start(&mut example_at(&sandbox, "bulk_send", &[&path]));
    until("the first is accepted", || !sandbox.sent().is_empty()).await;
    let ended = running.interrupt().await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(sandbox.sent().len() < rows.len());
    let ended = send(&sandbox, &path).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(texts(&sandbox), rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_line_is_named_and_nothing_is_sent() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    for (row, complaint) in [
        (r#"{"reference": "b", "to": "not-a-number", "text": "b"}"#, "line 2\n    1: /to: "),
        (r#"{"reference": "b", "to": 85251230099, "text": "b"}"#, "line 2\n    1: /to: "),
        (
            r#"{"reference": "a", "to": "85251230099", "text": "b"}"#,
            "line 2\n    1: the reference is that of an earlier",
        ),
        (r#"{"reference": "b", "to": "85251230099", "text": ""}"#, "line 2\n    1: "),
    ] {
        let path = file(&folder, &["a"]);
        fs::write(&path, fs::read_to_string(&path).unwrap() + row).unwrap();
        let ended = send(&sandbox, &path).await;
        assert!(ended.code == Some(1) && ended.stderr.contains(complaint), "{ended:?}");
        assert!(!ended.stderr.contains("not-a-number") && !ended.stderr.contains("8525"), "{ended:?}");
    }
    assert_eq!(texts(&sandbox), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_text_under_an_old_reference_is_refused() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let path = file(&folder, &["a"]);
    assert_eq!(send(&sandbox, &path).await.code, Some(0));
    fs::write(&path, fs::read_to_string(&path).unwrap().replace(r#""text":"a""#, r#""text":"b""#)).unwrap();
    let ended = send(&sandbox, &path).await;
    assert!(ended.code == Some(1) && ended.stderr.contains("a: another text has this reference"), "{ended:?}");
    assert_eq!(texts(&sandbox), ["a"]);
}
