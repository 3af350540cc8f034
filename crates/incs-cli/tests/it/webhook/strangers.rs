//! Slow senders, and senders without a secret.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::server::{Listening, SECRET};
use crate::support::{incs, run};

fn address(listening: &Listening) -> String {
    listening.ready["url"].as_str().unwrap().trim_start_matches("http://").trim_end_matches('/').to_owned()
}

/// The bytes that a slow sender has sent before it continues byte by byte.
const BEGINNINGS: [&str; 4] = [
    "",
    "POST /hooks HTTP/1.1\r\nhost: a\r\nx-slow: ",
    "POST /hooks HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{",
    "POST /hooks HTTP/1.1\r\nhost: a\r\nx-hub-signature-256: sha256=00\r\ncontent-length: 100000\r\n\r\n{",
];

#[test]
fn slow_senders_delay_no_others() {
    for scheme in ["meta", "shared-secret"] {
        let listening = Listening::with(&["--scheme", scheme, "--quiet"]);
        let address = address(&listening);
        let is_over = Arc::new(AtomicBool::new(false));
        let mut sockets: Vec<_> = (0..200)
            .map(|number| {
                let mut socket = TcpStream::connect(&address).unwrap();
                socket.write_all(BEGINNINGS[number % BEGINNINGS.len()].as_bytes()).unwrap();
                socket
            })
            .collect();
        let over = Arc::clone(&is_over);
        let dribbling = thread::spawn(move || {
            while !over.load(Ordering::Acquire) {
                // Rejected connections are closed.
                sockets.retain_mut(|socket| socket.write_all(b"a").is_ok());
                thread::sleep(Duration::from_millis(100));
            }
        });
        thread::sleep(Duration::from_millis(300));
        let start = Instant::now();
        let args = ["--json", "webhook", "trigger", "new_message", "--url", &listening.url, "--scheme", scheme];
        let ended = run(incs(&args).env("INCS_WEBHOOK_SECRET", SECRET));
        let took = start.elapsed();
        is_over.store(true, Ordering::Release);
        dribbling.join().unwrap();
        assert_eq!((ended.code, ended.document()["status"].as_u64()), (0, Some(200)), "{scheme}");
        assert!(took < Duration::from_secs(3), "{scheme}: it took {took:?}");
    }
}

/// Returns the status of the reply, or `None` if the connection closes, and the time it took.
fn answer(address: &str, request: &str) -> (Option<u16>, Duration) {
    let start = Instant::now();
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut reply = [0; 64];
    let count = socket.read(&mut reply).unwrap_or(0);
    let status = String::from_utf8_lossy(&reply[..count]).split(' ').nth(1).and_then(|status| status.parse().ok());
    (status, start.elapsed())
}

#[test]
fn unauthenticated_head_is_refused_early() {
    let head = |target: &str, header: &str| {
        format!("POST {target} HTTP/1.1\r\nhost: a\r\n{header}content-length: 1000\r\n\r\n")
    };
    for (args, request) in [
        (&["--scheme", "shared-secret"][..], head("/hooks/wrong", "")),
        (&["--scheme", "shared-secret", "--query", "key"], head("/hooks?key=wrong", "")),
        (&["--scheme", "shared-secret", "--header", "x-key"], head("/hooks", "x-key: wrong\r\n")),
        (&["--scheme", "meta"], head("/hooks", "")),
        (&["--scheme", "meta"], head("/hooks", "x-hub-signature-256: sha256=short\r\n")),
        (&["--scheme", "standard-webhooks"], head("/hooks", "webhook-id: 1\r\n")),
    ] {
        let mut listening = Listening::with(args);
        // The body is never sent.
        let (status, took) = answer(&address(&listening), &request);
        assert_eq!(status, Some(401), "{args:?}");
        assert!(took < Duration::from_secs(3), "{args:?}: it took {took:?}");
        assert_eq!(listening.next()["status"], 401);
    }
}

#[test]
fn slow_requests_time_out() {
    let listening = Listening::with(&["--insecure", "--quiet"]);
    let waiting = BEGINNINGS.map(|beginning| {
        let address = address(&listening);
        thread::spawn(move || answer(&address, beginning))
    });
    let [nothing, head, unsigned, signed] = waiting.map(|thread| thread.join().unwrap());
    for (name, (status, took)) in [("nothing", nothing), ("head", head)] {
        assert!(matches!(status, None | Some(408)), "{name}: {status:?}");
        assert!(took < Duration::from_secs(9), "{name}: it took {took:?}");
    }
    for (status, took) in [unsigned, signed] {
        assert_eq!(status, Some(408));
        assert!(took < Duration::from_secs(15), "it took {took:?}");
    }
}

/// The listener names its port on stderr; its stdout is a full disk.
#[cfg(target_os = "linux")]
#[test]
fn full_disk_acknowledges_nothing() {
    use std::fs::OpenOptions;
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut child = incs(&["webhook", "listen", "--insecure", "--port", "0", "--timeout", "60s"])
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut next = || stderr.next().unwrap().unwrap();
    let url = next().strip_prefix("listening on ").unwrap().split(',').next().unwrap().to_owned();
    let warning = next();
    assert!(warning.contains("no space left on device") && warning.contains("503"), "{warning}");
    for _ in 0..3 {
        let ended = run(&mut incs(&["--json", "webhook", "trigger", "new_message", "--url", &url]));
        assert_eq!((ended.code, ended.document()["status"].as_u64()), (1, Some(503)));
    }
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(next(), "error: cannot write to standard output (no space left on device)");
}

/// The disk fills up while the program listens: only written deliveries are acknowledged.
#[cfg(unix)]
#[test]
fn truncated_line_is_not_acknowledged() {
    use std::fs::{self, OpenOptions};
    use std::process::{Command, Stdio};

    use crate::support::Folder;

    let folder = Folder::new();
    let path = folder.file("out", "");
    let out = OpenOptions::new().write(true).open(&path).unwrap();
    let script = "trap '' XFSZ; ulimit -f 4; exec \"$@\"";
    let args = ["--json", "webhook", "listen", "--insecure", "--port", "0", "--timeout", "60s"];
    let mut child = Command::new("sh")
        .args(["-c", script, "sh", env!("CARGO_BIN_EXE_incs")])
        .args(args)
        .stdout(out)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let read = || fs::read_to_string(&path).unwrap();
    let start = Instant::now();
    while read().lines().count() == 0 {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not begin");
        thread::sleep(Duration::from_millis(20));
    }
    let ready: serde_json::Value = serde_json::from_str(read().lines().next().unwrap()).unwrap();
    let url = ready["url"].as_str().unwrap();
    let mut statuses = Vec::new();
    for number in 0..6 {
        let set = format!("/message/messages/0/id=wamid.{number}");
        let ended = run(&mut incs(&["--json", "webhook", "trigger", "new_message", "--url", url, "--set", &set]));
        statuses.push(ended.document()["status"].as_u64().unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let written = read().split_inclusive('\n').filter(|line| line.ends_with('\n') && line.contains("\"item\"")).count();
    assert!(written > 0 && written < 6, "{written}");
    let expected: Vec<u64> = (0..6).map(|number| if number < written { 200 } else { 503 }).collect();
    assert_eq!(statuses, expected);
}
