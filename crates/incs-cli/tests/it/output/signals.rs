//! Tests of signals that stop the program.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use incs_facade::contract::{Fault, Moment};
use serde_json::Value;

use crate::send::{LINE, platform, to};
use crate::support::{Folder, incs};

const SOON: Duration = Duration::from_secs(20);

/// The signals to test. SIGHUP is left out if the tests ignore it, as under `nohup`: the program inherits that.
fn signals() -> Vec<&'static str> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0").trim();
    let is_ignored = u64::from_str_radix(ignored, 16).unwrap() & 1 != 0;
    if is_ignored { vec!["-INT", "-TERM"] } else { vec!["-INT", "-TERM", "-HUP"] }
}

fn kill(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Returns exit code and stdout if the program ends soon.
fn end(mut child: Child) -> (Option<i32>, String) {
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > SOON {
            child.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    (child.wait().unwrap().code(), stdout)
}

fn states(stdout: &str) -> Vec<String> {
    let state = |line: &str| serde_json::from_str::<Value>(line).unwrap()["request_state"].as_str().unwrap().to_owned();
    stdout.lines().map(state).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_signal_stops_a_batch() {
    for signal in signals() {
        let (server, folder) = (platform().await, Folder::new());
        server.push(Fault::stall(Moment::AfterRequest));
        let file = folder.file("many.jsonl", format!("{LINE}\n").repeat(200));
        let args = [&file, "--channel", "viber", "--json", "--concurrency", "1", "--timeout", "2s"];
        let child = spawn(&mut to(&server, args));
        assert!(server.wait_until(SOON, |seen| seen.stalled == 1).await);
        kill(&child, signal);
        let (code, stdout) = end(child);
        let states = states(&stdout);
        let count = |state: &str| states.iter().filter(|found| *found == state).count();
        assert_eq!((code, count("unknown"), count("not_sent")), (Some(8), 1, 199), "{signal}");
        assert_eq!(server.seen().complete.len(), 1, "{signal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn second_signal_aborts_a_batch() {
    for signal in signals() {
        let server = platform().await;
        server.set_default(Fault::stall(Moment::AfterRequest));
        let mut child = spawn(&mut to(&server, ["-", "--channel", "viber", "--json"]));
        // The input stays open.
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{LINE}").unwrap();
        assert!(server.wait_until(SOON, |seen| seen.stalled == 1).await);
        kill(&child, signal);
        let mut note = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut note).unwrap();
        assert!(note.contains("once more"), "{signal}: {note}");
        kill(&child, "-INT");
        let (code, stdout) = end(child);
        assert_eq!((code, states(&stdout)), (Some(8), vec!["unknown".to_owned()]), "{signal}");
    }
}

#[test]
fn each_signal_stops_a_server() {
    for (args, line) in [
        (&["webhook", "listen", "--insecure", "--port", "0", "--json"][..], "ready"),
        (&["sandbox", "--json"], "ready"),
        (&["demo", "--keep", "--json"], "summary"),
    ] {
        for signal in signals() {
            let mut child = spawn(&mut incs(args));
            let mut stdout = BufReader::new(child.stdout.take().unwrap());
            let mut text = String::new();
            while !text.contains(&format!("\"type\":\"{line}\"")) {
                text.clear();
                assert_ne!(stdout.read_line(&mut text).unwrap(), 0, "{args:?}");
            }
            kill(&child, signal);
            child.stdout = Some(stdout.into_inner());
            assert_eq!(end(child).0, Some(0), "{args:?} {signal}");
        }
    }
}

/// `nohup` must keep its meaning.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn ignored_hangup_stays_ignored() {
    let (server, folder) = (platform().await, Folder::new());
    let file = folder.file("many.jsonl", format!("{LINE}\n").repeat(5));
    let program = to(&server, [&file, "--channel", "viber", "--json", "--rate", "4/s"]);
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs().filter_map(|(name, value)| Some((name, value?))) {
        command.env(name, value);
    }
    let child = spawn(&mut command);
    assert!(server.wait_until(SOON, |seen| !seen.complete.is_empty()).await);
    kill(&child, "-HUP");
    let (code, stdout) = end(child);
    assert_eq!((code, states(&stdout).len()), (Some(0), 5));
}
