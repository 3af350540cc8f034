//! `incs demo` and `incs sandbox`.

use super::transcript::{Transcript, with_json};
use crate::sandbox::Sandbox;
use crate::support::{Ended, run};

#[test]
fn json_of_demo_is_frozen() {
    let mut transcript = Transcript::of("demo").hiding_member("at_ms").hiding_member("receipts");
    let mut command = with_json(&["demo"]);
    let Ended { code, stdout, stderr } = run(&mut command);
    // The details end with the last characters of an id.
    let without_id = |line: &str| {
        let Some((before, rest)) = line.split_once('…') else { return line.to_owned() };
        format!("{before}<id>{}", rest.trim_start_matches(|character: char| character.is_ascii_alphanumeric()))
    };
    let stdout = stdout.lines().map(|line| without_id(line) + "\n").collect();
    transcript.note("all steps", &command, &Ended { code, stdout, stderr });
    transcript.add("usage", &mut with_json(&["demo", "--seed", "x"]));
    transcript.end();
}

#[test]
fn json_of_sandbox_is_frozen() {
    let mut transcript = Transcript::of("sandbox").hiding_member("certification_code");
    let sandbox = Sandbox::start(&["--seed", "7"]);
    transcript.written("stdout", &sandbox.ready.to_string());
    transcript.add("a preset that does not exist", &mut with_json(&["sandbox", "--fault", "rain"]));
    let remote = ["sandbox", "--webhook", "https://example.com/hooks"];
    transcript.add("another machine", &mut with_json(&remote));
    let unsigned = ["sandbox", "--webhook", "http://127.0.0.1:9/", "--scheme", "meta"];
    transcript.add("no secret", &mut with_json(&unsigned));
    transcript.add("usage", &mut with_json(&["sandbox", "--port", "x"]));
    transcript.end();
}
