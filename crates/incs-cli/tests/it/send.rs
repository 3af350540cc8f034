//! Tests of `send`.

pub(crate) mod documents;
mod kinds;
mod stopping;

use std::process::Command;
use std::time::{Duration, Instant};

use incs_facade::contract::{Fault, FaultServer, Moment, Reply, Security};
use incs_facade::model::envelope::Code;
use serde_json::json;

use crate::support::{Folder, incs, run, run_with_input};

pub(crate) const ACCEPTED: &str =
    r#"{"status":"success","code":200,"message":"","data":{"msg_id":"wamid.HBgN"},"error":{}}"#;
/// Replies with a new id for each message.
const NUMBERED: &str =
    r#"{"status":"success","code":200,"message":"","data":{"msg_id":"wamid.HBgN{number}"},"error":{}}"#;
pub(crate) const LINE: &str = r#"{"to":"85251230088","type":"text","text":"See you at 9"}"#;

pub(crate) async fn platform() -> FaultServer {
    let server = FaultServer::start(Security::Plain).await.unwrap();
    server.set_default(Reply::json(200, NUMBERED).numbered());
    server
}

pub(crate) fn to<const N: usize>(server: &FaultServer, args: [&str; N]) -> Command {
    let mut command = incs(&["send"]);
    command.args(args).env("INCS_BASE_URL", server.uri()).env("INCS_CERTIFICATION_CODE", "5d1f");
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn file_is_object_or_json_lines() {
    let (server, folder) = (platform().await, Folder::new());
    let pretty = "{\n  \"to\": \"85251230088\",\n  \"type\": \"text\",\n  \"text\": \"See you at 9\"\n}";
    let one = folder.file("one.json", format!("{pretty}\n"));
    let found = run(&mut to(&server, [&one, "--channel", "viber", "--json"]));
    assert_eq!(found.code, 0, "{found:?}");
    let accepted = json!({ "index": 0, "line": 1, "request_state": "accepted", "message_id": "wamid.HBgN1" });
    assert_eq!(found.documents(), [accepted]);
    let many = run_with_input(
        &mut to(&server, ["-", "--channel", "viber", "--json", "--concurrency", "1"]),
        format!("{LINE}\n\n{LINE}"),
    );
    assert_eq!(many.code, 0, "{many:?}");
    assert_eq!(many.documents().iter().map(|line| line["line"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 3]);
    let seen = server.seen().complete;
    assert_eq!(seen.len(), 3);
    for (request, written) in seen.iter().zip([pretty, LINE, LINE]) {
        assert_eq!((request.target.as_str(), &request.body[..]), ("/external/messages/viber", written.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_line_has_own_result() {
    let server = platform().await;
    let input = format!("{LINE}\n{{\"to\":\"85251230088\",\"type\":\"image\",\"image\":{{\"link\":7}}}}\n{LINE}\n");
    let found = run_with_input(&mut to(&server, ["-", "--channel", "viber", "--json"]), &input);
    assert_eq!(found.code, 9, "{found:?}");
    let mut lines = found.documents();
    lines.sort_by_key(|line| line["index"].as_u64());
    let states: Vec<_> = lines.iter().map(|line| line["request_state"].as_str().unwrap()).collect();
    assert_eq!(states, ["accepted", "not_sent", "accepted"]);
    assert_eq!(lines[1]["error"]["kind"], "malformed");
    assert_eq!(lines[1]["error"]["pointer"], "/image/link");
    let message = "/image/link: expected a string, found a number (line 2, column 52)";
    assert_eq!(lines[1]["error"]["message"], message);
    let failure = found.failure();
    assert_eq!((&failure["exit_code"], &failure["accepted"], &failure["not_sent"]), (&json!(9), &json!(2), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_outcome_decides_exit_code() {
    let server = platform().await;
    server.push(Fault::close(Moment::AfterRequest));
    let input = format!("{LINE}\nnot json\n{LINE}\n");
    let found = run_with_input(&mut to(&server, ["-", "--channel", "viber", "--json", "--concurrency", "1"]), &input);
    assert_eq!(found.code, 8, "{found:?}");
    let states: Vec<_> =
        found.documents().iter().map(|line| line["request_state"].as_str().unwrap().to_owned()).collect();
    assert!(["unknown", "accepted"].iter().all(|state| states.iter().any(|found| found == state)), "{states:?}");
    // It was not retried.
    assert_eq!(server.seen().complete.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_reply_must_not_be_retried() {
    let server = platform().await;
    server.set_default(Reply::json(200, r#"{"status":"success","code":200,"message":"","data":[]}"#));
    let found = run_with_input(&mut to(&server, ["-", "--channel", "viber", "--json"]), LINE);
    assert_eq!(found.code, 8, "{found:?}");
    assert_eq!(found.documents()[0]["request_state"], "accepted");
    assert_eq!(found.failure()["retry_advice"], "never");
}

#[tokio::test(flavor = "multi_thread")]
async fn dry_run_needs_no_settings() {
    let server = platform().await;
    let input = format!("{LINE}\n{{\"to\":\"85251230088\",\"type\":\"text\",\"text\":\"\"}}\n[]\n");
    let found = run_with_input(&mut to(&server, ["-", "--channel", "viber", "--json", "--dry-run"]), &input);
    assert_eq!(found.code, 2, "{found:?}");
    let lines = found.documents();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["dry_run"], &lines[0]["kind"]), (&json!(true), &json!("text")));
    assert_eq!(lines[1]["error"]["violations"][0]["pointer"], "/text");
    assert_eq!(lines[2]["error"]["kind"], "malformed");
    assert!(lines.iter().all(|line| line["request_state"] == "not_sent"));
    assert_eq!(run_with_input(&mut incs(&["send", "-", "--channel", "viber", "--dry-run"]), LINE).code, 0);
    assert!(server.seen().complete.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_message_needs_no_validate() {
    let server = platform().await;
    let input = r#"{"to":"85251230088","type":"text","text":""}"#;
    let found = run_with_input(&mut to(&server, ["-", "--channel", "viber"]), input);
    assert_eq!((found.code, server.seen().complete.len()), (2, 0), "{found:?}");
    assert!(found.stdout.contains("/text: no characters, at least 1"), "{found:?}");
    let found = run_with_input(&mut to(&server, ["-", "--channel", "viber", "--no-validate"]), input);
    assert_eq!((found.code, server.seen().complete.len()), (0, 1), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn platform_message_needs_flag() {
    let server = platform().await;
    server.set_default(Reply::failure(Code::Viber, "(#132012) zq77 is no parameter"));
    for (flags, is_shown) in [(&[][..], false), (&["--json"], false), (&["--platform-message"], true)] {
        let found = run_with_input(to(&server, ["-", "--channel", "viber"]).args(flags), LINE);
        assert_eq!(found.code, 5, "{found:?}");
        assert_eq!(format!("{found:?}").contains("zq77"), is_shown, "{found:?}");
    }
    let mut command = to(&server, ["-", "--channel", "viber", "--platform-message", "--json"]);
    let line = run_with_input(&mut command, LINE).documents().remove(0);
    assert_eq!(line["error"]["platform_message"], "(#132012) zq77 is no parameter");
    assert_eq!((&line["error"]["code"], &line["error"]["kind"]), (&json!(10003), &json!("refused")));
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_credential_stops_the_file() {
    let (server, folder) = (platform().await, Folder::new());
    server.set_default(Reply::failure(Code::InvalidCertificationCode, "no"));
    let file = folder.file("many.jsonl", format!("{LINE}\n").repeat(3000));
    let found = run(&mut to(&server, [&file, "--channel", "viber", "--json", "--concurrency", "1"]));
    assert_eq!(found.code, 4, "{}", found.stderr);
    assert_eq!(server.seen().complete.len(), 1);
    let lines = found.documents();
    assert_eq!(lines.len(), 3000);
    assert_eq!(lines.iter().filter(|line| line["request_state"] == "not_sent").count(), 2999);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_is_kept() {
    let server = platform().await;
    let begin = Instant::now();
    let found =
        run_with_input(&mut to(&server, ["-", "--channel", "viber", "--rate", "600/m"]), format!("{LINE}\n").repeat(3));
    assert_eq!(found.code, 0, "{found:?}");
    assert!(begin.elapsed() >= Duration::from_millis(200));
    let wrong = run_with_input(&mut to(&server, ["-", "--channel", "viber", "--rate", "0/s"]), LINE);
    assert_eq!(wrong.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_exclude_the_first_attempt() {
    for (retries, code, requests) in [("0", 6, 1), ("1", 0, 2)] {
        let server = platform().await;
        server.push(Reply::new(429));
        let found = run_with_input(&mut to(&server, ["-", "--channel", "viber", "--retries", retries]), LINE);
        assert_eq!((found.code, server.seen().complete.len()), (code, requests), "{found:?}");
    }
}

#[test]
fn file_needs_a_channel() {
    for args in [&["send", "-"][..], &["send"], &["send", "/absent/file", "--channel", "rcs"]] {
        let found = run(&mut incs(args));
        assert_eq!((found.code, found.stdout.as_str()), (2, ""), "{found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_send_is_done() {
    let server = platform().await;
    let found = run_with_input(&mut to(&server, ["-", "--channel", "rcs", "--json"]), "\n\n");
    assert_eq!((found.code, found.stdout.as_str()), (0, ""), "{found:?}");
}
