//! `incs outbox show`.

use std::fs;

use serde_json::json;

use super::stores::Filled;
use crate::support::{incs, run};

#[test]
fn evidence_is_shown_side_by_side() {
    let filled = Filled::new();
    let shown = |id: &str| filled.bulk.on_store(&["outbox", "show", id]).document();
    let before = shown("3");
    assert_eq!((&before["evidence"], &before["rivals"][0]["id"]), (&json!([]), &json!(4)));
    assert!(before["next_step"].as_str().unwrap().starts_with("wait for a webhook"), "{before}");
    filled.with_evidence();
    let after = shown("3");
    let grades: Vec<_> = after["evidence"].as_array().unwrap().iter().map(|found| &found["grade"]).collect();
    assert_eq!(grades, [&json!("confirmed"), &json!(null)]);
    let step = "`incs outbox resolve 3 --accepted created-1`";
    assert!(after["next_step"].as_str().unwrap().contains(step), "{after}");
    // The same webhooks are about neither text of the other message.
    let other = shown("4");
    assert!(other["evidence"].as_array().unwrap().iter().all(|found| found["grade"].is_null()), "{other}");
    let table = run(&mut incs(&["outbox", "show", "3", "--store", &filled.store()])).stdout;
    for part in ["WEBHOOK", "created-1", "same", "confirmed", "another", "OTHER MESSAGE", "next: a webhook shows"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    // A message without a question has no evidence.
    assert_eq!(shown("1")["evidence"], json!([]));
}

#[test]
fn raw_body_is_that_of_the_line() {
    let filled = Filled::new();
    let file = fs::read_to_string(&filled.bulk.file).unwrap();
    for (id, line) in (1..).zip(file.lines()) {
        let args = ["outbox", "show", &id.to_string(), "--raw", "--store", &filled.store()];
        assert_eq!(run(&mut incs(&args)).stdout, line);
    }
}
