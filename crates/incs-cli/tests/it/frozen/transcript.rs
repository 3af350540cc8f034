//! The output of the runs of one command, as JSON Lines.

use std::process::Command;

use serde_json::{Value, json};

use super::golden::assert_frozen;
use crate::support::{Ended, Folder, fixture_path, incs, run, run_with_input};

/// The output of the runs of one command: for each run a line with the arguments and the exit code, then each line of
/// standard output and standard error, byte for byte. Values that differ from run to run are replaced by their name in angle
/// brackets.
pub(super) struct Transcript {
    file: String,
    text: String,
    hidden: Vec<(String, String)>,
    hidden_members: Vec<&'static str>,
}

/// Returns the program with these arguments and `--json`.
pub(super) fn with_json(args: &[&str]) -> Command {
    incs(&[args, &["--json"]].concat())
}

impl Transcript {
    /// Starts the transcript of a command, such as `template list`.
    pub(super) fn of(command: &str) -> Self {
        Self {
            file: format!("json/{}.jsonl", command.replace(' ', "-")),
            text: String::new(),
            hidden: vec![(fixture_path(""), "<fixtures>/".to_owned())],
            hidden_members: Vec::new(),
        }
    }

    /// Replaces a text by a placeholder.
    pub(super) fn hiding(mut self, text: &str, placeholder: &str) -> Self {
        self.hidden.push((text.to_owned(), placeholder.to_owned()));
        self
    }

    /// Replaces the path of a folder.
    pub(super) fn hiding_folder(self, folder: &Folder) -> Self {
        self.hiding(folder.to_str().unwrap(), "<folder>")
    }

    /// Replaces the value of a member at any place.
    pub(super) fn hiding_member(mut self, name: &'static str) -> Self {
        self.hidden_members.push(name);
        self
    }

    /// Runs the program.
    pub(super) fn add(&mut self, case: &str, command: &mut Command) {
        let ended = run(command);
        self.note(case, command, &ended);
    }

    /// Runs the program with this on standard input.
    pub(super) fn add_with_input(&mut self, case: &str, command: &mut Command, input: impl AsRef<[u8]>) {
        let ended = run_with_input(command, input);
        self.note(case, command, &ended);
    }

    /// Records a run.
    pub(super) fn note(&mut self, case: &str, command: &Command, ended: &Ended) {
        let args: Vec<_> = command.get_args().map(|arg| arg.to_str().unwrap()).collect();
        self.line(&json!({ "args": args, "case": case, "exit_code": ended.code }).to_string());
        for (stream, text) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
            for line in text.lines() {
                self.written(stream, line);
            }
        }
    }

    /// Returns a line of a stream: unchanged if it is JSON, otherwise as a text.
    pub(super) fn written(&mut self, stream: &str, line: &str) {
        let is_json = serde_json::from_str::<Value>(line).is_ok();
        let value = if is_json { line.to_owned() } else { json!(line).to_string() };
        self.line(&format!("{{\"{stream}\":{value}}}"));
    }

    /// Compares the transcript with the frozen file.
    pub(super) fn end(self) {
        assert_frozen(&self.file, &self.text);
    }

    fn line(&mut self, line: &str) {
        let mut line = line.to_owned();
        for (text, placeholder) in &self.hidden {
            line = line.replace(text, placeholder);
        }
        for name in &self.hidden_members {
            line = without_member(&line, name);
        }
        self.text += &without_ports(&line);
        self.text.push('\n');
    }
}

/// Replaces the value of a member by its name in angle brackets.
fn without_member(line: &str, name: &str) -> String {
    let key = format!("\"{name}\":");
    let mut parts = line.split(&key);
    let mut found = parts.next().unwrap().to_owned();
    for part in parts {
        let mut values = serde_json::Deserializer::from_str(part).into_iter::<Value>();
        let is_null = values.next().unwrap().unwrap().is_null();
        let (value, rest) = part.split_at(values.byte_offset());
        let placeholder = format!("\"<{name}>\"");
        found += &key;
        found += if is_null { value } else { &placeholder };
        found += rest;
    }
    found
}

/// Replaces the ports of this machine.
fn without_ports(line: &str) -> String {
    let mut parts = line.split("127.0.0.1:");
    let mut found = parts.next().unwrap().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_digit());
        found += if rest.len() == part.len() { "127.0.0.1:" } else { "127.0.0.1:<port>" };
        found += rest;
    }
    found
}
