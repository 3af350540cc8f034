//! Tests of a batch whose results cannot be written.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::process::{Command, Stdio};
use std::time::Duration;

use incs_facade::contract::{Fault, FaultServer, Moment};
use serde_json::Value;

use crate::send::{LINE, platform, to};
use crate::support::Folder;

/// Returns the documents that have a state.
fn results(text: &str) -> Vec<Value> {
    let documents = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    documents.filter(|document| document["index"].is_u64()).collect()
}

/// Sends a batch with a file size limit in blocks of 512 bytes. Returns exit code, stdout and stderr.
fn limited(server: &FaultServer, messages: usize, blocks: u32, flags: &[&str]) -> (Option<i32>, String, String) {
    let folder = Folder::new();
    let file = folder.file("many.jsonl", format!("{LINE}\n").repeat(messages));
    let path = folder.file("out", "");
    let script = format!("ulimit -f {blocks}; exec \"$@\"");
    let program = to(server, [&file, "--channel", "viber", "--json"]);
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(program.get_program()).args(program.get_args()).args(flags);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let out = OpenOptions::new().write(true).open(&path).unwrap();
    let output =
        command.stdin(Stdio::null()).stdout(out).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    (output.status.code(), fs::read_to_string(&path).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn full_disk_loses_no_result() {
    for blocks in [0, 1, 8, 30] {
        let server = platform().await;
        let (code, stdout, stderr) = limited(&server, 3000, blocks, &[]);
        assert_eq!(code, Some(1), "{stderr}");
        let sent = server.seen().complete.len();
        assert!(sent < 3000, "it was not stopped");
        let failure: Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
        assert_eq!((&failure["kind"], failure["accepted"].as_u64()), (&"output".into(), Some(sent as u64)));
        let message = failure["message"].as_str().unwrap();
        assert!(message.contains("file too large"), "{message}");
        // Each message that was sent has a line on stdout or stderr.
        let mut lines: BTreeMap<u64, String> = BTreeMap::new();
        for result in results(&stdout).iter().chain(&results(&stderr)) {
            let state = result["request_state"].as_str().unwrap().to_owned();
            assert!(lines.insert(result["index"].as_u64().unwrap(), state).is_none(), "{result}");
        }
        assert_eq!(lines.values().filter(|state| *state == "accepted").count(), sent);
        let unwritten = results(&stderr).len();
        assert_eq!(failure["unwritten"].as_u64(), Some(unwritten as u64));
        assert!(message.contains(&format!("{unwritten} results are on standard error instead")), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_outcome_outranks_a_full_disk() {
    let server = platform().await;
    server.push(Fault::close(Moment::AfterRequest));
    let (code, _, stderr) = limited(&server, 50, 0, &["--retries", "0"]);
    assert_eq!(code, Some(8), "{stderr}");
    assert!(stderr.lines().last().unwrap().contains("1 unknown"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn full_disk_finishes_messages_in_flight() {
    let server = platform().await;
    // The first reply comes at once, the second after the time limit.
    server.push(incs_facade::contract::Reply::json(200, crate::send::ACCEPTED));
    server.push(Fault::stall(Moment::AfterRequest));
    let (code, _, stderr) = limited(&server, 2, 0, &["--concurrency", "2", "--timeout", "1s"]);
    assert_eq!(code, Some(8), "{stderr}");
    let states: Vec<_> =
        results(&stderr).iter().map(|result| result["request_state"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["accepted", "unknown"], "{stderr}");
    assert!(server.wait_until(Duration::from_secs(1), |seen| seen.complete.len() == 2).await);
}
