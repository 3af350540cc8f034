//! `incs outbox resolve` and `incs outbox cancel`, and what a resumed send does then.

use serde_json::json;

use super::stores::{Filled, NAMED};
use crate::journal::bulk::{Bulk, line, states};
use crate::sandbox::Sandbox;
use crate::support::Ended;

fn resolve(bulk: &Bulk, args: &[&str]) -> Ended {
    bulk.on_store(&[&["outbox", "resolve"], args, &NAMED].concat())
}

/// Returns a journal with two unknown messages. The platform has accepted none of them.
fn unknown() -> (Bulk, Sandbox) {
    let sandbox = Sandbox::start(&["--fault", r#"{"kind":"drop","count":2}"#]);
    let bulk = Bulk::new(line("85251230088", 0) + &line("85251230099", 1));
    let ended = bulk.send(&sandbox, &["--concurrency", "1"]);
    assert_eq!((ended.code, states(&ended)), (8, vec!["unknown".to_owned(); 2]), "{ended:?}");
    (bulk, sandbox)
}

#[test]
fn sent_again_is_sent_by_the_next_run() {
    let (bulk, sandbox) = unknown();
    // A resumed send leaves unknown messages as they are.
    assert_eq!(bulk.resume(&sandbox, &[]).code, 8);
    assert!(sandbox.sent().is_empty());
    let refused = resolve(&bulk, &["1", "--send-again"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("may get the message twice") && refused.stderr.contains("--yes"), "{refused:?}");
    assert_eq!(resolve(&bulk, &["1", "--send-again", "--yes"]).document()["state"], "queued");
    let again = bulk.resume(&sandbox, &[]);
    assert_eq!((again.code, states(&again)), (8, vec!["accepted".to_owned(), "unknown".to_owned()]), "{again:?}");
    assert_eq!(sandbox.sent().len(), 1);
    let shown = &bulk.on_store(&["outbox", "show", "1"]).document()["message"];
    assert_eq!(
        (&shown["sent_again"], &shown["decided_by"], &shown["attempts"]),
        (&json!(true), &json!("rina"), &json!(2))
    );
}

#[test]
fn accepted_by_a_person_is_accepted() {
    let (bulk, sandbox) = unknown();
    assert_eq!(resolve(&bulk, &["1", "--accepted", "wamid.found"]).document()["state"], "accepted");
    assert_eq!(resolve(&bulk, &["2", "--accepted"]).document()["state"], "accepted");
    let ended = bulk.resume(&sandbox, &[]);
    assert_eq!((ended.code, states(&ended)), (0, vec!["accepted".to_owned(); 2]), "{ended:?}");
    assert_eq!(ended.documents()[0]["message_id"], "wamid.found");
    assert!(sandbox.sent().is_empty());
}

#[test]
fn abandoned_message_stays_unknown() {
    let (bulk, sandbox) = unknown();
    assert_eq!(resolve(&bulk, &["1", "--abandon"]).document()["state"], "abandoned");
    // A second decision is refused.
    let late = resolve(&bulk, &["1", "--accepted"]);
    assert_eq!((late.code, &late.document()["result"]), (1, &json!("wrong_state")), "{late:?}");
    let ended = bulk.resume(&sandbox, &[]);
    assert_eq!((ended.code, states(&ended)), (8, vec!["unknown".to_owned(); 2]), "{ended:?}");
    let error = &ended.documents()[0]["error"];
    assert_eq!((&error["kind"], &error["retry_advice"]), (&json!("abandoned"), &json!("never")), "{error}");
    assert!(error["message"].as_str().unwrap().starts_with("abandoned by rina; before: "), "{error}");
    let failure = ended.failure();
    assert_eq!((&failure["unknown"], &failure["abandoned"]), (&json!(2), &json!(1)), "{failure}");
    let message = "2 of 2 messages were not accepted; the outcome of 2 is unknown (1 abandoned by rina)";
    assert_eq!(failure["message"], message);
    assert!(failure["help"].as_str().unwrap().contains("--state unknown"), "{failure}");
    // Nothing is asked for once a person has decided about all.
    assert_eq!(resolve(&bulk, &["2", "--abandon"]).code, 0);
    let ended = bulk.resume(&sandbox, &[]);
    let failure = ended.failure();
    assert_eq!((ended.code, &failure["abandoned"]), (8, &json!(2)), "{failure}");
    assert!(failure["message"].as_str().unwrap().ends_with("(2 abandoned by rina)"), "{failure}");
    assert!(failure["help"].as_str().unwrap().starts_with("nothing is left to do"), "{failure}");
}

#[test]
fn rejected_second_send_leaves_nothing_to_do() {
    let sandbox = Sandbox::start(&["--fault", r#"{"kind":"drop","count":1}"#]);
    let bulk = Bulk::new(line("15550010003", 0));
    assert_eq!(bulk.send(&sandbox, &[]).code, 8);
    assert_eq!(resolve(&bulk, &["1", "--send-again", "--yes"]).code, 0);
    let ended = bulk.resume(&sandbox, &[]);
    let failure = ended.failure();
    assert_eq!((ended.code, states(&ended)), (8, vec!["unknown".to_owned()]), "{ended:?}");
    assert_eq!(ended.documents()[0]["error"]["retry_advice"], "never");
    let message = "the message was not accepted; the outcome of 1 is unknown (1 sent again by decision of a person)";
    assert_eq!(failure["message"], message);
    assert!(failure["help"].as_str().unwrap().starts_with("nothing is left to do"), "{failure}");
}

#[test]
fn one_decision_is_needed() {
    let (bulk, _sandbox) = unknown();
    for args in [
        &["1"][..],
        &["1", "--abandon", "--send-again"],
        &["1", "--accepted", "--abandon"],
        &["1", "--abandon", "--yes"],
        &["1", "--accepted", " "],
        &["x", "--abandon"],
    ] {
        let ended = resolve(&bulk, args);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{args:?}");
    }
    // Without a name, nobody decides.
    let mut command = bulk.of_store(&["outbox", "resolve", "1", "--abandon"]);
    for name in ["USER", "LOGNAME", "USERNAME"] {
        command.env_remove(name);
    }
    assert_eq!(command.output().unwrap().status.code(), Some(2));
    assert!(command.env("USER", "rina").output().unwrap().status.success());
    assert_eq!(bulk.on_store(&["outbox", "show", "1"]).document()["message"]["decided_by"], "rina");
}

#[test]
fn cancelled_message_is_not_sent() {
    let filled = Filled::new();
    let cancel = |ids: &[&str]| filled.bulk.on_store(&[&["outbox", "cancel"], ids, &NAMED].concat());
    assert_eq!(cancel(&["6", "7", "7"]).code, 0);
    assert_eq!(cancel(&["6"]).code, 1);
    assert_eq!(cancel(&["99"]).code, 3);
    // Nothing is left to send.
    let ended = filled.bulk.resume(&filled.sandbox, &[]);
    assert_eq!(ended.code, 8, "{ended:?}");
    assert_eq!(states(&ended)[5..], ["not_sent", "not_sent"]);
    assert_eq!(ended.documents()[5]["error"]["kind"], "cancelled");
}
