//! curl, as the sender.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Sends a body, or nothing, with arguments of curl; the status, 0 if there was none.
pub(super) fn curl(url: &str, headers: &[String], args: &[&str], body: Option<&[u8]>) -> u16 {
    let mut command = command();
    command.args(["--output", "/dev/null", "--write-out", "%{http_code}"]).args(args);
    for header in headers {
        command.args(["--header", header]);
    }
    if body.is_some() {
        command.args(["--data-binary", "@-"]);
    }
    let statuses = run(command.arg(url), body.unwrap_or_default());
    statuses.parse().unwrap()
}

/// Runs what a file of options says, all at once; what it printed.
pub(super) fn curl_many(config: &str) -> String {
    run(
        command().args(["--parallel", "--parallel-immediate", "--parallel-max", "100", "--config", "-"]),
        config.as_bytes(),
    )
}

fn command() -> Command {
    let mut command = Command::new("curl");
    // No settings of the machine, no proxy, and an end. `--disable` counts only as the first.
    command.args(["--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"]);
    command
}

fn run(command: &mut Command, input: &[u8]) -> String {
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started.expect("these tests need curl");
    // curl stops reading when it is refused early.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "curl: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
