//! Texts that are followed to their end, under faults and over a kill.

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::process::Command;

use incs_facade::relay::store::{SqliteStore, Store as _};
use incs_sandbox::{Action, Rule, Sandbox, Webhook, When};

use crate::support::{Ended, Folder, PATIENCE, Running, example_at, in_path, sandbox, texts};

/// The program with a store in this folder, for this many seconds.
fn program(sandbox: &Sandbox, folder: &Folder, patience: &str) -> Command {
    let mut command = example_at(sandbox, "reconcile", &[]);
    command.env("STORE", folder.path("reconcile.db")).env("PATIENCE", patience).env("ASK_AFTER", "1");
    command.stdin(Stdio::piped());
    command
}

/// Starts the program, subscribes these events for it, and gives it these texts, each with a reference.
async fn start(sandbox: &Sandbox, command: &mut Command, events: &[&str], rows: &[[&str; 2]]) -> Running {
    let mut running = Running::start(command);
    let hooks = format!("{}/hooks", running.origin().await);
    if !events.is_empty() {
        sandbox.add_webhook(Webhook::to(hooks).events(events.to_vec()).signed_with(in_path())).unwrap();
    }
    let line = |[reference, text]: &[&str; 2]| {
        format!("{}\n", json!({ "reference": reference, "to": "85251230088", "text": text }))
    };
    running.feed(&rows.iter().map(line).collect::<String>()).await;
    running
}

async fn reconcile(sandbox: &Sandbox, events: &[&str], rows: &[[&str; 2]], patience: &str) -> Ended {
    let folder = Folder::new();
    start(sandbox, &mut program(sandbox, &folder, patience), events, rows).await.end().await
}

const EVENTS: [&str; 2] = ["message_status_update", "message_created"];
const ABC: [[&str; 2]; 3] = [["a", "a"], ["b", "b"], ["c", "c"]];

/// The reply to the second send is lost.
fn lost_reply() -> Rule {
    Rule::new(Action::Drop { accepted: true }).when(When::operation("send_*")).skip(1).count(1)
}

/// Reports whether a line says that a text arrived. Most are read besides.
fn has_arrived(line: &str, reference: &str) -> bool {
    line == format!("{reference}  delivered") || line == format!("{reference}  read")
}

#[tokio::test(flavor = "multi_thread")]
async fn text_with_lost_reply_is_found_and_followed_to_its_end() {
    let sandbox = sandbox().await;
    sandbox.add_fault(lost_reply()).unwrap();
    // Twice and out of order makes no difference.
    sandbox.add_fault(Rule::new(Action::Duplicate)).unwrap();
    sandbox.add_fault(Rule::new(Action::Reorder).share(0.5)).unwrap();
    let ended = reconcile(&sandbox, &EVENTS, &ABC, "30").await;
    assert_eq!((ended.code, ended.stdout.lines().count()), (Some(0), 3), "{ended:?}");
    for (line, reference) in ended.stdout.lines().zip(["a", "b", "c"]) {
        assert!(has_arrived(line, reference), "{ended:?}");
    }
    assert_eq!(texts(&sandbox), ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_without_evidence_is_unknown_and_holds_the_next_one() {
    let sandbox = sandbox().await;
    sandbox.add_fault(lost_reply()).unwrap();
    let ended = reconcile(&sandbox, &[], &ABC, "4").await;
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!((ended.code, lines.len()), (Some(1), 3), "{ended:?}");
    // Without webhooks, the status query shows it.
    assert!(has_arrived(lines[0], "a"), "{ended:?}");
    assert_eq!(lines[1..], ["b  unknown: see `incs outbox show 2`", "c  queued"]);
    assert_eq!(texts(&sandbox), ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_text_of_another_send_is_no_evidence() {
    let sandbox = sandbox().await;
    sandbox.add_fault(lost_reply()).unwrap();
    sandbox.add_fault(Rule::new(Action::Lose).when(When::event("message_created")).skip(1)).unwrap();
    let ended = reconcile(&sandbox, &EVENTS, &[["a", "same"], ["b", "same"]], "4").await;
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert!(
        matches!(lines[..], [first, second] if has_arrived(first, "a") && second.starts_with("b  unknown")),
        "{ended:?}"
    );
    assert_eq!((ended.code, texts(&sandbox)), (Some(1), vec!["same".to_owned(), "same".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_and_rejected_texts_are_final() {
    let sandbox = sandbox().await;
    let fails = Action::Fail { code: 131_026, title: "Message undeliverable".to_owned() };
    sandbox.add_fault(Rule::new(fails)).unwrap();
    let ended = reconcile(&sandbox, &["message_status_update"], &[["a", "a"]], "30").await;
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "a  failed\n"), "{ended:?}");

    let refused = Action::Refuse { code: 131_049, title: "not delivered".to_owned() };
    sandbox.add_fault(Rule::new(refused)).unwrap();
    let ended = reconcile(&sandbox, &[], &[["b", "b"]], "30").await;
    assert_eq!((ended.code, &*ended.stdout), (Some(1), "b  rejected\n"), "{ended:?}");
    assert_eq!(texts(&sandbox), ["a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_in_flight_at_sigkill_is_found_after_the_restart() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let stall = sandbox.add_fault(Rule::new(Action::Stall { accepted: true }).when(When::operation("send_*"))).unwrap();
    let mut command = program(&sandbox, &folder, "30");
    let running = start(&sandbox, &mut command, &EVENTS, &ABC).await;
    // It is created, sent and delivered, and the reply to the send has not come.
    let is_reported = async {
        let store = SqliteStore::attach(folder.path("reconcile.db")).await.unwrap();
        while store.stats().await.unwrap().items < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        store.close().await;
    };
    tokio::time::timeout(PATIENCE, is_reported).await.unwrap();
    running.kill().await;
    sandbox.remove_fault(stall);

    // The same texts again: their references are known, so they are not stored again.
    let ended = start(&sandbox, &mut command, &EVENTS, &ABC).await.end().await;
    assert_eq!((ended.code, texts(&sandbox)), (Some(0), ["a", "b", "c"].map(str::to_owned).to_vec()), "{ended:?}");
    assert!(ended.stdout.lines().next().is_some_and(|line| has_arrived(line, "a")), "{ended:?}");
}
