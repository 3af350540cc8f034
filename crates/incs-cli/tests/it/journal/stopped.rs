//! Signals during a send with a journal.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::bulk::{Bulk, lines, states};
use crate::inbox::server::wait_until;
use crate::sandbox::Sandbox;
use crate::support::Ended;

fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn first_signal_finishes_messages_in_flight() {
    let sandbox = Sandbox::start(&["--fault", r#"{"kind":"slow","millis":200}"#]);
    let bulk = Bulk::new(lines(400));
    let child = spawn(&mut sandbox.incs(&bulk.args(&["--concurrency", "8"])));
    wait_until(|| !sandbox.sent().is_empty());
    interrupt(&child);
    let stopped = ended(child);
    let sent = sandbox.sent().len();
    assert!(sent < 400, "it was stopped");
    assert_eq!(states(&stopped), vec!["accepted"; sent], "{stopped:?}");
    let failure: Value = serde_json::from_str(stopped.stderr.lines().last().unwrap()).unwrap();
    assert_eq!((stopped.code, &failure["waiting"]), (9, &json!(400 - sent)), "{failure}");
    assert_eq!(failure["help"], format!("resume with `incs send --resume {}`", bulk.journal));
    drop(sandbox);
    // Resumed at another platform, it sends the rest only.
    let other = Sandbox::start(&["--seed", "2"]);
    let resumed = bulk.resume(&other, &["--concurrency", "64"]);
    assert_eq!((resumed.code, states(&resumed).len()), (0, 400), "{resumed:?}");
    assert_eq!(other.sent().len(), 400 - sent);
}

#[test]
fn second_signal_leaves_unknown_outcomes() {
    let sandbox = Sandbox::start(&["--fault", r#"{"kind":"stall","accepted":true,"skip":2}"#]);
    let bulk = Bulk::new(lines(20));
    let mut child = spawn(&mut sandbox.incs(&bulk.args(&["--concurrency", "3"])));
    wait_until(|| sandbox.sent().len() == 5);
    interrupt(&child);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut note = String::new();
    stderr.read_line(&mut note).unwrap();
    assert!(note.contains("once more"), "{note}");
    interrupt(&child);
    let mut failure = String::new();
    stderr.read_to_string(&mut failure).unwrap();
    let stopped = ended(child);
    assert_eq!(stopped.code, 8, "{failure}");
    let expected = states(&stopped);
    assert_eq!(expected.iter().filter(|state| *state == "unknown").count(), 3, "{stopped:?}");
    assert_eq!(expected.iter().filter(|state| *state == "accepted").count(), 2, "{stopped:?}");
    let failure: Value = serde_json::from_str(failure.lines().last().unwrap()).unwrap();
    assert_eq!((&failure["unknown"], &failure["waiting"]), (&json!(3), &json!(15)), "{failure}");
    let other = Sandbox::start(&["--seed", "2"]);
    let resumed = bulk.resume(&other, &[]);
    assert_eq!(resumed.code, 8, "{resumed:?}");
    assert_eq!(states(&resumed)[..5], expected);
    assert_eq!(other.sent().len(), 15);
}

#[test]
fn signal_while_lines_are_stored_sends_nothing() {
    let sandbox = Sandbox::start(&[]);
    let bulk = Bulk::new("");
    let args = ["send", "-", "--channel", "viber", "--journal", &bulk.journal, "--json"];
    let mut child = spawn(&mut sandbox.incs(&args));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(lines(1500).as_bytes()).unwrap();
    // The input stays open. The first thousand is stored.
    wait_until(|| {
        let stats = bulk.of_store(&["outbox", "stats"]).output().unwrap();
        serde_json::from_slice::<Value>(&stats.stdout).is_ok_and(|stats| stats["queued"] == 1000)
    });
    interrupt(&child);
    let stopped = ended(child);
    drop(stdin);
    assert_eq!((stopped.code, stopped.stdout.as_str()), (1, ""), "{stopped:?}");
    assert!(stopped.stderr.contains("nothing was sent"), "{stopped:?}");
    // It cannot be resumed without the file, nor with another one.
    let resumed = bulk.resume(&sandbox, &[]);
    assert_eq!(resumed.code, 2, "{resumed:?}");
    assert!(resumed.stderr.contains("not all lines are in the journal"), "{resumed:?}");
    for other in [lines(900), lines(1500).replace("Parcel 7.", "Parcel."), format!("\n{}", lines(1500))] {
        let file = bulk.folder.file("other.jsonl", other);
        let other = sandbox.run(&["send", &file, "--channel", "viber", "--journal", &bulk.journal]);
        assert_eq!(other.code, 2, "{other:?}");
    }
    assert!(sandbox.sent().is_empty());
    assert_eq!(bulk.on_store(&["outbox", "stats"]).document()["queued"], 1000);
    let file = bulk.folder.file("whole.jsonl", lines(1100));
    let whole = ["send", &file, "--channel", "viber", "--journal", &bulk.journal, "--concurrency", "64", "--json"];
    let done = sandbox.run(&whole);
    assert_eq!((done.code, states(&done).len(), sandbox.sent().len()), (0, 1100, 1100), "{}", done.stderr);
}
