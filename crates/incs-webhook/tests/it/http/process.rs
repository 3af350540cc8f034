//! The examples, as the programs they are.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::curl::curl;
use super::{PATIENCE, Server, signing};

/// Ends its program, which never outlives a test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program that was built from an example, with the secrets of the tests.
pub(super) fn example(name: &str) -> Command {
    let mut command = Command::new(path(name));
    command.env("ADDRESS", "127.0.0.1:0");
    command.env("WEBHOOK_PATH_SECRET", signing::PATH_SECRET).env("WEBHOOK_SECRET", signing::secret());
    command
}

/// Cargo puts examples beside the folder of the test programs, and builds them before it runs all tests of a crate; but not
/// before it runs only some.
fn path(name: &str) -> PathBuf {
    let tests = env::current_exe().unwrap();
    let folder = tests.parent().unwrap().parent().unwrap().join("examples");
    let program = folder.join(name).with_extension(env::consts::EXE_EXTENSION);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).with_extension("rs");
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    assert!(
        changed(&program) >= changed(&source),
        "{} is missing or old: `cargo build -p incs-webhook --all-features --examples`",
        program.display()
    );
    program
}

fn start(name: &str) -> (Running, Server) {
    let mut child = Running(example(name).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut output = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let first = output.next().unwrap().unwrap();
    let address = first.strip_prefix("listening on http://").unwrap().parse().unwrap();
    let (sender, seen) = mpsc::channel();
    thread::spawn(move || output.map_while(Result::ok).try_for_each(|line| sender.send(line)));
    (child, Server { address, seen, status_of_get: 405, _life: Box::new(()) })
}

/// An example that serves.
pub(super) fn server(name: &str) -> Server {
    let (child, server) = start(name);
    Server { _life: Box::new(child), ..server }
}

#[test]
fn every_example_that_serves_ends_with_ctrl_c() {
    for name in ["hyper", "axum", "actix"] {
        let (mut child, server) = start(name);
        assert_eq!(curl(&server.url("/hooks"), &[], &[], None), 405);
        let id = child.0.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.0.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "{name} does not end");
            thread::sleep(Duration::from_millis(5));
        };
        // A program that is told before it listens for that is ended by the system.
        assert!(status.success() || status.signal() == Some(2), "{name}: {status}");
    }
}

#[test]
fn no_example_starts_without_a_secret() {
    for name in ["hyper", "axum", "actix", "lambda"] {
        for secret in [None, Some("")] {
            let mut command = example(name);
            command.env_remove("WEBHOOK_PATH_SECRET").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            if let Some(secret) = secret {
                command.env("WEBHOOK_PATH_SECRET", secret);
            }
            assert!(!command.status().unwrap().success(), "{name} with {secret:?}");
        }
    }
}
