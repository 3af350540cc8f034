//! A file of texts, under faults, stopped and run again.

use std::fs;

use serde_json::json;

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

#[tokio::test(flavor = "multi_thread")]
async fn every_text_is_sent_and_a_second_run_sends_none() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let path = file(&folder, &["a", "b", "c"]);
    let ended = send(&sandbox, &path).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.stderr.contains("3 of 3  ") && ended.stderr.ends_with("3 of 3 are sent, 0 are unknown\n"),
        "{ended:?}"
    );
    let ended = send(&sandbox, &path).await;
    assert_eq!(ended.stderr, "3 messages, 0 of them to be sent\n3 of 3 are sent, 0 are unknown\n");
    assert_eq!(texts(&sandbox), ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_reply_was_lost_is_written_to_the_file_and_never_repeated() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let path = file(&folder, &["a", "b", "c", "d"]);
    sandbox.add_fault(of_sends(Action::Drop { accepted: true }).skip(1).count(1)).unwrap();
    for _ in 0..2 {
        let ended = send(&sandbox, &path).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert_eq!(texts(&sandbox), ["a", "b", "c", "d"]);
        let unknown = fs::read_to_string(format!("{path}.unknown")).unwrap();
        assert!(["a", "b", "c", "d"].contains(&&*unknown), "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_refused_is_sent_by_the_next_run() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let path = file(&folder, &["a", "b"]);
    let refused = sandbox.add_fault(of_sends(Action::RateLimit { retry_after: Some(3600) })).unwrap();
    let ended = send(&sandbox, &path).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(texts(&sandbox), [""; 0]);
    sandbox.remove_fault(refused);
    assert_eq!(send(&sandbox, &path).await.code, Some(0));
    assert_eq!(texts(&sandbox), ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_its_way_when_the_program_was_killed_is_unknown_and_not_repeated() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let path = file(&folder, &["a", "b", "c"]);
    let stall = sandbox.add_fault(of_sends(Action::Stall { accepted: true })).unwrap();
    let running = Running::start(&mut example_at(&sandbox, "bulk_send", &[&path]));
    until("all are accepted", || sandbox.sent().len() == 3).await;
    let second = send(&sandbox, &path).await;
    assert!(second.code == Some(1) && second.stderr.contains("another run has the journal"), "{second:?}");
    running.kill().await;
    sandbox.remove_fault(stall);

    let ended = send(&sandbox, &path).await;
    assert_eq!((ended.code, texts(&sandbox)), (Some(2), ["a", "b", "c"].map(str::to_owned).to_vec()), "{ended:?}");
    assert_eq!(fs::read_to_string(format!("{path}.unknown")).unwrap().lines().count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_run_and_the_next_one_sends_the_rest() {
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
async fn a_line_that_is_wrong_is_named_and_nothing_is_sent() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    for (row, complaint) in [
        (r#"{"reference": "b", "to": "not-a-number", "text": "b"}"#, "line 2\n    1: /to: "),
        (r#"{"reference": "b", "to": 85251230099, "text": "b"}"#, "line 2\n    1: /to: "),
        (r#"{"reference": "a", "to": "85251230099", "text": "b"}"#, "references that stand there twice: 1"),
    ] {
        let path = file(&folder, &["a"]);
        fs::write(&path, fs::read_to_string(&path).unwrap() + row).unwrap();
        let ended = send(&sandbox, &path).await;
        assert!(ended.code == Some(1) && ended.stderr.contains(complaint), "{ended:?}");
        assert!(!ended.stderr.contains("not-a-number") && !ended.stderr.contains("8525"), "{ended:?}");
    }
    assert_eq!(texts(&sandbox), [""; 0]);
}
