//! The examples, as the programs they are: servers, and a function.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::sender::{PATH_SECRET, curl, forge, sign};
use super::{PATIENCE, Server, lines, read_status, sender};

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
    command.env("INCS_WEBHOOK_SECRET", PATH_SECRET).env("GATEWAY_SECRET", sender::secret());
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
fn example_servers_stop_on_ctrl_c() {
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
        // A signal before the program handles it would end it by the system's default.
        assert!(status.success() || status.signal() == Some(2), "{name}: {status}");
    }
}

#[test]
fn no_example_starts_without_a_secret() {
    for name in ["hyper", "axum", "actix", "lambda"] {
        for secret in [None, Some("")] {
            let mut command = example(name);
            command.env_remove("INCS_WEBHOOK_SECRET").stdin(Stdio::null());
            if let Some(secret) = secret {
                command.env("INCS_WEBHOOK_SECRET", secret);
            }
            let ended = command.output().unwrap();
            let says = String::from_utf8(ended.stderr).unwrap();
            assert!(!ended.status.success(), "{name} with {secret:?}");
            assert!(secret.is_some() || says.contains("INCS_WEBHOOK_SECRET is not set"), "{name} says {says}");
        }
    }
}

/// The answer, and what the handler saw.
fn call(event: &Value) -> (Value, Vec<String>) {
    let mut command = example("lambda");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(event.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let seen = log.lines().filter(|line| !line.starts_with("rejected: ")).map(str::to_owned).collect();
    (serde_json::from_slice(&output.stdout).unwrap(), seen)
}

fn headers(signature: &[String]) -> Value {
    let pairs = signature.iter().map(|header| header.split_once(": ").unwrap());
    pairs.map(|(name, value)| (name.to_owned(), Value::from(value))).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn function_replies_like_a_server() {
    let body = read_status("wamid.HBgN", "read");
    let text = String::from_utf8(body.clone()).unwrap();
    let base64 = BASE64.encode(&body);
    let path = format!("/hooks/{PATH_SECRET}");
    for (event, status) in [
        (json!({ "rawPath": "/hooks", "headers": headers(&sign(&body)), "body": text }), 200),
        (
            json!({ "rawPath": "/hooks", "headers": headers(&sign(&body)), "body": base64, "isBase64Encoded": true }),
            200,
        ),
        (json!({ "rawPath": path, "rawQueryString": "a=b", "headers": {}, "body": text }), 200),
        (json!({ "rawPath": "/hooks", "headers": headers(&forge(&body)), "body": text }), 401),
        (json!({ "rawPath": "/hooks", "headers": {}, "body": text }), 401),
        (json!({ "rawPath": path, "headers": { "Content-Type": "text/plain" }, "body": text }), 415),
        (json!({ "rawPath": path, "headers": {}, "body": "no base64!", "isBase64Encoded": true }), 400),
    ] {
        let (answer, seen) = call(&event);
        assert_eq!(answer, json!({ "statusCode": status }));
        assert_eq!(seen, if status == 200 { lines(&body) } else { vec![] });
    }
}
