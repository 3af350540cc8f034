//! Tests of `status`.

use std::process::Command;
use std::time::Duration;

use incs_facade::contract::{FaultServer, Reply, Security};
use incs_facade::model::envelope::Code;
use serde_json::{Value, json};

use crate::support::{Ended, incs, run, run_with_input};

async fn platform() -> FaultServer {
    FaultServer::start(Security::Plain).await.unwrap()
}

/// Returns a reply with these messages and states.
fn rows(rows: &[(&str, &str)]) -> Reply {
    let row = |(id, state): &(&str, &str)| json!({ "message_id": id, "message_status": state, "created_at": 1_775_540_101, "delivered_at": 0, "read_at": null });
    let data: Vec<Value> = rows.iter().map(row).collect();
    let reply = json!({ "status": "success", "code": 200, "message": "", "data": { "data": data }, "error": {} });
    Reply::json(200, reply.to_string())
}

fn status<const N: usize>(server: &FaultServer, args: [&str; N]) -> Command {
    let mut command = incs(&["status"]);
    command.args(args).env("INCS_BASE_URL", server.uri()).env("INCS_CERTIFICATION_CODE", "5d1f");
    command
}

/// Returns id and state, or result, of each line.
fn id_and_state(run: &Ended) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let state = |line: &Value| line["message_status"].as_str().map_or_else(|| text(&line["result"]), str::to_owned);
    run.documents().iter().map(|line| (text(&line["message_id"]), state(line))).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(id, state)| ((*id).to_owned(), (*state).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn message_without_reply_is_listed() {
    let server = platform().await;
    server.set_default(rows(&[("a", "delivered")]));
    let found = run_with_input(&mut status(&server, ["-", "b", "--json"]), "a\n\n");
    assert_eq!(found.code, 9, "{found:?}");
    assert_eq!(id_and_state(&found), pairs(&[("a", "delivered"), ("b", "not_found")]));
    let expected = json!({
        "result": "found", "message_id": "a", "message_status": "delivered",
        "created_at": "2026-04-07T05:35:01Z", "delivered_at": null, "read_at": null,
    });
    assert_eq!(found.documents()[0], expected);
    assert_eq!(found.failure()["not_found"], 1);
    let people = run(&mut status(&server, ["a"]));
    let table = "STATUS    SINCE (UTC)           ID\ndelivered 2026-04-07T05:35:01Z  a\n";
    assert_eq!((people.code, people.stdout.as_str()), (0, table), "{people:?}");
    assert_eq!(run(&mut status(&server, ["b"])).code, 3);
    let seen = server.seen().complete;
    assert_eq!(seen[0].target, "/external/messages/status?message_ids=a,b");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_ids_is_queried() {
    let server = platform().await;
    server.set_default(rows(&[]));
    let ids = (0..250).map(|id| format!("id{id}")).collect::<Vec<_>>().join("\n");
    let found = run_with_input(&mut status(&server, ["-", "--json"]), &ids);
    assert_eq!((found.code, found.documents().len(), server.seen().complete.len()), (3, 250, 3), "{}", found.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn reply_survives_failed_later_query() {
    let server = platform().await;
    server.set_default(Reply::failure(Code::InvalidCertificationCode, "no"));
    let found = run(&mut status(&server, ["a", "--json"]));
    assert_eq!(found.code, 4, "{found:?}");
    assert_eq!(id_and_state(&found), pairs(&[("a", "failed")]));
    assert_eq!(found.failure()["kind"], "authentication");
}

#[tokio::test(flavor = "multi_thread")]
async fn wait_polls_only_open_messages() {
    let server = platform().await;
    server.push(rows(&[("a", "read"), ("b", "sent")]));
    server.push(rows(&[("b", "sent")]));
    server.push(Reply::json(200, r#"{"status":"error","code":429,"message":"slow","data":{}}"#));
    server.set_default(rows(&[("b", "delivered"), ("c", "delivered")]));
    let wait = ["a", "b", "c", "b", "--json", "--wait", "delivered", "--interval", "10ms"];
    let found = run(&mut status(&server, wait));
    assert_eq!(found.code, 0, "{found:?}");
    let mut states = id_and_state(&found);
    states.sort();
    assert_eq!(states, pairs(&[("a", "read"), ("b", "delivered"), ("c", "delivered")]));
    let targets: Vec<_> = server.seen().complete.into_iter().map(|request| request.target).collect();
    let query = |target: &str| target.split('=').next_back().unwrap().split(',').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(query(&targets[0]), ["a", "b", "c"]);
    assert!(targets[1..].iter().all(|target| !query(target).contains(&"a".to_owned())), "{targets:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_message_ends_its_wait() {
    let server = platform().await;
    server.set_default(rows(&[("a", "failed"), ("b", "delivered")]));
    for (args, code) in [(["a", "--wait", "sent"], 5), (["b", "--wait", "sent"], 0)] {
        let found = run(&mut status(&server, args));
        assert_eq!(found.code, code, "{found:?}");
    }
    assert_eq!(run(&mut status(&server, ["a", "b", "--wait", "delivered"])).code, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn timeout_prints_last_known_states() {
    let server = platform().await;
    server.set_default(rows(&[("a", "sent"), ("b", "read")]));
    let wait = ["a", "b", "c", "--json", "--wait", "delivered", "--timeout", "60ms", "--interval", "20ms"];
    let found = run(&mut status(&server, wait));
    assert_eq!(found.code, 10, "{found:?}");
    assert_eq!(id_and_state(&found)[0], ("b".to_owned(), "read".to_owned()));
    let mut rest = id_and_state(&found)[1..].to_vec();
    rest.sort();
    assert_eq!(rest, pairs(&[("a", "sent"), ("c", "not_found")]));
    assert!(server.wait_until(Duration::from_secs(5), |seen| seen.complete.len() > 1).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn permanent_error_ends_the_wait() {
    let server = platform().await;
    server.set_default(Reply::failure(Code::InvalidCertificationCode, "no"));
    let found = run(&mut status(&server, ["a", "--wait", "read", "--timeout", "1h"]));
    assert_eq!((found.code, server.seen().complete.len()), (4, 1), "{found:?}");
}
