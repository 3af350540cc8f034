//! Tests of stopped sends and closed readers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use incs_facade::contract::{Fault, Moment};
use serde_json::Value;

use super::{LINE, platform, to};
use crate::support::Folder;

const SOON: Duration = Duration::from_secs(20);

fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_reader_stops_no_send() {
    let (server, folder) = (platform().await, Folder::new());
    let file = folder.file("many.jsonl", format!("{}not json\n", format!("{LINE}\n").repeat(500)));
    let mut child = spawn(&mut to(&server, [&file, "--channel", "viber", "--json"]));
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(9), "{stderr}");
    assert_eq!(server.seen().complete.len(), 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn paused_reader_makes_nothing_unknown() {
    let (server, folder) = (platform().await, Folder::new());
    let file = folder.file("many.jsonl", format!("{LINE}\n").repeat(6000));
    let mut child = spawn(&mut to(&server, [&file, "--channel", "viber", "--json", "--timeout", "5s"]));
    // More results than fit into the pipe and the queue: the batch pauses, with nothing in flight.
    assert!(server.wait_until(SOON, |seen| seen.complete.len() >= 1500 && seen.busy == 0).await);
    let is_bounded = !server.wait_until(Duration::from_secs(3), |seen| seen.complete.len() == 6000).await;
    assert!(is_bounded, "results wait in memory without end");
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(stdout.lines().count(), 6000);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_arrive_while_input_is_open() {
    let server = platform().await;
    let mut child = spawn(&mut to(&server, ["-", "--channel", "viber", "--json"]));
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for index in 0..3 {
        writeln!(stdin, "{LINE}").unwrap();
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(line["index"], index);
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
}

#[cfg(unix)]
fn states(stdout: &str) -> Vec<String> {
    let state = |line: &str| serde_json::from_str::<Value>(line).unwrap()["request_state"].as_str().unwrap().to_owned();
    stdout.lines().map(state).collect()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn interrupt_finishes_messages_in_flight() {
    let (server, folder) = (platform().await, Folder::new());
    server.push(Fault::stall(Moment::AfterRequest));
    let file = folder.file("many.jsonl", format!("{LINE}\n").repeat(2000));
    let mut command = to(&server, [&file, "--channel", "viber", "--json", "--concurrency", "1", "--timeout", "2s"]);
    let mut child = spawn(&mut command);
    assert!(server.wait_until(SOON, |seen| seen.stalled == 1).await);
    interrupt(&child);
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(8));
    let states = states(&stdout);
    assert_eq!(states.len(), 2000);
    assert_eq!(states.iter().filter(|state| *state == "unknown").count(), 1);
    assert_eq!(states.iter().filter(|state| *state == "not_sent").count(), 1999);
    assert_eq!(server.seen().complete.len(), 1);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn second_interrupt_leaves_unknown_outcome() {
    let server = platform().await;
    server.set_default(Fault::stall(Moment::AfterRequest));
    let mut child = spawn(&mut to(&server, ["-", "--channel", "viber", "--json"]));
    let mut stdin = child.stdin.take().unwrap();
    // The input stays open.
    writeln!(stdin, "{LINE}").unwrap();
    assert!(server.wait_until(SOON, |seen| seen.stalled == 1).await);
    interrupt(&child);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut note = String::new();
    stderr.read_line(&mut note).unwrap();
    assert!(note.contains("once more"), "{note}");
    interrupt(&child);
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(8));
    assert_eq!(states(&stdout), ["unknown"]);
    drop(stdin);
}
