//! What the tests share: the program with an environment of its own, and files to feed it.

use std::fs;
use std::io::Write as _;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use serde_json::Value;

/// The program with these arguments, which knows nothing of the settings of whoever runs the tests.
pub(crate) fn incs(args: &[&str]) -> Command {
    const NO_CONFIG: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-config");
    let mut command = Command::new(env!("CARGO_BIN_EXE_incs"));
    without_settings(&mut command);
    command.args(args).stdin(Stdio::null()).env("HOME", NO_CONFIG).env("XDG_CONFIG_HOME", NO_CONFIG);
    command
}

/// Takes away the settings of whoever runs the tests, and what says when to use colour.
pub(crate) fn without_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let is_ours = name.to_string_lossy().starts_with("INCS_");
        if is_ours || ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"].iter().any(|of_colour| name == *of_colour) {
            command.env_remove(name);
        }
    }
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
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{self:?}"))).collect()
    }

    /// The one document on stdout.
    pub(crate) fn document(&self) -> Value {
        let [document] = <[Value; 1]>::try_from(self.documents()).unwrap_or_else(|_| panic!("{self:?}"));
        document
    }

    /// The object on stderr that says why the program gave up.
    pub(crate) fn failure(&self) -> Value {
        let last = self.stderr.lines().last().unwrap_or_default();
        let failure: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("{self:?}"));
        assert_eq!((&failure["type"], &failure["exit_code"]), (&"error".into(), &self.code.into()), "{self:?}");
        failure
    }
}

/// Runs it to its end, with nothing on standard input.
pub(crate) fn run(command: &mut Command) -> Ended {
    ended(command.output().unwrap())
}

/// The same, with this on standard input.
pub(crate) fn run_with_input(command: &mut Command, input: impl AsRef<[u8]>) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // On a thread of its own, or an input and an output that are both longer than a pipe would wait for each other.
    let writer = thread::spawn(move || {
        // A program that gives up early does not read all of it.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    ended(output)
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

/// An empty folder that is gone when the test ends.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        Self::within(Path::new(env!("CARGO_TARGET_TMPDIR")))
    }

    /// One that lies in no workspace of cargo, so that a project can begin there.
    pub(crate) fn outside() -> Self {
        Self::within(&std::env::temp_dir())
    }

    fn within(parent: &Path) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("incs-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = parent.join(name);
        // One of an earlier process of the same number, which was ended by force.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The path of a new file with this content.
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
        // A folder that is left over does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}
