//! What the tests share: the program in a clean environment, and files to feed it.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The program with these arguments, without settings of the machine it runs on.
pub(crate) fn incs(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_incs"));
    command.args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("INCS_") {
            command.env_remove(name);
        }
    }
    command.env("XDG_CONFIG_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-config")).env("NO_COLOR", "1");
    command
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The documents on stdout, one a line.
    pub(crate) fn documents(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The one document on stdout.
    pub(crate) fn document(&self) -> Value {
        let [document] = <[Value; 1]>::try_from(self.documents()).unwrap();
        document
    }

    /// The object on stderr that says why the program gave up.
    pub(crate) fn failure(&self) -> Value {
        let failure: Value = serde_json::from_str(self.stderr.lines().last().unwrap()).unwrap();
        assert_eq!(failure["type"], "error");
        assert_eq!(failure["exit_code"], self.code);
        failure
    }
}

/// Runs it to its end.
pub(crate) fn run(command: &mut Command) -> Ended {
    ended(command.output().unwrap())
}

/// The same, with this on standard input.
pub(crate) fn run_with_input(command: &mut Command, input: impl AsRef<[u8]>) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that gives up early does not read all of it.
    let _ = child.stdin.take().unwrap().write_all(input.as_ref());
    ended(child.wait_with_output().unwrap())
}

fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Where a payload of the platform stands.
pub(crate) fn fixture_path(name: &str) -> String {
    format!("{}/../incs-model/fixtures/incs/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A payload of the platform.
pub(crate) fn fixture(name: &str) -> String {
    fs::read_to_string(fixture_path(name)).unwrap()
}

/// An empty folder for one test.
pub(crate) fn folder(test: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}
