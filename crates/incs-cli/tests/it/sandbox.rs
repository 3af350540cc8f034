//! Tests of `incs sandbox`, and of other commands against it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::{Ended, Folder, incs, run, run_with_input};

/// A running `incs sandbox --json`. It is stopped on drop.
pub(crate) struct Sandbox {
    child: Child,
    pub(crate) ready: Value,
}

impl Sandbox {
    pub(crate) fn start(args: &[&str]) -> Self {
        let speed: &[&str] = if args.contains(&"--speed") { &[] } else { &["--speed", "20"] };
        Self::of(&mut incs(&[&["sandbox", "--json"], speed, args].concat()))
    }

    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, ready: serde_json::from_str(&line).unwrap() }
    }

    pub(crate) fn base_url(&self) -> &str {
        self.ready["base_url"].as_str().unwrap()
    }

    pub(crate) fn certification_code(&self) -> &str {
        self.ready["certification_code"].as_str().unwrap()
    }

    /// Returns the program with the settings of this sandbox.
    pub(crate) fn incs(&self, args: &[&str]) -> Command {
        let mut command = incs(args);
        command.env("INCS_BASE_URL", self.base_url()).env("INCS_CERTIFICATION_CODE", self.certification_code());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        run(&mut self.incs(args))
    }

    /// Returns all sent messages that it remembers, the newest first.
    pub(crate) fn sent(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let mut before = String::new();
        loop {
            let url = format!("{}/_sandbox/messages?direction=outbound&limit=200{before}", self.base_url());
            let output = Command::new("curl").args(["--silent", "--fail", &url]).output().unwrap();
            let page: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
            let Some(last) = page.last() else { return all };
            before = format!("&before={}", last["number"]);
            all.extend(page);
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn first_line_has_the_addresses() {
    let sandbox = Sandbox::start(&["--seed", "7"]);
    let ready = &sandbox.ready;
    assert_eq!(ready["type"], "ready");
    let base = ready["base_url"].as_str().unwrap();
    assert!(base.starts_with("http://127.0.0.1:"));
    assert_eq!(ready["console_url"], format!("{base}/_sandbox/"));
    assert_eq!(ready["certification_code"].as_str().unwrap().len(), 36);
}

#[test]
fn text_is_sent_and_delivered() {
    let sandbox = Sandbox::start(&[]);
    let sent = sandbox.run(&["send", "text", "--to", "85251230088", "--text", "Your table is ready.", "--json"]);
    assert_eq!((sent.code, &sent.document()["request_state"]), (0, &"accepted".into()), "{}", sent.stderr);
    let id = sent.document()["message_id"].as_str().unwrap().to_owned();
    let status = sandbox.run(&["status", &id, "--wait", "delivered", "--timeout", "20s", "--json"]);
    assert_eq!(status.code, 0, "{}{}", status.stdout, status.stderr);
}

#[test]
fn accepted_message_has_a_status() {
    let sandbox = Sandbox::start(&["--speed", "0.001"]);
    let sent = sandbox.run(&["send", "text", "--to", "85251230088", "--text", "Hello", "--json"]);
    let id = sent.document()["message_id"].as_str().unwrap().to_owned();
    assert_eq!(sandbox.run(&["status", &id]).code, 0);
}

#[test]
fn strict_window_rejects_first_text() {
    let sandbox = Sandbox::start(&["--window", "strict"]);
    let sent = sandbox.run(&["send", "text", "--to", "85251230088", "--text", "Hello", "--json"]);
    let id = sent.document()["message_id"].as_str().unwrap().to_owned();
    let status = sandbox.run(&["status", &id, "--wait", "delivered", "--timeout", "20s", "--json"]);
    assert_eq!(status.code, 5, "{}", status.stdout);
}

#[test]
fn every_line_has_a_result() {
    let sandbox = Sandbox::start(&[]);
    let lines: Vec<_> = (0..300)
        .map(|index| format!("{{\"to\":\"8525123{index:04}\",\"type\":\"text\",\"text\":\"Parcel {index}\"}}\n"))
        .collect();
    let mut command = sandbox.incs(&["send", "-", "--channel", "viber", "--json"]);
    let ended = run_with_input(&mut command, lines.concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let ids: std::collections::BTreeSet<String> =
        ended.documents().iter().filter_map(|line| line["message_id"].as_str().map(str::to_owned)).collect();
    assert_eq!(ids.len(), 300);
}

/// Faults and their effect on `incs send`: rule, exit code, state, and messages accepted by the sandbox.
#[test]
fn each_fault_has_its_exit_code() {
    const CASES: &[(&str, i32, &str, usize)] = &[
        (r#"{"kind":"rate_limit"}"#, 6, "rejected", 0),
        (r#"{"kind":"server_error","accepted":false}"#, 8, "unknown", 0),
        (r#"{"kind":"server_error","accepted":true}"#, 8, "unknown", 1),
        (r#"{"kind":"drop","accepted":false}"#, 8, "unknown", 0),
        (r#"{"kind":"drop","accepted":true}"#, 8, "unknown", 1),
        (r#"{"kind":"stall","accepted":false}"#, 8, "unknown", 0),
        (r#"{"kind":"stall","accepted":true}"#, 8, "unknown", 1),
        (r#"{"kind":"slow","millis":20}"#, 0, "accepted", 1),
        (r#"{"kind":"garbage","accepted":false}"#, 8, "unknown", 0),
        (r#"{"kind":"garbage","accepted":true}"#, 8, "unknown", 1),
    ];
    for &(rule, code, state, taken) in CASES {
        let sandbox = Sandbox::start(&["--fault", rule]);
        let args = ["send", "text", "--to", "85251230088", "--text", "Hello", "--json"];
        let limits = ["--timeout", "2s", "--retries", "1"];
        let ended = sandbox.run(&[&args[..], &limits].concat());
        let document = ended.document();
        assert_eq!((ended.code, document["request_state"].as_str()), (code, Some(state)), "{rule}: {document}");
        assert_eq!(sandbox.messages(), taken, "{rule}: messages that the sandbox took");
    }
}

#[test]
fn templates_tasks_and_tokens_work() {
    let sandbox = Sandbox::start(&[]);
    let list = sandbox.run(&["template", "list", "--channel", "rcs", "--json"]);
    assert_eq!(list.code, 0, "{}", list.stderr);
    assert!(list.documents().iter().any(|template| template["name"] == "delivery_note_2"));
    let token =
        run(sandbox.incs(&["auth", "token", "--json"]).env("INCS_USERNAME", "admin").env("INCS_PASSWORD", "pass"));
    assert_eq!(token.code, 0, "{}", token.stderr);
    let tasks =
        run(sandbox.incs(&["task", "list", "--json"]).env("INCS_USERNAME", "admin").env("INCS_PASSWORD", "pass"));
    assert_eq!(tasks.code, 0, "{}", tasks.stderr);
}

#[test]
fn unknown_preset_is_usage_error() {
    let preset = run(&mut incs(&["sandbox", "--fault", "rain"]));
    assert_eq!(preset.code, 2);
    assert!(preset.stderr.contains("flaky-network"), "{}", preset.stderr);
    assert_eq!(run(&mut incs(&["sandbox", "--webhook", "https://example.com/hooks"])).code, 2);
}

impl Sandbox {
    /// Returns the number of accepted messages from the admin API.
    fn messages(&self) -> usize {
        let url = format!("{}/_sandbox/messages?direction=outbound", self.ready["base_url"].as_str().unwrap());
        let output = Command::new("curl").args(["--silent", "--fail", &url]).output().unwrap();
        let list: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        list.len()
    }
}

#[test]
fn any_speed_runs_or_is_usage() {
    for speed in ["1e-19", "1e-300", "5e-324", "1e300", "1.7e308", "0"] {
        let sandbox = Sandbox::start(&["--speed", speed]);
        let sent = sandbox.run(&["send", "text", "--to", "85251230088", "--text", "Hello", "--json"]);
        assert_eq!((sent.code, &sent.document()["request_state"]), (0, &"accepted".into()), "{speed}: {}", sent.stderr);
    }
    for speed in ["-1", "-1e-19", "NaN", "inf", "-inf", "1e400", "fast", ""] {
        let ended = run(&mut incs(&["sandbox", &format!("--speed={speed}")]));
        assert_eq!(ended.code, 2, "{speed}: {}", ended.stderr);
    }
}

#[test]
fn code_is_random_and_stored() {
    let start = |home: &Path| {
        let mut command = incs(&["sandbox", "--json"]);
        Sandbox::of(command.env("HOME", home)).certification_code().to_owned()
    };
    let (one, other) = (Folder::new(), Folder::new());
    let code = start(&one);
    assert_eq!(start(&one), code, "after a restart");
    assert_ne!(start(&other), code, "for another user");
    let file = one.join(".local/state/incs/sandbox-code");
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("{code}\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no draft stays");

    // An invalid code is an error and is not overwritten.
    for text in ["", "a b", "ü"] {
        fs::write(&file, text).unwrap();
        let ended = run(incs(&["sandbox"]).env("HOME", &*one));
        assert_eq!(ended.code, 1, "{}", ended.stderr);
        assert!(ended.stderr.contains(&format!("delete {}", file.display())), "{}", ended.stderr);
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
    fs::write(&file, "of-my-own\n").unwrap();
    assert_eq!(start(&one), "of-my-own");

    // Without a writable folder the sandbox still runs.
    let folder = other.join(".local/state/incs");
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "a file in the way").unwrap();
    assert_ne!(start(&other), start(&other));
}
