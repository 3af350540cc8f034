//! Texts that are followed to their end, under faults.

use std::process::Stdio;

use serde_json::json;

use incs_sandbox::{Action, Rule, Sandbox, Webhook, When};

use crate::support::{Ended, Running, example_at, in_path, sandbox, texts, until};

/// Sends these texts, each with itself as reference, and hears webhooks of these events.
async fn reconcile(sandbox: &Sandbox, events: &[&str], rows: &[&str], patience: &str) -> Ended {
    let mut command = example_at(sandbox, "reconcile", &[]);
    let mut running = Running::start(command.stdin(Stdio::piped()).env("PATIENCE", patience));
    let hooks = format!("{}/hooks", running.origin().await);
    if !events.is_empty() {
        sandbox.add_webhook(Webhook::to(hooks).events(events.to_vec()).signed_with(in_path())).unwrap();
    }
    running.feed(&lines(rows)).await;
    running.end().await
}

fn lines(rows: &[&str]) -> String {
    let line = |text: &&str| format!("{}\n", json!({ "reference": text, "to": "85251230088", "text": text }));
    rows.iter().map(line).collect()
}

fn lost_reply() -> Rule {
    Rule::new(Action::Drop { accepted: true }).when(When::operation("send_*")).skip(1).count(1)
}

/// Whether a line says that a text arrived; most are read besides.
fn has_arrived(line: &str, reference: &str) -> bool {
    line == format!("{reference}  delivered") || line == format!("{reference}  read")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_reply_was_lost_is_found_and_followed_to_its_end() {
    for events in [&["message_status_update", "message_created"][..], &["message_created"]] {
        let sandbox = sandbox().await;
        sandbox.add_fault(lost_reply()).unwrap();
        // Twice and out of order makes no difference.
        sandbox.add_fault(Rule::new(Action::Duplicate)).unwrap();
        sandbox.add_fault(Rule::new(Action::Reorder).share(0.5)).unwrap();
        let ended = reconcile(&sandbox, events, &["a", "b", "c"], "30").await;
        assert_eq!((ended.code, ended.stdout.lines().count()), (Some(0), 3), "{ended:?}");
        for (line, reference) in ended.stdout.lines().zip(["a", "b", "c"]) {
            assert!(has_arrived(line, reference), "{ended:?}");
        }
        assert!(ended.stderr.starts_with("b: ") && ended.stderr.contains("unknown"), "{ended:?}");
        assert_eq!(texts(&sandbox), ["a", "b", "c"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_nothing_tells_of_is_left_to_a_person_and_not_sent_again() {
    let sandbox = sandbox().await;
    sandbox.add_fault(lost_reply()).unwrap();
    let ended = reconcile(&sandbox, &[], &["a", "b", "c"], "3").await;
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!((ended.code, lines.len()), (Some(1), 3), "{ended:?}");
    assert!(has_arrived(lines[0], "a") && has_arrived(lines[2], "c"), "{ended:?}");
    assert_eq!(lines[1], "b  unknown: look for it in the workbench before sending again");
    assert_eq!(texts(&sandbox), ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_another_send_with_the_same_text_is_not_taken_for_it() {
    let sandbox = sandbox().await;
    sandbox.add_fault(lost_reply()).unwrap();
    sandbox.add_fault(Rule::new(Action::Lose).when(When::event("message_created")).skip(1)).unwrap();
    let ended = reconcile(&sandbox, &["message_created"], &["a", "a"], "3").await;
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert!(
        matches!(lines[..], [first, second] if has_arrived(first, "a") && second.starts_with("a  unknown")),
        "{ended:?}"
    );
    assert_eq!((ended.code, texts(&sandbox)), (Some(1), vec!["a".to_owned(), "a".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_settled_and_what_was_refused_is_told() {
    let sandbox = sandbox().await;
    let fails = Action::Fail { code: 131_026, title: "Message undeliverable".to_owned() };
    sandbox.add_fault(Rule::new(fails)).unwrap();
    let ended = reconcile(&sandbox, &["message_status_update"], &["a"], "30").await;
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "a  failed\n"), "{ended:?}");

    sandbox.add_fault(Rule::new(Action::RateLimit { retry_after: Some(3600) })).unwrap();
    let ended = reconcile(&sandbox, &[], &["b"], "30").await;
    assert_eq!((ended.code, &*ended.stdout), (Some(1), "b  not sent\n"), "{ended:?}");
    assert_eq!(texts(&sandbox), ["a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_at_ctrl_c_is_unknown_and_what_was_not_begun_is_not_sent() {
    let sandbox = sandbox().await;
    sandbox.add_fault(Rule::new(Action::Stall { accepted: true }).when(When::operation("send_*"))).unwrap();
    let mut running = Running::start(example_at(&sandbox, "reconcile", &[]).stdin(Stdio::piped()));
    running.origin().await;
    running.feed(&lines(&["a", "b"])).await;
    until("the first is accepted", || !sandbox.sent().is_empty()).await;
    let ended = running.interrupt().await;
    let said = "a  unknown: look for it in the workbench before sending again\nb  not sent\n";
    assert_eq!((ended.code, &*ended.stdout), (Some(1), said), "{ended:?}");
    assert_eq!(texts(&sandbox), ["a"]);
}
