//! Shared code of the tests: the program in an environment of its own, and its input files.

use std::fs;
use std::io::Write as _;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use serde_json::Value;

use crate::lines::assert_lines_fit;

/// Returns the program with these arguments, without the settings of the user who runs the tests.
pub(crate) fn incs(args: &[&str]) -> Command {
    const NO_CONFIG: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-config");
    let mut command = Command::new(env!("CARGO_BIN_EXE_incs"));
    without_settings(&mut command);
    command.args(args).stdin(Stdio::null()).env("HOME", NO_CONFIG).env("XDG_CONFIG_HOME", NO_CONFIG);
    command
}

/// Removes the settings of the user who runs the tests, and the variables about colour and proxies.
pub(crate) fn without_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let is_ours = name.to_string_lossy().starts_with("INCS_");
        // By default a sandbox stores its code below the home folder.
        let others = ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "XDG_STATE_HOME"];
        let is_proxy = name.to_string_lossy().to_ascii_uppercase().ends_with("_PROXY");
        if is_ours || is_proxy || others.iter().any(|other| name == *other) {
            command.env_remove(name);
        }
    }
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Returns the documents on stdout, one per line.
    pub(crate) fn documents(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{self:?}"))).collect()
    }

    /// Returns the only document on stdout.
    pub(crate) fn document(&self) -> Value {
        let [document] = <[Value; 1]>::try_from(self.documents()).unwrap_or_else(|_| panic!("{self:?}"));
        document
    }

    /// Returns the error object on stderr.
    pub(crate) fn failure(&self) -> Value {
        let last = self.stderr.lines().last().unwrap_or_default();
        let failure: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("{self:?}"));
        assert_eq!((&failure["type"], &failure["exit_code"]), (&"error".into(), &self.code.into()), "{self:?}");
        failure
    }
}

/// Runs a command to its end, with empty standard input.
pub(crate) fn run(command: &mut Command) -> Ended {
    let ended = ended(command.output().unwrap());
    assert_lines_fit(command, &ended);
    ended
}

/// Runs a command to its end, with this on standard input.
pub(crate) fn run_with_input(command: &mut Command, input: impl AsRef<[u8]>) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // The input is written by a thread: if input and output are both longer than a pipe, they would block each other.
    let writer = thread::spawn(move || {
        // A program that fails early does not read all of it.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let ended = ended(output);
    assert_lines_fit(command, &ended);
    ended
}

fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Returns the path of a payload of the platform.
pub(crate) fn fixture_path(name: &str) -> String {
    format!("{}/../incs-model/fixtures/incs/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Reads a payload of the platform.
pub(crate) fn fixture(name: &str) -> String {
    fs::read_to_string(fixture_path(name)).unwrap()
}

/// An empty folder that is removed on drop.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        Self::within(Path::new(env!("CARGO_TARGET_TMPDIR")))
    }

    /// Creates a folder outside of any cargo workspace, so that a project can be created in it.
    pub(crate) fn outside() -> Self {
        Self::within(&std::env::temp_dir())
    }

    fn within(parent: &Path) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("incs-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = parent.join(name);
        // A killed process with the same id may have left one.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a new file and returns its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that is not removed does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}
