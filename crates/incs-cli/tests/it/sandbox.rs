//! `incs sandbox`, and the other commands against it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::{Ended, incs, run, run_with_input};

/// A running `incs sandbox --json`; it is ended when it goes out of scope.
pub(crate) struct Sandbox {
    child: Child,
    pub(crate) ready: Value,
}

impl Sandbox {
    pub(crate) fn start(args: &[&str]) -> Self {
        let speed: &[&str] = if args.contains(&"--speed") { &[] } else { &["--speed", "20"] };
        let mut command = incs(&[&["sandbox", "--json"], speed, args].concat());
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

    /// The program, set up for this sandbox.
    fn incs(&self, args: &[&str]) -> Command {
        let mut command = incs(args);
        command.env("INCS_BASE_URL", self.base_url()).env("INCS_CERTIFICATION_CODE", self.certification_code());
        command
    }

    fn run(&self, args: &[&str]) -> Ended {
        run(&mut self.incs(args))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_first_line_says_where_it_is() {
    let sandbox = Sandbox::start(&["--seed", "7"]);
    let ready = &sandbox.ready;
    assert_eq!(ready["type"], "ready");
    let base = ready["base_url"].as_str().unwrap();
    assert!(base.starts_with("http://127.0.0.1:"));
    assert_eq!(ready["console_url"], format!("{base}/_sandbox/"));
    assert_eq!(ready["certification_code"].as_str().unwrap().len(), 36);
}

#[test]
fn a_text_is_sent_and_its_delivery_waited_for() {
    let sandbox = Sandbox::start(&[]);
    let sent = sandbox.run(&["send", "text", "--to", "85251230088", "--text", "Your table is ready.", "--json"]);
    assert_eq!((sent.code, &sent.document()["request_state"]), (0, &"accepted".into()), "{}", sent.stderr);
    let id = sent.document()["message_id"].as_str().unwrap().to_owned();
    let status = sandbox.run(&["status", &id, "--wait", "delivered", "--timeout", "20s", "--json"]);
    assert_eq!(status.code, 0, "{}{}", status.stdout, status.stderr);
}

#[test]
fn a_message_is_known_to_the_status_query_as_soon_as_it_is_accepted() {
    let sandbox = Sandbox::start(&["--speed", "0.001"]);
    let sent = sandbox.run(&["send", "text", "--to", "85251230088", "--text", "Hello", "--json"]);
    let id = sent.document()["message_id"].as_str().unwrap().to_owned();
    assert_eq!(sandbox.run(&["status", &id]).code, 0);
}

#[test]
fn in_strict_mode_a_text_to_a_customer_who_has_not_written_fails() {
    let sandbox = Sandbox::start(&["--window", "strict"]);
    let sent = sandbox.run(&["send", "text", "--to", "85251230088", "--text", "Hello", "--json"]);
    let id = sent.document()["message_id"].as_str().unwrap().to_owned();
    let status = sandbox.run(&["status", &id, "--wait", "delivered", "--timeout", "20s", "--json"]);
    assert_eq!(status.code, 5, "{}", status.stdout);
}

#[test]
fn many_lines_go_out_and_every_one_is_answered() {
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

/// Each fault, as `incs send` meets it: the rule, the exit code, the state, and the messages that the sandbox took.
#[test]
fn each_fault_gives_the_exit_code_that_tells_the_truth() {
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
fn templates_tasks_and_tokens_work_against_it() {
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
fn a_preset_that_does_not_exist_and_a_remote_webhook_are_usage() {
    let preset = run(&mut incs(&["sandbox", "--fault", "rain"]));
    assert_eq!(preset.code, 2);
    assert!(preset.stderr.contains("flaky-network"), "{}", preset.stderr);
    assert_eq!(run(&mut incs(&["sandbox", "--webhook", "https://example.com/hooks"])).code, 2);
}

impl Sandbox {
    /// How many messages it has accepted, by its admin API.
    fn messages(&self) -> usize {
        let url = format!("{}/_sandbox/messages?direction=outbound", self.ready["base_url"].as_str().unwrap());
        let output = Command::new("curl").args(["--silent", "--fail", &url]).output().unwrap();
        let list: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        list.len()
    }
}
