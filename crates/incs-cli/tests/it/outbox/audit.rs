//! `incs outbox audit`.

use incs_facade::contract::{ClosedPort, Security};
use serde_json::{Value, json};

use crate::journal::bulk::{Bulk, line, lines};
use crate::sandbox::Sandbox;
use crate::support::{Ended, incs, run};

fn audit(bulk: &Bulk, url: &str, code: Option<&str>, args: &[&str]) -> Ended {
    let mut command = incs(&[&["outbox", "audit", "--store", &bulk.store(), "--json"], args].concat());
    command.env("INCS_BASE_URL", url);
    if let Some(code) = code {
        command.env("INCS_CERTIFICATION_CODE", code);
    }
    run(&mut command)
}

#[test]
fn messages_without_receipt_are_asked_about() {
    let sandbox = Sandbox::start(&["--speed", "1000"]);
    // More than fit into one query, on two channels.
    let bulk = Bulk::new(lines(130));
    assert_eq!(bulk.send(&sandbox, &["--concurrency", "64"]).code, 0);
    let code = Some(sandbox.certification_code());
    let found = audit(&bulk, sandbox.base_url(), code, &["--grace", "1ms"]);
    let gaps = found.documents();
    assert_eq!((found.code, gaps.len(), &found.failure()["found"]), (9, 130, &json!(130)), "{}", found.stderr);
    assert!(gaps.iter().all(|gap| gap["result"] == "found" && gap["message_status"].is_string()));
    // The answers are stored.
    let shown = &bulk.on_store(&["outbox", "show", "1"]).document()["message"];
    assert!(shown["asked_at"].is_string() && shown["stage"].is_string() && shown["receipt_at"].is_null(), "{shown}");
    // Another platform does not know them.
    let other = Sandbox::start(&["--seed", "2"]);
    let code = Some(other.certification_code());
    let missing = audit(&bulk, other.base_url(), code, &["--grace", "1ms"]);
    assert_eq!((missing.code, &missing.failure()["not_found"]), (9, &json!(130)), "{}", missing.stderr);
    // None is old enough.
    let none = audit(&bulk, other.base_url(), code, &[]);
    assert_eq!((none.code, none.stdout.as_str()), (0, ""), "{none:?}");
}

#[test]
fn platform_that_does_not_reply_is_reported() {
    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new(line("85251230088", 0));
    assert_eq!(bulk.send(&sandbox, &[]).code, 0);
    let port = ClosedPort::reserve().unwrap();
    let url = port.uri(Security::Plain);
    let grace = ["--grace", "1ms"];
    for (code, result) in [(Some("5d1f"), "failed"), (None, "not_asked")] {
        let ended = audit(&bulk, &url, code, &grace);
        let gap: Value = ended.document();
        assert_eq!((ended.code, gap["result"].as_str()), (9, Some(result)), "{ended:?}");
        assert_eq!(gap["error"].is_string(), result == "failed", "{gap}");
    }
    assert_eq!(audit(&bulk, &url, None, &["--since", "30m"]).code, 2);
}

#[test]
fn receipt_closes_the_gap() {
    use crate::inbox::server::{Handler, Serving, wait_until};

    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new(line("85251230088", 0));
    let sent = bulk.send(&sandbox, &[]).document();
    let id = sent["message_id"].as_str().unwrap();
    let handler = Handler::start(|_, _| 200);
    let serving = Serving::start(&bulk.store(), &["--forward", &handler.url]);
    let receipt = json!({ "event": "message_status_update", "message_id": id, "message_status": "delivered" });
    assert_eq!(serving.post(receipt.to_string()), Some(200));
    wait_until(|| bulk.on_store(&["outbox", "list"]).document()["receipt_at"].is_string());
    let ended = audit(&bulk, "http://127.0.0.1:9", None, &["--grace", "1ms"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{ended:?}");
    assert_eq!(bulk.on_store(&["outbox", "list"]).document()["stage"], "delivered");
}
